import { getEventListeners } from 'node:events';
import { jest } from '@jest/globals';
import { createResilientClient, NetworkError, type ClientOptions } from '../../../runtime/src/http-client/index.ts';
import { RetryExhaustedError } from '../../../runtime/src/retry/index.ts';
import { answer, FaultServer, hang, hangAfterHead, late, reset, slowBody, truncate, type Behaviour } from './fault-server.ts';
import { errorOf, ownSources, QUICK } from './sources.ts';

jest.setTimeout(20_000);

interface Case {
  readonly fault: string;
  readonly behaviours: readonly Behaviour[];
  readonly options?: Partial<ClientOptions>;
  readonly method?: string;
  /** Status and body of the answer, or name, status and name of the cause of the error. */
  readonly gets: readonly [number, string] | readonly [string, number, string?];
  readonly requests: number;
}

const fine = answer(200, 'fine');
const fast = { attemptTimeoutMs: 400 };

// What is to time out never ends, or takes 1 s for each piece; what is not has more than ten times of what it takes.
const CASES: readonly Case[] = [
  { fault: 'no fault', behaviours: [fine], gets: [200, 'fine'], requests: 1 },
  { fault: 'a delay', behaviours: [late(20, fine)], gets: [200, 'fine'], requests: 1 },
  { fault: 'a hang before the head', behaviours: [hang, fine], options: fast, gets: [200, 'fine'], requests: 2 },
  { fault: 'a hang before the head, every time', behaviours: [hang], options: fast, gets: ['RetryExhaustedError', 503, 'TimedOutError'], requests: 3 },
  { fault: 'a hang before the head, without retries', behaviours: [hang], options: { ...fast, retry: false }, gets: ['TimedOutError', 504], requests: 1 },
  { fault: 'a hang for longer than there is time', behaviours: [hang], options: { timeoutMs: 400 }, gets: ['TimedOutError', 504], requests: 1 },
  { fault: 'a hang after the head', behaviours: [hangAfterHead, fine], options: fast, gets: [200, 'fine'], requests: 2 },
  { fault: 'a hang after the head, every time', behaviours: [hangAfterHead], options: fast, gets: ['RetryExhaustedError', 503, 'TimedOutError'], requests: 3 },
  { fault: 'a reset', behaviours: [reset, fine], gets: [200, 'fine'], requests: 2 },
  { fault: 'a reset, every time', behaviours: [reset], gets: ['RetryExhaustedError', 503, 'NetworkError'], requests: 3 },
  { fault: 'a reset, without retries', behaviours: [reset], options: { retry: false }, gets: ['NetworkError', 502], requests: 1 },
  { fault: 'a reset of a POST', behaviours: [reset], method: 'POST', gets: ['NetworkError', 502], requests: 1 },
  { fault: 'a 500', behaviours: [answer(500, 'no'), fine], gets: [200, 'fine'], requests: 2 },
  { fault: 'a 503, every time', behaviours: [answer(503, 'down')], gets: [503, 'down'], requests: 3 },
  { fault: 'a 503, every time, to be thrown', behaviours: [answer(503, 'down')], options: { onExhausted: 'throw' }, gets: ['RetryExhaustedError', 503], requests: 3 },
  { fault: 'a 503 to a POST', behaviours: [answer(503, 'down')], method: 'POST', gets: [503, 'down'], requests: 1 },
  { fault: 'a 503 that asks to come back at once', behaviours: [answer(503, '', { 'retry-after': '0' }), fine], gets: [200, 'fine'], requests: 2 },
  { fault: 'a 503 that asks for more time than there is', behaviours: [answer(503, 'later', { 'retry-after': '60' })], options: { timeoutMs: 5000 }, gets: [503, 'later'], requests: 1 },
  { fault: 'a 429 that asks to come back at once', behaviours: [answer(429, '', { 'retry-after': '0' }), fine], gets: [200, 'fine'], requests: 2 },
  { fault: 'a 501, which nobody repeats', behaviours: [answer(501, 'never')], gets: [501, 'never'], requests: 1 },
  { fault: 'a 404', behaviours: [answer(404, 'nothing')], gets: [404, 'nothing'], requests: 1 },
  { fault: 'a truncated body', behaviours: [truncate, fine], gets: [200, 'fine'], requests: 2 },
  { fault: 'a truncated body, every time', behaviours: [truncate], gets: ['RetryExhaustedError', 503, 'NetworkError'], requests: 3 },
  { fault: 'a slow body in time', behaviours: [slowBody(20)], gets: [200, 'abcd'], requests: 1 },
  { fault: 'a slow body that takes too long', behaviours: [slowBody(1000)], options: { ...fast, retry: false }, gets: ['TimedOutError', 504], requests: 1 },
];

