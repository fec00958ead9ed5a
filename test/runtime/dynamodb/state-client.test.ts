import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { faults } from '../../../local/index.ts';
import { STATE_CLIENT_LIMITS } from '../../../runtime/src/dynamodb/state-client.ts';
import { createClient, reasonOf, setPhase, startStore, TABLE, type Store } from './fixture.ts';

let store: Store;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.close());
afterEach(() => {
  store.proxy.clear();
  store.proxy.resetCounters();
});

describe('connections', () => {
  it('are opened by the first request, not by the client', async () => {
    const { client } = createClient();
    expect(store.proxy.counters().connections).toBe(0);
    await client.get({ id: 'none' }, {});
    expect(store.proxy.counters()).toMatchObject({ connections: 1, requests: 1 });
  });

  it('are kept: many requests, one connection', async () => {
    const { client } = createClient();
    for (let index = 0; index < 20; index += 1) await client.update(setPhase('kept', `p${index}`), {}, true);
    expect(store.proxy.counters()).toMatchObject({ connections: 1, requests: 20, appliedWrites: 20 });
  });
});

describe('reads and writes', () => {
  it('an item that is not there is undefined', async () => {
    await expect(createClient().client.get({ id: 'none' }, {})).resolves.toBeUndefined();
  });

  it('a write answers the item after it, and a read finds it', async () => {
    const { client, events } = createClient();
    await expect(client.update(setPhase('a', 'open'), {}, true)).resolves.toEqual({ applied: true, item: { id: 'a', phase: 'open' } });
    await expect(client.get({ id: 'a' }, {})).resolves.toEqual({ id: 'a', phase: 'open' });
    expect(events).toEqual([]);
  });

  it.each([[false, 0], [true, 1]])('a read asks for consistency only when told to: %p', async (consistent, count) => {
    const observed = store.proxy.inject({ fault: faults.latency({}), operation: 'GetItem', matches: (body) => body['ConsistentRead'] === true });
    await createClient().client.get({ id: 'a' }, {}, consistent);
    expect(observed.injected).toBe(count);
  });

  it('undefined values are left out of an item', async () => {
    const { client } = createClient();
    const write = { Key: { id: 'sparse' }, UpdateExpression: 'SET leases = :leases', ExpressionAttributeValues: { ':leases': { a: 1, b: undefined } } };
    await expect(client.update(write, {}, true)).resolves.toEqual({ applied: true, item: { id: 'sparse', leases: { a: 1 } } });
  });
});

describe('a failed condition is an answer', () => {
  it('with the item that stands in the way, by one consistent read where the store leaves it out', async () => {
    const { client, events } = createClient();
    await client.update(setPhase('taken', 'open'), {}, true);
    store.proxy.resetCounters();
    const consistent = store.proxy.inject({ fault: faults.latency({}), operation: 'GetItem', matches: (body) => body['ConsistentRead'] === true });
    await expect(client.update(setPhase('taken', 'closed', 'attribute_not_exists(id)'), {}, true)).resolves.toEqual({
      applied: false,
      item: { id: 'taken', phase: 'open' },
    });
    expect(store.proxy.counters().requestsByOperation).toEqual({ UpdateItem: 1, GetItem: 1 });
    expect(consistent.injected).toBe(1);
    expect(events).toEqual([]);
  });

  it('without an item if there is none', async () => {
    const { client } = createClient();
    await expect(client.update(setPhase('absent', 'open', 'attribute_exists(id)'), {}, true)).resolves.toEqual({ applied: false, item: undefined });
  });

  it('with the item of the reply, in plain values, where the store returns it as AWS does: no second request', async () => {
    const item = { id: { S: 'taken' }, generation: { N: '17' }, probes: { M: { a: { N: '1.5' } } }, flags: { L: [{ BOOL: true }, { NULL: true }] } };
    const body = JSON.stringify({ __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message: 'x', Item: item });
    const answer = { status: 400, contentType: 'application/x-amz-json-1.0', body };
    store.proxy.inject({ fault: { name: 'condition failure', applied: false, answer }, operation: 'UpdateItem' });
    await expect(createClient().client.update(setPhase('taken', 'open', 'attribute_not_exists(id)'), {}, true)).resolves.toEqual({
      applied: false,
      item: { id: 'taken', generation: 17, probes: { a: 1.5 }, flags: [true, null] },
    });
    expect(store.proxy.counters().requestsByOperation).toEqual({ UpdateItem: 1 });
  });

  it('asks the store for the item', async () => {
    const asked = store.proxy.inject({ fault: faults.latency({}), operation: 'UpdateItem', matches: (body) => body['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD' });
    await createClient().client.update(setPhase('a', 'open'), {}, true);
    expect(asked.injected).toBe(1);
  });

  it('leaves the guard alone: the next request is made at once', async () => {
    const { client } = createClient();
    await client.update(setPhase('absent', 'open', 'attribute_exists(id)'), {}, true);
    await expect(client.get({ id: 'absent' }, {})).resolves.toBeUndefined();
  });
});

describe('a request that the store refuses (one attempt, one event)', () => {
  it.each([
    { reason: 'throttled', fault: faults.throttling() },
    { reason: 'throttled', fault: faults.provisionedThroughputExceeded() },
    { reason: 'throttled', fault: faults.requestLimitExceeded() },
    { reason: 'denied', fault: faults.accessDenied() },
    { reason: 'other', fault: faults.internalServerError() },
    { reason: 'other', fault: faults.serviceUnavailable() },
    { reason: 'other', fault: faults.transactionConflict() },
    { reason: 'other', fault: faults.html() },
    { reason: 'other', fault: faults.internalServerErrorAfterApply() },
  ])('$reason: $fault.name', async ({ reason, fault }) => {
    const { client, clock, storeErrors } = createClient();
    store.proxy.inject({ fault });
    await expect(reasonOf(client.update(setPhase('b', 'open'), {}, true))).resolves.toBe(reason);
    expect(store.proxy.counters().requests).toBe(1);
    expect(storeErrors()).toEqual([{ type: 'store.error', name: TABLE, atMs: clock.nowMs(), reason, error: expect.any(Error) }]);
  });

  it('because its table does not exist', async () => {
    const { client, storeErrors } = createClient(undefined, 'no-such-table');
    await expect(reasonOf(client.get({ id: 'a' }, {}))).resolves.toBe('other');
    expect(storeErrors()).toEqual([expect.objectContaining({ name: 'no-such-table', error: expect.objectContaining({ name: 'ResourceNotFoundException' }) })]);
  });

  it('because the request itself makes no sense: never a throw of another kind', async () => {
    const { client } = createClient();
    await expect(reasonOf(client.update({ Key: { id: 'a' }, UpdateExpression: 'NOT AN EXPRESSION' }, {}, true))).resolves.toBe('other');
  });

  it('keeps the error of the SDK as the cause', async () => {
    store.proxy.inject({ fault: faults.accessDenied() });
    await expect(createClient().client.get({ id: 'a' }, {})).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      message: 'state store unavailable: denied',
      cause: { name: 'AccessDeniedException' },
    });
  });
});

