import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { makeHandlerIdempotent } from '@aws-lambda-powertools/idempotency/middleware';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { createTable, faults, localClientConfig, startEmbeddedDynamoDb, startFaultProxy, type EmbeddedDynamoDb, type FaultProxy } from '../../local/index.ts';
import { middy } from '../../runtime/src/middy/middy.ts';
import { retry, type RetryMiddlewareOptions } from '../../runtime/src/retry/middleware.ts';
import { deferred } from '../runtime/core/deferred.ts';
import { pointSdkTo } from '../runtime/dynamodb/fixture.ts';
import { networkError, RetryWorld, statusError } from '../runtime/retry/world.ts';
import { Cleanup, until } from './support.ts';

const TABLE = 'results';
/** What each invocation has left when it begins. */
const LEFT_MS = 10_000;
const CONTEXT = { getRemainingTimeInMillis: () => LEFT_MS } as Context;
const NO_WAITS = { initialDelayMs: 0, jitter: 'none' } as const;
const IN_PROGRESS = 'IdempotencyAlreadyInProgressError';

interface Charge {
  readonly key: string;
  readonly order?: string;
}
type Work = (charge: Charge, context?: Context, signal?: AbortSignal) => unknown;

const cleanup = new Cleanup();
let engine: EmbeddedDynamoDb;
let proxy: FaultProxy;
let client: DynamoDBClient;
let charge: Charge;
let keys = 0;

beforeAll(async () => {
  engine = cleanup.add(await startEmbeddedDynamoDb());
  await createTable(engine.endpoint, { tableName: TABLE, partitionKey: 'id' });
  proxy = cleanup.add(await startFaultProxy(engine.endpoint));
  pointSdkTo(proxy.endpoint);
  client = new DynamoDBClient(localClientConfig(proxy.endpoint));
  cleanup.defer(() => client.destroy());
});

beforeEach(() => {
  charge = { key: `key-${(keys += 1)}` };
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
});

afterEach(() => {
  proxy.clear();
  jest.restoreAllMocks();
});

afterAll(() => cleanup.run());

/** Time passes for whoever asks Node for it, and that is Powertools. */
function pass(durationMs: number): void {
  const then = Date.now() + durationMs;
  jest.spyOn(Date, 'now').mockImplementation(() => then);
}

function options() {
  return {
    persistenceStore: new DynamoDBPersistenceLayer({ tableName: TABLE, awsSdkV3Client: client }),
    config: new IdempotencyConfig({ eventKeyJmesPath: 'key', payloadValidationJmesPath: 'order', throwOnNoIdempotencyKey: true }),
    keyPrefix: charge.key,
  };
}

/** A side effect that is counted. */
const counted = (work: Work = () => ({ paid: true })) => jest.fn(work);

const once = (work: Work) => makeIdempotent(work, options());

/** A function whose handler is tried again, in a world of its own. */
function retried(work: Work, { front, world = new RetryWorld(), ...rest }: RetryMiddlewareOptions & { front?: object; world?: RetryWorld } = {}) {
  const lambda = front === undefined ? middy() : middy().use(front);
  const handler = lambda
    .use(retry({ name: 'payments', ...NO_WAITS, ...rest }, world.dependencies))
    .handler(((event: Charge, context: Context, { signal }: { signal: AbortSignal }) => work(event, context, signal)) as never);
  return async (event: Charge = charge): Promise<unknown> => handler(event, CONTEXT);
}

/** What fails the first time. */
function failsOnce(error: Error): () => void {
  let left = 1;
  return () => {
    left -= 1;
    if (left >= 0) throw error;
  };
}

/** What the table has of this test. */
async function recordOf({ key }: Charge): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: TABLE }));
  return Items.find(({ id }) => id?.S?.startsWith(`${key}#`));
}

