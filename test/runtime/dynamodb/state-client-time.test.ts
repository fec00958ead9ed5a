import { createServer, type ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { faults } from '../../../local/index.ts';
import { listenOnLoopback } from '../../../local/listen.ts';
import { deferred } from '../core/deferred.ts';
import { createClient, pointSdkTo, reasonOf, setPhase, startStore, type Store } from './fixture.ts';

let store: Store;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.close());
afterEach(() => {
  store.proxy.clear();
  store.proxy.resetCounters();
});

/** What a request came to, and how long it really took. */
async function timed(request: Promise<unknown>): Promise<{ reason: string; tookMs: number }> {
  const startedAt = performance.now();
  const reason = await reasonOf(request);
  return { reason, tookMs: performance.now() - startedAt };
}

// A hang of the proxy never ends, so that a request that comes to an end at all was cut off. How soon after its limit is the
// machine's affair; only that it is not before the limit is ours.
/** Short, so that a hang costs little; long enough for a request to reach the store, also on a busy machine. */
const SHORT = { connectionTimeoutMs: 1_500, requestTimeoutMs: 1_500 };

describe('a store that does not answer in time', () => {
  it('and never applied the request: aborted at the limit', async () => {
    const { client, storeErrors } = createClient(SHORT);
    store.proxy.inject({ fault: faults.hangBeforeApply() });
    const { reason, tookMs } = await timed(client.update(setPhase('a', 'open'), {}, true));
    expect(reason).toBe('timeout');
    expect(tookMs).toBeGreaterThan(SHORT.requestTimeoutMs - 20);
    expect(storeErrors()).toHaveLength(1);
    expect(store.proxy.counters()).toMatchObject({ requests: 1, appliedWrites: 0 });
  });

  it('but applied the write: unavailable all the same, and not repeated', async () => {
    const { client } = createClient({ connectionTimeoutMs: 2_000, requestTimeoutMs: 2_000 });
    store.proxy.inject({ fault: faults.hangAfterApply() });
    await expect(reasonOf(client.update(setPhase('silent', 'open'), {}, true))).resolves.toBe('timeout');
    expect(store.proxy.counters()).toMatchObject({ requests: 1, appliedWrites: 1 });
  });

  it('is waited for within the limit', async () => {
    store.proxy.inject({ fault: faults.latency({ afterMs: 100 }) });
    await expect(createClient().client.get({ id: 'none' }, {})).resolves.toBeUndefined();
  });

  it('is not waited for beyond the limit', async () => {
    store.proxy.inject({ fault: faults.latency({ afterMs: SHORT.requestTimeoutMs * 20 }) });
    await expect(reasonOf(createClient(SHORT).client.get({ id: 'none' }, {}))).resolves.toBe('timeout');
  });

  it('costs one wait, not one per request', async () => {
    const { client } = createClient(SHORT);
    store.proxy.inject({ fault: faults.hangBeforeApply() });
    await reasonOf(client.get({ id: 'a' }, {}));
    await expect(reasonOf(client.get({ id: 'a' }, {}))).resolves.toBe('paused');
    expect(store.proxy.counters().requests).toBe(1);
  });
});

describe('a dead connection', () => {
  it('left over from a freeze does not fail the next request (PX-03)', async () => {
    const { client, events } = createClient();
    for (let thaw = 0; thaw < 5; thaw += 1) {
      await client.update(setPhase('thawed', `p${thaw}`), {}, true);
      expect(store.proxy.dropConnections()).toBeGreaterThan(0);
    }
    await expect(client.get({ id: 'thawed' }, {})).resolves.toEqual({ id: 'thawed', phase: 'p4' });
    expect(events).toEqual([]);
  });

  it('costs one repeat of a read', async () => {
    store.proxy.inject({ fault: faults.resetBeforeApply(), times: 1 });
    await expect(createClient().client.get({ id: 'none' }, {})).resolves.toBeUndefined();
    expect(store.proxy.counters()).toMatchObject({ requests: 2, connections: 2 });
  });

  it('costs one repeat of a write that may be repeated', async () => {
    store.proxy.inject({ fault: faults.resetBeforeApply(), times: 1 });
    await expect(createClient().client.update(setPhase('c', 'open'), {}, true)).resolves.toMatchObject({ applied: true });
    expect(store.proxy.counters()).toMatchObject({ requests: 2, appliedWrites: 1 });
  });

  it('fails a write that may not be repeated', async () => {
    store.proxy.inject({ fault: faults.resetBeforeApply(), times: 1 });
    await expect(reasonOf(createClient().client.update(setPhase('c', 'open'), {}, false))).resolves.toBe('unreachable');
    expect(store.proxy.counters().requests).toBe(1);
  });

  it('is not repeated a second time', async () => {
    const { client, storeErrors } = createClient();
    store.proxy.inject({ fault: faults.resetBeforeApply() });
    await expect(reasonOf(client.get({ id: 'a' }, {}))).resolves.toBe('unreachable');
    expect(store.proxy.counters().requests).toBe(2);
    expect(storeErrors()).toHaveLength(1);
  });

  it('has no more time for its repeat than the request had', async () => {
    const { client } = createClient({ connectionTimeoutMs: 4_000, requestTimeoutMs: 4_000 });
    store.proxy.inject({ fault: faults.latency({ beforeMs: 3_000 }), times: 1 });
    store.proxy.inject({ fault: faults.resetBeforeApply(), times: 1 });
    store.proxy.inject({ fault: faults.hangBeforeApply() });
    const { reason, tookMs } = await timed(client.get({ id: 'a' }, {}));
    expect(reason).toBe('timeout');
    expect(tookMs).toBeLessThan(3_000 + 4_000); // which it takes at the least if the repeat has a limit of its own
    expect(store.proxy.counters().requests).toBe(2);
  });
});

