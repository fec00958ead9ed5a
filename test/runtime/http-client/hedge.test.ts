import type { Operation, Policy } from '../../../runtime/src/core/gate.ts';
import { createResilientClient } from '../../../runtime/src/http-client/index.ts';
import { UNKNOWN_CALL } from '../../../runtime/src/core/call-context.ts';
import { answer, FaultServer, hang } from './fault-server.ts';
import { ownSources, QUICK } from './sources.ts';

/** Sends everything twice at once, and gives the later one up when the other has answered. */
const TWICE: Policy = {
  name: 'twice',
  async execute<T>(operation: Operation<T>, call = UNKNOWN_CALL): Promise<T> {
    const loser = new AbortController();
    const late = Promise.resolve(operation({ ...call, signal: loser.signal })).catch(() => undefined);
    const value = await operation(call);
    loser.abort(new Error('the other one was quicker'));
    await late;
    return value;
  },
};

describe('a hedge', () => {
  let server: FaultServer;
  beforeEach(async () => {
    server = await FaultServer.start();
  });
  afterEach(() => server.stop());

  it('stands between retries and circuit, and what it gives up is no failure', async () => {
    server.will(hang, answer(200, 'fine'));
    const sources = ownSources();
    const client = createResilientClient({ name: 'ledger', baseUrl: server.url, retry: QUICK }, { ...sources, hedge: TWICE });
    expect(await (await client.get('/x')).text()).toBe('fine');
    expect(server.seen).toHaveLength(2);
    expect(sources.sink.ofType('client.attempt')).toMatchObject([{ status: '200' }, { status: 'cancelled' }]);
    expect(client.dependency.parts.circuit!.snapshot()).toMatchObject({ failures: 0 });
    expect(client.dependency.parts.bulkhead!.statistics.active).toBe(0);
    expect(client.dependency.parts.retry!.statistics).toMatchObject({ attempts: 1 });
  });

  it.each([
    ['a POST', 'POST', { body: 'x' }, 1],
    ['a POST with a key', 'POST', { body: 'x', idempotencyKey: 'k' }, 2],
    ['a stream', 'PUT', { body: 'stream' }, 1],
    ['a PUT', 'PUT', { body: 'x' }, 2],
  ])('is asked for %s only if that may be sent twice', async (_what, method, { body, ...init }, requests) => {
    server.will(answer(200));
    for (const retry of [QUICK, false] as const) {
      server.seen.length = 0;
      const client = createResilientClient({ name: 'ledger', baseUrl: server.url, retry }, { ...ownSources(), hedge: TWICE });
      await client.request(method, '/x', { ...init, body: body === 'stream' ? new Blob([body]).stream() : body });
      expect(server.seen).toHaveLength(requests);
    }
  });
});
