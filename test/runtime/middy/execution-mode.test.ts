import { setImmediate as turn } from 'node:timers/promises';
import type { PluginExecutionMode, Request } from '@middy/core';
import { executionModeStandard } from '@middy/core/executionModeStandard';
import { executionModeStreamifyResponse } from '@middy/core/executionModeStreamifyResponse';
import { describe, expect, it, jest } from '@jest/globals';
import { resilientExecutionMode } from '../../../runtime/src/middy/execution-mode.ts';
import { gateMiddleware } from '../../../runtime/src/middy/gate-middleware.ts';
import { middy } from '../../../runtime/src/middy/middy.ts';
import { deferred } from '../core/deferred.ts';
import { HTTP_EVENT, invoke, lambdaContext, QUEUE_EVENT, TestGate } from './gates.ts';
import { ResponseStream, withLambdaStreams } from './lambda-streams.ts';

/** Ends the chain of onError by throwing, so that the onError of gates further out never runs. */
const BREAKING = { onError: () => Promise.reject(new Error('broken')) };
const EARLY = { before: () => 'early' };
const fails = async () => Promise.reject(new Error('x'));

describe('the exported middy', () => {
  it('takes a handler, options, both, or neither, as the original does', async () => {
    const requestEnd = jest.fn();
    await expect(invoke(middy(async () => 'a'))).resolves.toBe('a');
    await expect(invoke(middy(async () => 'b', { requestEnd }))).resolves.toBe('b');
    await expect(invoke(middy({ requestEnd }).handler(async () => 'c'))).resolves.toBe('c');
    await expect(invoke(middy().handler(async () => 'd'))).resolves.toBe('d');
    expect(requestEnd).toHaveBeenCalledTimes(2);
  });

  it('keeps the hooks and options of the plugin, in their order', async () => {
    const order: string[] = [];
    const note = (name: string) => () => void order.push(name);
    const internals: unknown[] = [];
    const gate = new TestGate('gate', async ({ kind }) => void order.push(kind));
    const plugin = {
      internal: { seeded: true },
      beforePrefetch: note('beforePrefetch'),
      requestStart: note('requestStart'),
      beforeHandler: note('beforeHandler'),
      afterHandler: note('afterHandler'),
      requestEnd: note('requestEnd'),
    };
    const handler = middy(async () => 'ran', plugin).use({ before: (request: Request) => void internals.push({ ...request.internal }) }).use(gateMiddleware(gate));
    await invoke(handler);
    expect(order).toEqual(['beforePrefetch', 'requestStart', 'beforeHandler', 'afterHandler', 'success', 'requestEnd']);
    expect(internals).toEqual([{ seeded: true }]);
  });

  it('calls requestEnd with the request and the plugin, after what was held is settled, and waits for it', async () => {
    const order: string[] = [];
    const gate = new TestGate('gate', async ({ kind }) => void order.push(kind));
    const plugin = {
      label: 'plugin',
      async requestEnd(this: { label: string }, request: Request) {
        await Promise.resolve();
        order.push(`${this.label} ${String(request.response)}`);
      },
    };
    await invoke(middy(async () => 'ran', plugin).use(gateMiddleware(gate)).use(EARLY));
    await invoke(middy(async () => 'ran', plugin));
    expect(order).toEqual(['abandoned', 'plugin early', 'plugin ran']);
  });

  it('passes on what requestEnd throws', async () => {
    const gate = new TestGate();
    const requestEnd = () => Promise.reject(new Error('end'));
    await expect(invoke(middy(async () => 'ran', { requestEnd }).use(gateMiddleware(gate)).use(EARLY))).rejects.toThrow('end');
    expect(gate.outcomeKinds).toEqual(['abandoned']);
  });

  it('waits for what it settles before the response leaves', async () => {
    const settling = deferred();
    const order: string[] = [];
    const gate = new TestGate('gate', () => settling.promise.then(() => void order.push('settled')));
    const answered = invoke(middy(async () => 'ran').use(gateMiddleware(gate)).use(EARLY)).then(() => order.push('answered'));
    await turn(); // whatever is not waiting has answered by now
    expect(order).toEqual([]);
    settling.resolve(undefined);
    await answered;
    expect(order).toEqual(['settled', 'answered']);
  });

  it('settles what is held when the onError of another middleware throws', async () => {
    const gate = new TestGate();
    await expect(invoke(middy(fails).use(gateMiddleware(gate)).use(BREAKING))).rejects.toThrow('broken');
    expect([gate.outcomeKinds, gate.held]).toEqual([['abandoned'], 0]);
  });

  it('settles early answers of concurrent requests each for itself', async () => {
    const gate = new TestGate();
    const slow = deferred<string>();
    const isSlow = (event: unknown) => (event as { slow?: boolean }).slow === true;
    const handler = middy(async (event: unknown) => (isSlow(event) ? slow.promise : 'ran'))
      .use(gateMiddleware(gate))
      .use({ before: ({ event }: Request) => (isSlow(event) ? undefined : 'early') });
    const waiting = invoke(handler, { ...HTTP_EVENT, slow: true });
    await invoke(handler);
    expect([gate.outcomeKinds, gate.held]).toEqual([['abandoned'], 1]);
    slow.resolve('done');
    await expect(waiting).resolves.toBe('done');
    expect(gate.outcomeKinds).toEqual(['abandoned', 'success']);
  });
});

