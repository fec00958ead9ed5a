import { once } from 'node:events';
import { connect } from 'node:net';
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { localClientConfig } from '../../local/client-config.ts';
import { startEmbeddedDynamoDb, type EmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { startFaultProxy, type FaultProxy } from '../../local/fault-proxy.ts';
import { faults, type Fault } from '../../local/faults.ts';
import { createTable } from '../../local/tables.ts';
import { Cleanup, until } from './support.ts';

const TIMEOUT_MS = 100;
// By its text: jest runs tests in a realm of their own, where the SDK takes Node's errors for something else and wraps
// them without their code.
const CONNECTION_LOST = /ECONNRESET|socket hang up|aborted/;
const cleanup = new Cleanup();
let database: EmbeddedDynamoDb;
let proxy: FaultProxy;
let client: DynamoDBClient;
let direct: DynamoDBClient;
let id = 0;

beforeAll(async () => {
  database = await startEmbeddedDynamoDb();
  await createTable(database.endpoint, { tableName: 'counters', partitionKey: 'id' });
  await createTable(database.endpoint, { tableName: 'others', partitionKey: 'id' });
  direct = new DynamoDBClient(localClientConfig(database.endpoint));
});
afterAll(async () => {
  direct.destroy();
  await database.close();
});
beforeEach(async () => {
  proxy = await startFaultProxy(database.endpoint);
  client = new DynamoDBClient({
    ...localClientConfig(proxy.endpoint),
    requestHandler: { requestTimeout: TIMEOUT_MS, throwOnRequestTimeout: true },
  });
  id += 1;
});
afterEach(async () => {
  client.destroy();
  await proxy.close();
  await cleanup.run();
});

const clientFor = (endpoint: string): DynamoDBClient => {
  const created = new DynamoDBClient(localClientConfig(endpoint));
  cleanup.defer(() => created.destroy());
  return created;
};
const key = (TableName = 'counters') => ({ TableName, Key: { id: { S: String(id) } } });
const read = (table?: string) => client.send(new GetItemCommand(key(table)));
const increment = (table?: string) =>
  client.send(
    new UpdateItemCommand({
      ...key(table),
      UpdateExpression: 'ADD #n :one',
      ExpressionAttributeNames: { '#n': 'n' },
      ExpressionAttributeValues: { ':one': { N: '1' } },
    }),
  );
const stored = async (): Promise<number> => Number((await direct.send(new GetItemCommand(key()))).Item?.n?.N ?? 0);
const errorOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined, (error: unknown) => error);