/** What keeps the process alive, counted; what is not ours stays the same while a test runs. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = { Timeout: 0, TCPSocketWrap: 0 };
  for (const name of process.getActiveResourcesInfo()) if (name in counts) counts[name]! += 1;
  return counts;
}

let server: FaultServer | undefined;

async function started(): Promise<FaultServer> {
  server = await FaultServer.start();
  return server;
}

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

describe('a client against a server with faults', () => {
  it.each(CASES)('meets $fault and leaves nothing behind (PHC-01, PHC-02)', async ({ behaviours, options, method = 'GET', gets, requests }) => {
    const before = resources();
    const server = await started();
    server.will(...behaviours);
    const caller = new AbortController();
    const client = createResilientClient({ name: 'ledger', baseUrl: server.url, retry: QUICK, ...options }, ownSources());

    const sent = client.fetch('/balance', { method, signal: caller.signal, ...(method === 'POST' && { body: 'x' }) });
    if (typeof gets[0] === 'number') {
      const response = await sent;
      expect([response.status, await response.text()]).toEqual(gets);
    } else {
      const error = await errorOf(sent);
      const cause = (error.cause as Error | undefined)?.name;
      expect([error.name, error['statusCode'], ...(gets.length > 2 ? [cause] : [])]).toEqual(gets);
    }

    expect(server.seen).toHaveLength(requests);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    await server.stop();
    // What a connection leaves goes with the next turns of the event loop.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const after = resources();
    expect(after['Timeout']).toBeLessThanOrEqual(before['Timeout']!);
    expect(after['TCPSocketWrap']).toBeLessThanOrEqual(before['TCPSocketWrap']!);
    expect(client.statistics.inFlight).toBe(0);
  });

  it('names a host that does not exist in the cause only', async () => {
    const client = createResilientClient({ name: 'ledger', baseUrl: 'http://ledger.invalid', retry: QUICK }, ownSources());
    const error = await errorOf(client.get('/balance'));
    expect(error).toBeInstanceOf(RetryExhaustedError);
    const cause = error.cause as NetworkError;
    expect(cause).toBeInstanceOf(NetworkError);
    expect(['ENOTFOUND', 'EAI_AGAIN']).toContain(cause.reason);
    expect(`${error.message} ${cause.message} ${JSON.stringify(cause.publicFields)}`).not.toContain('invalid');
    expect(client.statistics.attempts).toBe(3);
  });

  it('uses the sockets of attempts again whose bodies nobody reads', async () => {
    const server = await started();
    const discarded = [answer(503, 'x'.repeat(10_000)), answer(302, 'x'.repeat(60_000), { location: '/there' }), answer(500, 'no')];
    server.will(...discarded, ...discarded, ...discarded, fine);
    const retry = { ...QUICK, maxAttempts: 10 };
    const client = createResilientClient({ name: 'ledger', baseUrl: server.url, retry, circuit: false, streamResponses: true }, ownSources());
    expect(await (await client.get('/balance')).text()).toBe('fine');
    expect(server.seen).toHaveLength(10);
    // Node opens a second one for requests that follow each other at once.
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('leaves no listener with its caller, even with nothing in between', async () => {
    const server = await started();
    const off = { timeoutMs: false, attemptTimeoutMs: false, circuit: false, bulkhead: false } as const;
    for (const retry of [QUICK, false] as const) {
      const client = createResilientClient({ name: 'ledger', baseUrl: server.url, ...off, retry }, ownSources());
      const caller = new AbortController();
      const response = await client.get('/balance', { signal: caller.signal });
      expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
      expect(await response.text()).toBe('fine');
    }
  });

  it('stops when its caller gives up, and holds it against nobody', async () => {
    const server = await started();
    server.will(hang);
    const caller = new AbortController();
    const client = createResilientClient({ name: 'ledger', baseUrl: server.url, retry: QUICK, circuit: { failureThreshold: 1 } }, ownSources());
    const reason = new Error('the user has left');
    const sent = client.get('/balance', { signal: caller.signal });
    while (server.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    caller.abort(reason);
    expect(await errorOf(sent)).toBe(reason);
    expect(server.seen).toHaveLength(1);
    expect(client.dependency.parts.circuit!.snapshot()).toMatchObject({ phase: 'closed', failures: 0 });
    expect(client.dependency.parts.bulkhead!.statistics.active).toBe(0);
    expect(client.statistics).toMatchObject({ calls: 1, cancelled: 1, failed: 0, inFlight: 0 });
  });
});
