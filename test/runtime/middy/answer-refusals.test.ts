import { describe, expect, it } from '@jest/globals';
import coreMiddy from '@middy/core';
import { CircuitOpenError } from '../../../runtime/src/circuit-breaker/index.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { NetworkError } from '../../../runtime/src/http-client/errors.ts';
import { answerRefusals } from '../../../runtime/src/middy/answer-refusals.ts';

const HTTP_EVENT = { version: '2.0', requestContext: { http: { method: 'GET' } } };
const refuse = (): Promise<unknown> => Promise.reject(new CircuitOpenError('stock', 2500));
const invoke = (handler: () => Promise<unknown>, event: unknown, inner?: { onError: (request: { response: unknown }) => void }) => {
  const chain = coreMiddy(handler as never).use(answerRefusals());
  if (inner !== undefined) chain.use(inner as never);
  return chain(event, {} as never) as Promise<unknown>;
};

describe('a refusal that the handler lets through', () => {
  it('is answered with status, Retry-After and body', async () => {
    const answer = (await invoke(refuse, HTTP_EVENT)) as { headers: object; body: string };
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'Retry-After': '3' } });
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'CIRCUIT_OPEN', service: 'stock', retry_after: 3 });
  });

  it('stays an error where nobody waits for an answer', async () => {
    await expect(invoke(refuse, { Records: [] })).rejects.toBeInstanceOf(CircuitOpenError);
  });

  it('keeps the answer that somebody further in has given', async () => {
    const inner = { onError: (request: { response: unknown }) => void (request.response = { statusCode: 200 }) };
    await expect(invoke(refuse, HTTP_EVENT, inner)).resolves.toEqual({ statusCode: 200 });
  });
});

describe('an error of a policy that is no refusal', () => {
  it('is answered as well: a dependency that cannot be reached is 502 (PHC-06)', async () => {
    const answer = (await invoke(() => Promise.reject(new NetworkError('stock', { reason: 'ECONNRESET', cause: new Error('read ECONNRESET') })), HTTP_EVENT)) as { body: string };
    expect(answer).toMatchObject({ statusCode: 502 });
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'NETWORK_ERROR', service: 'stock' });
    expect(answer.body).not.toContain('ECONNRESET');
  });

  it('is not shown to callers if it names internals', async () => {
    const broken = new ConfigurationError('the circuit cannot work', ['options.table is missing']);
    await expect(invoke(() => Promise.reject(broken), HTTP_EVENT)).rejects.toBe(broken);
  });
});

describe('another error', () => {
  it('stays what it is', async () => {
    await expect(invoke(() => Promise.reject(new TypeError('boom')), HTTP_EVENT)).rejects.toThrow('boom');
  });
});