describe('composed with the streaming mode', () => {
  const streamed = (handler: () => Promise<unknown>) => middy(handler as never, { executionMode: executionModeStreamifyResponse });
  withLambdaStreams();

  async function stream(handler: unknown, event: unknown = HTTP_EVENT): Promise<ResponseStream> {
    const response = new ResponseStream();
    await (handler as (...args: unknown[]) => Promise<void>)(event, response, lambdaContext());
    return response;
  }

  it('streams the response and settles success', async () => {
    const gate = new TestGate();
    const response = await stream(streamed(async () => ({ statusCode: 200, body: 'hello' })).use(gateMiddleware(gate)));
    expect(response).toMatchObject({ text: 'hello', prelude: { statusCode: 200 } });
    expect(gate.outcomeKinds).toEqual(['success']);
  });

  it('streams a refusal with its headers', async () => {
    const gate = new TestGate('payments');
    gate.open = false;
    const response = await stream(streamed(async () => 'ran').use(gateMiddleware(gate)));
    expect(response.prelude).toMatchObject({ statusCode: 503, headers: { 'Retry-After': '2' } });
    expect(JSON.parse(response.text)).toMatchObject({ code: 'GATE_CLOSED' });
  });

  it('settles an early answer', async () => {
    const gate = new TestGate();
    const response = await stream(streamed(async () => 'ran').use(gateMiddleware(gate)).use(EARLY));
    expect(response.text).toBe('early');
    expect(gate.outcomeKinds).toEqual(['abandoned']);
  });

  it('settles when the run rejects, although Middy calls no requestEnd then', async () => {
    const gate = new TestGate();
    const requestEnd = jest.fn();
    const handler = middy(fails as never, { executionMode: executionModeStreamifyResponse, requestEnd }).use(gateMiddleware(gate)).use(BREAKING);
    await expect(stream(handler, QUEUE_EVENT)).rejects.toThrow('broken');
    expect(requestEnd).not.toHaveBeenCalled();
    expect([gate.outcomeKinds, gate.held]).toEqual([['abandoned'], 0]);
  });
});

describe('composed with a mode of the user', () => {
  it('hands over everything that Middy hands to a mode, and the mode decides how to run', async () => {
    const gate = new TestGate();
    const trace: string[] = [];
    const custom = ((...[core, befores, handler, afters, onErrors, plugin]: [{ middyRequest: (event: unknown, context: unknown) => object; runRequest: (...args: unknown[]) => Promise<unknown> }, unknown, unknown, unknown, unknown, { requestEnd: (request: object) => unknown }]) => {
      const run = async (event: unknown, context: unknown) => {
        const request = core.middyRequest(event, context);
        trace.push('start');
        const response = await core.runRequest(request, befores, handler, afters, onErrors, plugin);
        await plugin.requestEnd(request);
        trace.push('end');
        return { wrapped: response };
      };
      return Object.assign(run, { handler: () => run });
    }) as unknown as PluginExecutionMode;
    const handler = middy(async () => 'ran', { executionMode: custom }).use(gateMiddleware(gate));
    await expect(invoke(handler)).resolves.toEqual({ wrapped: 'ran' });
    await expect(invoke(handler.use(EARLY))).resolves.toEqual({ wrapped: 'early' });
    expect(trace).toEqual(['start', 'end', 'start', 'end']);
    expect(gate.outcomeKinds).toEqual(['success', 'abandoned']);
  });

  it('may be composed twice: permits are settled once', async () => {
    const gate = new TestGate();
    const executionMode = resilientExecutionMode(resilientExecutionMode(executionModeStandard));
    await invoke(middy(async () => 'ran', { executionMode }).use(gateMiddleware(gate)).use(EARLY));
    expect(gate.outcomeKinds).toEqual(['abandoned']);
  });
});

describe('composed with the durable mode', () => {
  /** Lambda's own context lies one level down, and the mode copies only its data. */
  const durableContext = { executionContext: { tenantId: 'a' }, lambdaContext: lambdaContext(250) };

  // The SDK of durable functions is not installed: only its wrapper is stood in for, Middy's mode is the real one.
  async function durable(): Promise<PluginExecutionMode> {
    const sdk = () => ({ withDurableExecution: (handler: unknown) => handler });
    jest.unstable_mockModule('@aws/durable-execution-sdk-js', sdk, { virtual: true });
    const { executionModeDurableContext } = await import('@middy/core/executionModeDurableContext');
    return executionModeDurableContext;
  }

  it('hands on the deadline, settles success and early answers', async () => {
    const gate = new TestGate();
    const handler = middy(async () => 'ran', { executionMode: await durable() }).use(gateMiddleware(gate, { clock: { nowMs: () => 1000 } }));
    await expect(invoke(handler, QUEUE_EVENT, { ...durableContext })).resolves.toBe('ran');
    await expect(invoke(handler.use(EARLY), QUEUE_EVENT, { ...durableContext })).resolves.toBe('early');
    expect(gate.calls).toEqual([{ deadlineMs: 1250 }, { deadlineMs: 1250 }]);
    expect(gate.outcomeKinds).toEqual(['success', 'abandoned']);
  });

  it('settles when the run rejects', async () => {
    const gate = new TestGate();
    const handler = middy(fails, { executionMode: await durable() }).use(gateMiddleware(gate)).use(BREAKING);
    await expect(invoke(handler, QUEUE_EVENT, { ...durableContext })).rejects.toThrow('broken');
    expect(gate.outcomeKinds).toEqual(['abandoned']);
  });
});