describe('where the side effect is made idempotent', () => {
  it('inside the retry: an attempt that failed after it is made again without it', async () => {
    const [effect, afterwards] = [counted(), failsOnce(networkError())];
    const chargeOnce = once(effect);
    const pay = retried(async (event, context) => {
      const receipt = await chargeOnce(event, context);
      afterwards();
      return receipt;
    });
    await expect(pay()).resolves.toEqual({ paid: true });
    expect(effect).toHaveBeenCalledTimes(1);
  });

  it('around the retry: one lock for all attempts, and each attempt does it again', async () => {
    const [effect, afterwards] = [counted(), failsOnce(networkError())];
    const pay = retried(async (event) => {
      const receipt = effect(event);
      afterwards();
      return receipt;
    }, { front: makeHandlerIdempotent(options()) });
    await expect(pay()).resolves.toEqual({ paid: true });
    expect(effect).toHaveBeenCalledTimes(2);
    await expect(pay()).resolves.toEqual({ paid: true });
    expect(effect).toHaveBeenCalledTimes(2);
  });

  it('around more than the side effect: what fails after it lets it happen again', async () => {
    const [effect, afterwards] = [counted(), failsOnce(networkError())];
    const pay = retried(once((event) => {
      const receipt = effect(event);
      afterwards();
      return receipt;
    }));
    await expect(pay()).resolves.toEqual({ paid: true });
    expect(effect).toHaveBeenCalledTimes(2);
  });

  // When this fails, Powertools has mended it, and the page may say so.
  it('by the middleware of Powertools 2.35: who is refused frees the key of the one at work, and the next runs (PRT-16)', async () => {
    const decision = deferred();
    const effect = counted(async () => {
      await decision.promise;
      return { paid: true };
    });
    const pay = retried(effect, { front: makeHandlerIdempotent(options()) });
    const first = pay();
    await until(() => effect.mock.calls.length === 1);
    await expect(pay()).rejects.toMatchObject({ name: IN_PROGRESS });
    const third = pay();
    await until(() => effect.mock.calls.length === 2);
    decision.resolve(undefined);
    await Promise.all([first, third]);
  });
});

describe('a side effect that throws', () => {
  it('frees its key, so that it happens again (PRT-18)', async () => {
    const fails = failsOnce(statusError(503));
    const effect = counted(() => {
      fails();
      return { paid: true };
    });
    await expect(retried(once(effect))()).resolves.toEqual({ paid: true });
    expect(effect).toHaveBeenCalledTimes(2);
  });

  it('and returns its failure instead is answered with that until the key expires (PRT-18)', async () => {
    const answers = [{ statusCode: 503 }, { statusCode: 200 }];
    const effect = counted(() => answers.shift());
    const pay = retried(once(effect));
    await expect(pay()).resolves.toEqual({ statusCode: 503 });
    await expect(pay()).resolves.toEqual({ statusCode: 503 });
    expect(effect).toHaveBeenCalledTimes(1);
    pass(3_602_000);
    await expect(pay()).resolves.toEqual({ statusCode: 200 });
  });

  it('keeps its key where that cannot be freed, and is refused', async () => {
    const effect = counted(() => {
      throw statusError(503);
    });
    proxy.inject({ operation: 'DeleteItem', fault: faults.serviceUnavailable() });
    await expect(retried(once(effect))()).rejects.toMatchObject({ name: IN_PROGRESS });
    expect(effect).toHaveBeenCalledTimes(1);
  });
});

