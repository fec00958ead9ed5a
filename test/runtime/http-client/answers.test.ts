import { httpAnswer } from '../../../runtime/src/middy/http.ts';
import { isResilienceError, type ResilienceError } from '../../../runtime/src/core/errors.ts';
import { createResilientClient, type ClientOptions } from '../../../runtime/src/http-client/index.ts';
import { answer, FaultServer, hang, reset, type Behaviour } from './fault-server.ts';
import { errorOf, ownSources, QUICK } from './sources.ts';

let server: FaultServer;
beforeEach(async () => {
  server = await FaultServer.start();
});
afterEach(() => server.stop());

/** What the caller of a function is answered whose handler lets the error of a client through. */
async function answered(behaviour: Behaviour, options: Partial<ClientOptions>, calls = 1, method = 'GET') {
  server.will(behaviour);
  const client = createResilientClient({ name: 'ledger', baseUrl: server.url, retry: QUICK, ...options }, ownSources());
  const ended = await Promise.all(Array.from({ length: calls }, () => errorOf(client.request(method, '/secret-path')).catch(() => undefined)));
  const error = ended.findLast((found) => isResilienceError(found)) ?? (await errorOf(client.request(method, '/secret-path')));
  const { statusCode, headers, body } = httpAnswer(error as unknown as ResilienceError, {});
  expect(`${body} ${JSON.stringify(headers)}`).not.toMatch(/127\.0\.0\.1|secret-path|ECONN|UND_ERR/);
  return { statusCode, retryAfter: headers['Retry-After'], body: JSON.parse(body) as Record<string, unknown> };
}

describe('what callers are answered when a dependency fails (PHC-05, PHC-06)', () => {
  it('is 503 with the attempts when all of them failed (ER-02)', async () => {
    expect(await answered(reset, { retry: { ...QUICK, maxAttempts: 2 } })).toEqual({
      statusCode: 503,
      retryAfter: undefined,
      body: {
        error: 'Service Unavailable',
        message: 'ledger did not succeed in 2 attempts: try again later',
        code: 'RETRY_EXHAUSTED',
        service: 'ledger',
        max_attempts: 2,
      },
    });
  });

  it('says when to come back, if the dependency did', async () => {
    const found = await answered(answer(503, '', { 'retry-after': '90' }), { onExhausted: 'throw' });
    expect(found).toMatchObject({ statusCode: 503, retryAfter: '90', body: { code: 'RETRY_EXHAUSTED', retry_after: 90 } });
  });

  it('is 503 with the time until the next try while the circuit is open (ER-01)', async () => {
    const found = await answered(answer(500), { retry: false, circuit: { failureThreshold: 1, openDurationMs: 20_000 } });
    expect(found).toEqual({
      statusCode: 503,
      retryAfter: expect.stringMatching(/^(?:2[0-2]|1\d)$/),
      body: {
        error: 'Service Unavailable',
        message: 'ledger is not called at the moment: its circuit is open',
        code: 'CIRCUIT_OPEN',
        service: 'ledger',
        retry_after: Number(found.retryAfter),
      },
    });
  });

  it('is 429 with the slots when the bulkhead is full (ER-03)', async () => {
    const found = await answered(hang, { timeoutMs: 200, bulkhead: { maxConcurrent: 1, queueSize: 0 } }, 2);
    expect(found).toMatchObject({ statusCode: 429, body: { error: 'Too Many Requests', code: 'BULKHEAD_FULL', service: 'ledger', max_concurrent: 1 } });
    expect(found.body['retry_after']).toBe(Number(found.retryAfter));
  });

  it('is 502 when the dependency could not be reached (ER-04)', async () => {
    expect(await answered(reset, { retry: false })).toEqual({
      statusCode: 502,
      retryAfter: undefined,
      body: { error: 'Bad Gateway', message: 'ledger could not be reached', code: 'NETWORK_ERROR', service: 'ledger' },
    });
  });

  it('is 504 with the time when that has passed (ER-07)', async () => {
    expect(await answered(hang, { timeoutMs: 50 })).toEqual({
      statusCode: 504,
      retryAfter: undefined,
      body: { error: 'Gateway Timeout', message: 'the request took longer than 50 ms', code: 'TIMEOUT', timeout_ms: 50 },
    });
  });

  it('is 502 when the answer was too large', async () => {
    const found = await answered(answer(200, 'too much'), { maxResponseBytes: 1 });
    expect(found).toMatchObject({ statusCode: 502, body: { code: 'RESPONSE_TOO_LARGE', message: 'the answer of ledger is too large', service: 'ledger' } });
  });

  it('is 500 without a word when a redirection would have left the dependency', async () => {
    const found = await answered(answer(302, '', { location: 'https://elsewhere.example/' }), {});
    expect(found.body).toEqual({ error: 'Internal Server Error', message: 'Internal Server Error', code: 'URL_REFUSED' });
  });
});