describe('a lost reply', () => {
  it.each([['reset', faults.resetAfterApply()], ['cut off', faults.truncatedBody()]])('that was %s: the repeat of a conditional write finds its own item', async (how, fault) => {
    const { client } = createClient();
    store.proxy.inject({ fault, times: 1, operation: 'UpdateItem' });
    await expect(client.update(setPhase(`lost-${how}`, 'mine', 'attribute_not_exists(id)'), {}, true)).resolves.toEqual({
      applied: false,
      item: { id: `lost-${how}`, phase: 'mine' },
    });
    expect(store.proxy.counters()).toMatchObject({ appliedWrites: 1, requestsByOperation: { UpdateItem: 2, GetItem: 1 } });
  });

  it('of a write that may not be repeated is reported, although it was applied', async () => {
    const { client, clock } = createClient();
    store.proxy.inject({ fault: faults.resetAfterApply(), times: 1 });
    await expect(reasonOf(client.update(setPhase('lost-once', 'mine'), {}, false))).resolves.toBe('unreachable');
    clock.advance(500);
    await expect(client.get({ id: 'lost-once' }, {}, true)).resolves.toEqual({ id: 'lost-once', phase: 'mine' });
  });
});

describe('the deadline of the call (PX-07)', () => {
  it.each([['past', -1], ['now', 0], ['too near', 9], ['unknowable', NaN]])('%s: no request, no event and no pause', async (_what, leftMs) => {
    const { client, clock, events } = createClient();
    await expect(reasonOf(client.get({ id: 'a' }, { deadlineMs: clock.nowMs() + leftMs }))).resolves.toBe('no_time_left');
    expect(store.proxy.counters()).toMatchObject({ requests: 0, connections: 0 });
    expect(events).toEqual([]);
    await expect(client.get({ id: 'none' }, {})).resolves.toBeUndefined();
  });

  it('shortens the limit', async () => {
    // Longer than the test may take: only the deadline can end the request.
    const { client, clock } = createClient({ connectionTimeoutMs: 600_000, requestTimeoutMs: 600_000 });
    store.proxy.inject({ fault: faults.hangBeforeApply() });
    await expect(reasonOf(client.get({ id: 'a' }, { deadlineMs: clock.nowMs() + 60 }))).resolves.toBe('timeout');
  });

  it('really ends the request: its connection is closed', async () => {
    const { client, clock } = createClient({ connectionTimeoutMs: 60_000, requestTimeoutMs: 60_000 });
    const ended = deferred();
    const server = createServer((_request, response) => response.once('close', () => ended.resolve(undefined)));
    pointSdkTo(`http://${await listenOnLoopback(server)}`);
    await expect(reasonOf(client.get({ id: 'a' }, { deadlineMs: clock.nowMs() + 60 }))).resolves.toBe('timeout');
    await ended.promise;
    await new Promise((resolve) => server.close(resolve));
    pointSdkTo(store.proxy.endpoint);
  });

  it('does not lengthen it', async () => {
    const { client, clock } = createClient(SHORT);
    store.proxy.inject({ fault: faults.hangBeforeApply() });
    await expect(reasonOf(client.get({ id: 'a' }, { deadlineMs: clock.nowMs() + 600_000 }))).resolves.toBe('timeout');
  });

  it('may lie between two milliseconds', async () => {
    const { client, clock } = createClient();
    await expect(client.get({ id: 'none' }, { deadlineMs: clock.nowMs() + 20_000.5 })).resolves.toBeUndefined();
  });
});

describe('what lies in front of the store', () => {
  afterEach(() => {
    pointSdkTo(store.proxy.endpoint);
    delete process.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  });

  it('nobody listening is unreachable', async () => {
    const server = createServer();
    const address = await listenOnLoopback(server);
    await new Promise((resolve) => server.close(resolve));
    pointSdkTo(`http://${address}`);
    await expect(reasonOf(createClient().client.get({ id: 'a' }, {}))).resolves.toBe('unreachable');
  });

  it('credentials that do not come are waited for within the same limit', async () => {
    const asked = deferred<ServerResponse>();
    const server = createServer((_request, response) => asked.resolve(response));
    const address = await listenOnLoopback(server);
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    process.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] = `http://${address}`;
    const reason = await reasonOf(createClient(SHORT).client.get({ id: 'a' }, {}));
    // An answer at last, so that the SDK does not go on asking after the test. Nothing is sent to the store any more.
    (await asked.promise).end(JSON.stringify({ AccessKeyId: 'A', SecretAccessKey: 'B', Token: 'C', Expiration: '2099-01-01T00:00:00Z' }));
    await new Promise((resolve) => server.close(resolve));
    expect(store.proxy.counters().requests).toBe(0);
    expect(reason).toBe('timeout');
  });
});