describe('a key that is in progress', () => {
  it('is refused at once, because nothing says when it will be free (RT-24)', async () => {
    const effect = counted(() => new Promise(() => undefined));
    const chargeOnce = once(effect);
    void chargeOnce(charge, CONTEXT);
    await until(() => effect.mock.calls.length === 1);
    const world = new RetryWorld();
    await expect(retried(chargeOnce, { world })()).rejects.toMatchObject({ name: IN_PROGRESS });
    expect(world.told('retry.given_up')).toEqual([{ attempts: 1, errorType: IN_PROGRESS }]);
  });

  it('is waited for where the retry is told to, and its result is the answer (RT-24)', async () => {
    const decision = deferred();
    const effect = counted(async () => {
      await decision.promise;
      return { paid: true };
    });
    const chargeOnce = once(effect);
    const first = retried(chargeOnce)();
    await until(() => effect.mock.calls.length === 1);
    const world = new RetryWorld();
    const second = retried(chargeOnce, { world, initialDelayMs: 100, attemptTimeoutMs: 0, retryOn: [IN_PROGRESS] })();
    await until(() => world.sleeps.includes(100));
    decision.resolve(undefined);
    await first;
    await world.pass(100);
    await expect(second).resolves.toEqual({ paid: true });
    expect(effect).toHaveBeenCalledTimes(1);
  });

  it('of an environment that died is free when its invocation would have been over (RT-24)', async () => {
    const effect = counted(() => (effect.mock.calls.length === 1 ? new Promise(() => undefined) : { paid: true }));
    const chargeOnce = once(effect);
    const pay = retried(chargeOnce);
    void chargeOnce(charge, CONTEXT);
    await until(() => effect.mock.calls.length === 1);
    pass(LEFT_MS - 1000);
    await expect(pay()).rejects.toMatchObject({ name: IN_PROGRESS });
    pass(2000);
    await expect(pay()).resolves.toEqual({ paid: true });
    expect(effect).toHaveBeenCalledTimes(2);
  });

  it('of a function that was not handed the context stays so until it expires', async () => {
    const effect = counted(() => new Promise(() => undefined));
    const chargeOnce = once(effect);
    void chargeOnce(charge);
    await until(() => effect.mock.calls.length === 1);
    expect(await recordOf(charge)).not.toHaveProperty('in_progress_expiration');
    pass(900_000);
    await expect(retried(chargeOnce)()).rejects.toMatchObject({ name: IN_PROGRESS });
  });

  it('is refused to its own caller where the reply was lost that says so, and nothing has happened (PRT-17)', async () => {
    proxy.inject({ operation: 'PutItem', fault: faults.resetAfterApply(), times: 1 });
    const effect = counted();
    await expect(retried(once(effect))()).rejects.toMatchObject({ name: IN_PROGRESS });
    expect(effect).not.toHaveBeenCalled();
  });

  it('is refused with an error that is final where the payload is another one (RT-24)', async () => {
    const [effect, world] = [counted(), new RetryWorld()];
    const pay = retried(once(effect), { world });
    await pay({ ...charge, order: 'tea' });
    await expect(pay({ ...charge, order: 'coffee' })).rejects.toMatchObject({ name: 'IdempotencyValidationError' });
    expect(world.told('retry.given_up')).toEqual([{ attempts: 1, errorType: 'IdempotencyValidationError' }]);
  });
});

describe('an attempt that takes too long', () => {
  const limited = (world: RetryWorld) => ({ world, attemptTimeoutMs: 2000, initialDelayMs: 100, retryOn: [IN_PROGRESS] });

  it('frees its key if its work ends with its signal, and the next one does it', async () => {
    const world = new RetryWorld();
    const effect = counted((_charge, _context, signal) =>
      effect.mock.calls.length > 1
        ? { paid: true }
        : new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error))),
    );
    const paying = retried(once(effect), limited(world))();
    await until(() => effect.mock.calls.length === 1);
    await world.pass(2000);
    await until(async () => (await recordOf(charge)) === undefined);
    await world.pass(100);
    await expect(paying).resolves.toEqual({ paid: true });
    expect(effect).toHaveBeenCalledTimes(2);
  });

  it('keeps its key while its work goes on, and the next one is given its result', async () => {
    const world = new RetryWorld();
    const decision = deferred();
    const effect = counted(async () => {
      await decision.promise;
      return { paid: true };
    });
    const paying = retried(once(effect), limited(world))();
    await until(() => effect.mock.calls.length === 1);
    await world.pass(2000);
    await until(() => world.sleeps.includes(100));
    await world.pass(100);
    await until(() => world.sleeps.includes(200));
    decision.resolve(undefined);
    await until(async () => (await recordOf(charge))?.['data'] !== undefined);
    await world.pass(200);
    await expect(paying).resolves.toEqual({ paid: true });
    expect(effect).toHaveBeenCalledTimes(1);
  });
});

describe('a call without a key', () => {
  it('is not made', async () => {
    const effect = counted();
    await expect(retried(once(effect))({ key: '' })).rejects.toMatchObject({ cause: { name: 'IdempotencyKeyError' } });
    expect(effect).not.toHaveBeenCalled();
  });
});
