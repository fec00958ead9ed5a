import { afterEach, describe, expect, it } from '@jest/globals';
import { startRuntimeApi, type RuntimeApi, type RuntimeApiHooks } from '../../local/runtime-api.ts';
import { Cleanup } from './support.ts';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:f';
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const start = async (hooks?: RuntimeApiHooks): Promise<RuntimeApi> => cleanup.add(await startRuntimeApi(ARN, hooks));
const url = (api: RuntimeApi, path: string): string => `http://${api.address}/2018-06-01/runtime/${path}`;
const post = (api: RuntimeApi, path: string, body: unknown): Promise<Response> =>
  fetch(url(api, path), { method: 'POST', body: JSON.stringify(body) });
const invocation = (requestId: string, event: unknown) => ({ requestId, event, deadlineMs: 1234, traceId: 'Root=1' });

describe('Runtime API', () => {
  it('holds the request for work back until there is some, and passes the answer on', async () => {
    let idle = 0;
    const api = await start({ onIdle: () => (idle += 1) });
    const asked = fetch(url(api, 'invocation/next'));
    const answered = api.invoke(invocation('r1', { a: 1 }));
    const work = await asked;
    expect(Object.fromEntries(work.headers)).toMatchObject({
      'lambda-runtime-aws-request-id': 'r1',
      'lambda-runtime-deadline-ms': '1234',
      'lambda-runtime-invoked-function-arn': ARN,
      'lambda-runtime-trace-id': 'Root=1',
    });
    expect(await work.json()).toEqual({ a: 1 });
    expect((await post(api, 'invocation/r1/response', { b: 2 })).status).toBe(202);
    expect(await answered).toEqual({ ok: true, payload: { b: 2 } });
    expect(idle).toBeLessThanOrEqual(1);
  });

  it('reports the runtime as idle only while nothing is queued', async () => {
    let idle = 0;
    const api = await start({ onIdle: () => (idle += 1) });
    const answered = api.invoke(invocation('r1', null));
    await (await fetch(url(api, 'invocation/next'))).text();
    expect(idle).toBe(0);
    await post(api, 'invocation/r1/response', null);
    expect(await answered).toEqual({ ok: true, payload: null });
  });

  it('passes on what the handler reports as its error', async () => {
    const api = await start();
    const answered = api.invoke(invocation('r1', {}));
    await (await fetch(url(api, 'invocation/next'))).text();
    const error = { errorType: 'TypeError', errorMessage: 'broken', stackTrace: ['at x'] };
    expect((await post(api, 'invocation/r1/error', error)).status).toBe(202);
    expect(await answered).toEqual({ ok: false, ...error });
  });

  it('reports a failed initialisation', async () => {
    const failures: unknown[] = [];
    const api = await start({ onInitError: (failure) => failures.push(failure) });
    expect((await post(api, 'init/error', { errorType: 'E', errorMessage: 'm' })).status).toBe(202);
    expect(failures).toEqual([{ ok: false, errorType: 'E', errorMessage: 'm' }]);
  });

  it('refuses answers to requests that it does not know, and other paths', async () => {
    const api = await start();
    const unknown = await post(api, 'invocation/nobody/response', {});
    expect([unknown.status, await unknown.json()]).toMatchObject([400, { errorType: 'InvalidRequestID' }]);
    expect((await post(api, 'elsewhere', {})).status).toBe(404);
    expect((await fetch(url(api, 'invocation/r1/response'))).status).toBe(404);
  });

  it('answers in place of a runtime that is gone', async () => {
    const api = await start();
    const inFlight = api.invoke(invocation('r1', {}));
    await (await fetch(url(api, 'invocation/next'))).text();
    const queued = api.invoke(invocation('r2', {}));
    api.abandon((requestId) => ({ ok: false, errorType: 'Gone', errorMessage: requestId }));
    expect(await Promise.all([inFlight, queued])).toEqual([
      { ok: false, errorType: 'Gone', errorMessage: 'r1' },
      { ok: false, errorType: 'Gone', errorMessage: 'r2' },
    ]);
  });

  it('rejects an event that is no JSON', async () => {
    const api = await start();
    await expect(api.invoke(invocation('r1', 1n))).rejects.toThrow(TypeError);
  });
});