describe('the guard', () => {
  it('holds requests back after a failure without asking the store, and asks again after the pause', async () => {
    const { client, clock, storeErrors } = createClient();
    const outage = store.proxy.outage(faults.internalServerError());
    await expect(reasonOf(client.get({ id: 'a' }, {}))).resolves.toBe('other');
    await expect(reasonOf(client.get({ id: 'a' }, {}))).resolves.toBe('paused');
    clock.advance(249); // the shortest pause is 250 ms
    await expect(reasonOf(client.update(setPhase('a', 'x'), {}, true))).resolves.toBe('paused');
    expect(store.proxy.counters().requests).toBe(1);
    expect(storeErrors().map(({ reason, error }) => [reason, error !== undefined])).toEqual([['other', true], ['paused', false], ['paused', false]]);
    outage.remove();
    clock.advance(251); // the longest is 500 ms
    await expect(client.get({ id: 'none' }, {})).resolves.toBeUndefined();
  });

  it('pauses longer with each failure and from the beginning after an answer', async () => {
    const { client, clock } = createClient();
    const outage = store.proxy.outage(faults.throttling());
    for (const longestMs of [500, 1000, 2000]) {
      await expect(reasonOf(client.get({ id: 'a' }, {}))).resolves.toBe('throttled');
      clock.advance(longestMs / 2 - 1);
      await expect(reasonOf(client.get({ id: 'a' }, {}))).resolves.toBe('paused');
      clock.advance(longestMs / 2 + 1);
    }
    outage.remove();
    await client.get({ id: 'a' }, {});
    store.proxy.inject({ fault: faults.throttling(), times: 1 });
    await expect(reasonOf(client.get({ id: 'a' }, {}))).resolves.toBe('throttled');
    clock.advance(500);
    await expect(client.get({ id: 'none' }, {})).resolves.toBeUndefined();
  });

  it('counts requests that fail together once: they are one failure of the store', async () => {
    const { client, clock } = createClient();
    const outage = store.proxy.outage(faults.throttling());
    await Promise.all(Array.from({ length: 8 }, () => reasonOf(client.get({ id: 'a' }, {}))));
    expect(store.proxy.counters().requests).toBe(8);
    outage.remove();
    clock.advance(500);
    await expect(client.get({ id: 'none' }, {})).resolves.toBeUndefined();
  });

  it('is one per client: another table may still be asked', async () => {
    const failing = createClient();
    const other = createClient();
    store.proxy.inject({ fault: faults.throttling(), times: 1 });
    await reasonOf(failing.client.get({ id: 'a' }, {}));
    await expect(other.client.get({ id: 'none' }, {})).resolves.toBeUndefined();
  });
});

describe('limits', () => {
  it('fit a table in the same Region', () => {
    expect(STATE_CLIENT_LIMITS).toEqual({ connectionTimeoutMs: 150, requestTimeoutMs: 300 });
  });
});
