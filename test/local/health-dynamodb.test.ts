import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTable, faults, LOCAL_REGION, startEmbeddedDynamoDb, startFaultProxy, type FaultProxy } from '../../local/index.ts';
import { createHealth } from '../../runtime/src/health/create.ts';
import { dynamoDbTableCheck } from '../../runtime/src/health/dynamodb-table-check.ts';
import { World } from '../runtime/health/fixture.ts';
import { pointSdkTo } from '../runtime/dynamodb/fixture.ts';
import { Cleanup, until } from './support.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

describe('the check of a DynamoDB table', () => {
  let proxy: FaultProxy;
  let world: World;

  beforeEach(async () => {
    const engine = cleanup.add(await startEmbeddedDynamoDb());
    await createTable(engine.endpoint, { tableName: 'orders', partitionKey: 'id' });
    proxy = cleanup.add(await startFaultProxy(engine.endpoint));
    pointSdkTo(proxy.endpoint);
    world = new World();
  });

  const statusOf = async (options: Parameters<typeof dynamoDbTableCheck>[1]) => {
    const health = createHealth({ checks: [dynamoDbTableCheck('orders', { region: LOCAL_REGION, ...options })] }, world.dependencies);
    const { checks } = await health.check();
    return checks[0]!;
  };

  it('is healthy if the table can be read, though the item does not exist', async () => {
    expect(await statusOf({ table: 'orders' })).toMatchObject({ status: 'healthy', required: true, shared: true });
  });

  it('is unhealthy if the table does not exist, or has another key (PHE-02)', async () => {
    expect(await statusOf({ table: 'nothing' })).toMatchObject({ status: 'unhealthy', message: 'failed' });
    expect(await statusOf({ table: 'orders', key: { number: 7 } })).toMatchObject({ status: 'unhealthy', message: 'failed' });
  });

  it('is unhealthy where the table throttles, after one attempt', async () => {
    proxy.inject({ fault: faults.throttling() });
    expect(await statusOf({ table: 'orders' })).toMatchObject({ status: 'unhealthy', message: 'failed' });
    expect(proxy.counters().requests).toBe(1);
  });

  it('ends a request that takes too long with the time of the check', async () => {
    proxy.inject({ fault: faults.hangBeforeApply() });
    const asking = statusOf({ table: 'orders', timeoutMs: 300 });
    await until(() => proxy.counters().requests === 1);
    await world.pass(300);
    expect(await asking).toMatchObject({ status: 'unhealthy', message: 'did not answer in time', durationMs: 300 });
  });
});