describe('fault proxy', () => {
  it('changes nothing without rules', async () => {
    await increment();
    await increment();
    expect((await read()).Item?.n?.N).toBe('2');
    expect(proxy.counters()).toEqual({
      requests: 3,
      connections: 1,
      appliedWrites: 2,
      injectedFaults: 0,
      requestsByOperation: { UpdateItem: 2, GetItem: 1 },
    });
    proxy.resetCounters();
    expect(proxy.counters()).toMatchObject({ requests: 0, connections: 0, appliedWrites: 0, requestsByOperation: {} });
  });

  it('does not count a write that DynamoDB refuses', async () => {
    await expect(increment('missing')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect(proxy.counters()).toMatchObject({ requests: 1, appliedWrites: 0, injectedFaults: 0 });
  });

  const answers: [keyof typeof faults, Fault, string, number, boolean][] = [
    ['throttling', faults.throttling(), 'ThrottlingException', 400, false],
    ['provisionedThroughputExceeded', faults.provisionedThroughputExceeded(), 'ProvisionedThroughputExceededException', 400, false],
    ['requestLimitExceeded', faults.requestLimitExceeded(), 'RequestLimitExceeded', 400, false],
    ['transactionConflict', faults.transactionConflict(), 'TransactionConflictException', 400, false],
    ['accessDenied', faults.accessDenied(), 'AccessDeniedException', 400, false],
    ['internalServerError', faults.internalServerError(), 'InternalServerError', 500, false],
    ['serviceUnavailable', faults.serviceUnavailable(), 'ServiceUnavailable', 503, false],
    ['internalServerErrorAfterApply', faults.internalServerErrorAfterApply(), 'InternalServerError', 500, true],
  ];

  it.each(answers)('answers with an error of DynamoDB: %s', async (_, fault, name, status, applied) => {
    proxy.inject({ fault });
    expect(await errorOf(increment())).toMatchObject({ name, $metadata: { httpStatusCode: status, attempts: 1 } });
    expect(await stored()).toBe(applied ? 1 : 0);
    expect(proxy.counters()).toMatchObject({ requests: 1, appliedWrites: applied ? 1 : 0, injectedFaults: 1 });
  });

  it('answers in HTML', async () => {
    proxy.inject({ fault: faults.html() });
    expect(await errorOf(increment())).toMatchObject({ $metadata: { httpStatusCode: 500 } });
    expect(await stored()).toBe(0);
    expect(proxy.counters()).toMatchObject({ requests: 1, appliedWrites: 0, injectedFaults: 1 });
  });

  const connectionFaults: [keyof typeof faults, Fault, RegExp, boolean][] = [
    ['resetBeforeApply', faults.resetBeforeApply(), CONNECTION_LOST, false],
    ['hangBeforeApply', faults.hangBeforeApply(), /TimeoutError/, false],
    ['resetAfterApply', faults.resetAfterApply(), CONNECTION_LOST, true],
    ['hangAfterApply', faults.hangAfterApply(), /TimeoutError/, true],
    ['truncatedBody', faults.truncatedBody(), CONNECTION_LOST, true],
  ];

  it.each(connectionFaults)('breaks or silences the connection: %s', async (_, fault, expected, applied) => {
    const injected = proxy.inject({ fault });
    expect(String(await errorOf(increment()))).toMatch(expected);
    await until(async () => (await stored()) === (applied ? 1 : 0));
    expect(proxy.counters()).toMatchObject({ requests: 1, appliedWrites: applied ? 1 : 0, injectedFaults: 1 });
    injected.remove();
    await increment();
    expect(proxy.counters()).toMatchObject({ requests: 2, injectedFaults: 1 });
  });

  it.each([
    ['before', { beforeMs: 30 }],
    ['after', { afterMs: 30 }],
    ['before and after', { beforeMs: 15, afterMs: 15 }],
  ])('delays %s forwarding', async (_, wait) => {
    proxy.inject({ fault: faults.latency(wait) });
    const start = performance.now();
    await increment();
    expect(performance.now() - start).toBeGreaterThanOrEqual(28);
    expect(proxy.counters()).toMatchObject({ appliedWrites: 1, injectedFaults: 1 });
  });

  it('applies a write although the client gave up on a slow answer', async () => {
    proxy.inject({ fault: faults.latency({ beforeMs: TIMEOUT_MS * 1.5 }) });
    expect(await errorOf(increment())).toMatchObject({ name: 'TimeoutError' });
    await until(async () => (await stored()) === 1);
  });
});

describe('rules', () => {
  it('select by operation', async () => {
    proxy.inject({ fault: faults.throttling(), operation: ['UpdateItem', 'PutItem'] });
    await read();
    await expect(increment()).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  it('select by table', async () => {
    proxy.inject({ fault: faults.throttling(), table: 'others' });
    await increment();
    await expect(increment('others')).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  it('select by body', async () => {
    proxy.inject({ fault: faults.throttling(), matches: (body) => 'UpdateExpression' in body });
    await read();
    await expect(increment()).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  it('are spent after a number of times', async () => {
    const injected = proxy.inject({ fault: faults.throttling(), times: 2 });
    const outcomes = [];
    for (let i = 0; i < 4; i += 1) outcomes.push((await errorOf(increment())) === undefined);
    expect(outcomes).toEqual([false, false, true, true]);
    expect(injected.injected).toBe(2);
  });

  it('happen with a probability drawn from the given source', async () => {
    const drawn = [0.2, 0.7, 0.49, 0.5];
    const seeded = cleanup.add(await startFaultProxy(database.endpoint, { random: () => drawn.shift() ?? 1 }));
    const through = clientFor(seeded.endpoint);
    seeded.inject({ fault: faults.throttling(), operation: 'GetItem', probability: 0.5 });
    const outcomes = [];
    for (let i = 0; i < 4; i += 1) outcomes.push(await errorOf(through.send(new GetItemCommand(key()))));
    expect(outcomes.map((error) => error !== undefined)).toEqual([true, false, true, false]);
  });

  it('add up: latency and the first other fault', async () => {
    proxy.inject({ fault: faults.latency({ beforeMs: 30 }) });
    proxy.inject({ fault: faults.throttling() });
    proxy.inject({ fault: faults.accessDenied() });
    const start = performance.now();
    await expect(increment()).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(performance.now() - start).toBeGreaterThanOrEqual(28);
    expect(proxy.counters().injectedFaults).toBe(2);
    proxy.clear();
    await increment();
  });
});

describe('connections', () => {
  it('dropped while idle, fail the next call, once', async () => {
    await increment();
    expect(proxy.dropConnections()).toBe(1);
    // The next call either meets the dead connection or has noticed its end and opens another.
    const failed = (await errorOf(increment())) !== undefined;
    await increment();
    expect(await stored()).toBe(failed ? 2 : 3);
    expect(proxy.counters().connections).toBe(2);
  });

  it('dropped in flight, leave the request to DynamoDB applied', async () => {
    proxy.inject({ fault: faults.latency({ afterMs: 50 }), times: 1 });
    const failure = errorOf(increment());
    await until(async () => (await stored()) === 1);
    expect(proxy.dropConnections()).toBe(1);
    expect(String(await failure)).toMatch(CONNECTION_LOST);
  });

  it('break for as long as an outage lasts', async () => {
    await increment();
    const outage = proxy.outage();
    for (let i = 0; i < 2; i += 1) expect(String(await errorOf(increment()))).toMatch(CONNECTION_LOST);
    outage.remove();
    await increment();
    expect(await stored()).toBe(2);
    proxy.outage(faults.serviceUnavailable());
    expect(await errorOf(increment()).then(() => errorOf(increment()))).toMatchObject({ name: 'ServiceUnavailable' });
  });

  it('hang until the proxy is closed', async () => {
    proxy.inject({ fault: faults.hangBeforeApply() });
    const patient = clientFor(proxy.endpoint);
    const failure = errorOf(patient.send(new GetItemCommand(key())));
    await until(() => proxy.counters().requests === 1);
    await proxy.close();
    await proxy.close();
    expect(String(await failure)).toMatch(CONNECTION_LOST);
  });

  it('that end in the middle of a body reach nobody', async () => {
    const socket = connect(Number(new URL(proxy.endpoint).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"half":', () => socket.resetAndDestroy());
    await once(socket, 'close');
    await increment();
    expect(proxy.counters()).toMatchObject({ requests: 1, connections: 2 });
  });

  it('break when DynamoDB itself is not there', async () => {
    const gone = await startEmbeddedDynamoDb();
    await gone.close();
    const orphan = cleanup.add(await startFaultProxy(gone.endpoint));
    const through = clientFor(orphan.endpoint);
    expect(String(await errorOf(through.send(new GetItemCommand(key()))))).toMatch(CONNECTION_LOST);
  });
});
