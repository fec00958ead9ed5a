import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { createTablesFromTemplate, faults, startEmbeddedDynamoDb, startFaultProxy, type CreatedTable, type FaultProxy, type SynthesizedTemplate } from '../../local/index.ts';
import { ROOT } from '../docs/pages.ts';
import { deferred } from '../runtime/core/deferred.ts';
import { pointSdkTo } from '../runtime/dynamodb/fixture.ts';
import { Cleanup, until } from './support.ts';

const DAY_MS = 86_400_000;
/** What the SDK makes of one request of Powertools before it gives up; its default is four. */
const ATTEMPTS_OF_SDK = 2;

interface Answer {
  readonly statusCode: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A provider of payments that knows keys: what it has charged once it answers with the same receipt. */
class Provider {
  readonly receipts = new Map<string, string>();
  /** The key of each request, in order. */
  readonly asked: string[] = [];
  /** What befalls the next requests, before or after they are charged; none means that all is well. */
  readonly trouble: ('lost reply' | number)[] = [];
  /** Requests are held until this comes true. */
  held: Promise<undefined> = Promise.resolve(undefined);

  readonly fetch = async (_url: unknown, { headers = {}, body }: RequestInit = {}): Promise<Response> => {
    const key = (headers as Record<string, string>)['Idempotency-Key']!;
    this.asked.push(key);
    await this.held;
    const trouble = this.trouble.shift();
    if (typeof trouble === 'number') return new Response('no', { status: trouble });
    if (!this.receipts.has(key)) this.receipts.set(key, `receipt ${this.receipts.size + 1} for ${body as string}`);
    if (trouble === 'lost reply') throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    return new Response(this.receipts.get(key));
  };
}

async function synthesised(example: string, stack: string): Promise<SynthesizedTemplate> {
  const outDir = await mkdtemp(join(tmpdir(), 'resilient-lambda-'));
  try {
    await promisify(execFile)('tsx', [example], { cwd: ROOT, env: { ...process.env, CDK_OUTDIR: outDir, NODE_OPTIONS: '' } });
    return JSON.parse(await readFile(join(outDir, `${stack}.template.json`), 'utf8')) as SynthesizedTemplate;
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

const cleanup = new Cleanup();
const realFetch = globalThis.fetch;
let template: SynthesizedTemplate;
let tables: Map<string, CreatedTable>;
let proxy: FaultProxy;
let provider: Provider;
let handler: (event: never, context: Context) => Promise<unknown>;

beforeAll(async () => {
  template = await synthesised('examples/payments-stack.ts', 'Payments');
  const engine = cleanup.add(await startEmbeddedDynamoDb());
  tables = await createTablesFromTemplate(engine.endpoint, template);
  proxy = cleanup.add(await startFaultProxy(engine.endpoint));
  pointSdkTo(proxy.endpoint);
  process.env['RESULTS_TABLE'] = [...tables.values()][0]!.tableName;
  process.env['AWS_MAX_ATTEMPTS'] = String(ATTEMPTS_OF_SDK);
});

beforeEach(async () => {
  provider = new Provider();
  globalThis.fetch = provider.fetch;
  for (const level of ['info', 'warn', 'error'] as const) jest.spyOn(console, level).mockImplementation(() => undefined);
  // A new environment, with a budget of retries of its own.
  jest.resetModules();
  ({ handler } = await import('../../examples/payments.mts'));
});

afterEach(() => {
  proxy.clear();
  proxy.resetCounters();
  globalThis.fetch = realFetch;
  jest.restoreAllMocks();
});

afterAll(async () => {
  for (const name of ['RESULTS_TABLE', 'AWS_MAX_ATTEMPTS']) Reflect.deleteProperty(process.env, name);
  await cleanup.run();
});

let keys = 0;
const newKey = () => `key-${(keys += 1)}`;
const pay = async (key: string | undefined, order = 'tea', sub = 'ann'): Promise<Answer> => {
  const event = {
    version: '2.0',
    headers: key === undefined ? {} : { 'idempotency-key': key },
    requestContext: { http: { method: 'POST', path: '/' }, authorizer: { jwt: { claims: { sub } } } },
    body: order,
  };
  return (await handler(event as never, { getRemainingTimeInMillis: () => 10_000 } as Context)) as Answer;
};
const codeOf = ({ body }: Answer) => (JSON.parse(body) as { code: string }).code;
const REPLAYED = { 'X-Idempotent-Replay': 'true' };

describe('a payment as the page of the retry makes it', () => {
  it('is made once, although its result was kept and the reply of the table was lost (RT-24)', async () => {
    const lost = proxy.inject({ operation: 'UpdateItem', fault: faults.internalServerErrorAfterApply(), times: ATTEMPTS_OF_SDK });
    await expect(pay(newKey())).resolves.toEqual({ statusCode: 200, body: 'receipt 1 for tea', headers: REPLAYED });
    expect(lost.injected).toBe(ATTEMPTS_OF_SDK);
    expect(provider.asked).toHaveLength(1);
  });

  it('is asked for with the same key again, where the reply of the provider was lost (RT-24)', async () => {
    provider.trouble.push('lost reply');
    const key = newKey();
    await expect(pay(key)).resolves.toEqual({ statusCode: 200, body: 'receipt 1 for tea' });
    expect(provider.asked).toEqual([`ann/${key}`, `ann/${key}`]);
    expect(provider.receipts.size).toBe(1);
  });

  it('is answered from the table when its caller comes back, and the answer says so (RT-24, ER-14)', async () => {
    const key = newKey();
    const first = await pay(key);
    expect(first.headers).toBeUndefined();
    await expect(pay(key)).resolves.toEqual({ ...first, headers: REPLAYED });
    expect(provider.asked).toHaveLength(1);
  });

  it('runs once of five at the same time; the others get 409 while it does (PRT-16, RT-24, ER-14)', async () => {
    const key = newKey();
    const decision = deferred();
    provider.held = decision.promise;
    const answers: Answer[] = [];
    const paying = Array.from({ length: 5 }, async () => answers.push(await pay(key)));
    await until(() => answers.length === 4, 20_000);
    expect(answers.map((answer) => [answer.statusCode, codeOf(answer)])).toEqual(Array.from({ length: 4 }, () => [409, 'IDEMPOTENCY_CONFLICT']));
    decision.resolve(undefined);
    await Promise.all(paying);
    expect(answers[4]).toEqual({ statusCode: 200, body: 'receipt 1 for tea' });
    expect(provider.asked).toHaveLength(1);
  });

  it('is refused with 422 where its key was used for another order, which is still known (RT-24)', async () => {
    const key = newKey();
    await pay(key);
    const other = await pay(key, 'coffee');
    expect([other.statusCode, codeOf(other)]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    await expect(pay(key)).resolves.toMatchObject({ statusCode: 200, body: 'receipt 1 for tea' });
    expect(provider.asked).toHaveLength(1);
  });

  it('is not made while the table does not answer (PRT-17)', async () => {
    const outage = proxy.outage(faults.serviceUnavailable());
    const key = newKey();
    const refused = await pay(key);
    expect([refused.statusCode, codeOf(refused)]).toEqual([503, 'RETRY_EXHAUSTED']);
    expect(outage.injected).toBe(3 * ATTEMPTS_OF_SDK);
    expect(provider.asked).toEqual([]);
    proxy.clear();
    await expect(pay(key)).resolves.toMatchObject({ statusCode: 200 });
  });

  it('is not made where the function may not write to the table, and not tried again (PRT-17)', async () => {
    const denied = proxy.outage(faults.accessDenied());
    await expect(pay(newKey())).rejects.toThrow('Failed to save in progress record');
    expect(denied.injected).toBe(1);
    expect(provider.asked).toEqual([]);
  });

  it('is made later if it failed, because failures are not kept (PRT-18)', async () => {
    const key = newKey();
    provider.trouble.push(503, 503, 503);
    const failed = await pay(key);
    expect([failed.statusCode, codeOf(failed)]).toEqual([503, 'RETRY_EXHAUSTED']);
    await expect(pay(key)).resolves.toEqual({ statusCode: 200, body: 'receipt 1 for tea' });
    expect(provider.asked).toHaveLength(4);
  });

  it('that was declined stays declined (PRT-18)', async () => {
    const key = newKey();
    provider.trouble.push(402);
    await expect(pay(key)).resolves.toEqual({ statusCode: 402, body: 'no' });
    await expect(pay(key)).resolves.toEqual({ statusCode: 402, body: 'no', headers: REPLAYED });
    expect(provider.asked).toHaveLength(1);
  });

  it('is kept by the SDK, which tries again, where the table throttles for a moment', async () => {
    const throttled = proxy.inject({ operation: 'UpdateItem', fault: faults.throttling(), times: 1 });
    await expect(pay(newKey())).resolves.toEqual({ statusCode: 200, body: 'receipt 1 for tea' });
    expect(throttled.injected).toBe(1);
  });

  it('is locked, and the provider knows the key, where the result could not be kept (PRT-17)', async () => {
    const key = newKey();
    proxy.inject({ operation: 'UpdateItem', fault: faults.serviceUnavailable() });
    await expect(pay(key)).resolves.toMatchObject({ statusCode: 409 });
    proxy.clear();
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + 10_001);
    await expect(pay(key)).resolves.toEqual({ statusCode: 200, body: 'receipt 1 for tea' });
    expect(provider.asked).toEqual([`ann/${key}`, `ann/${key}`]);
    expect(provider.receipts.size).toBe(1);
  });

  it('is one of its caller: others may have the same key', async () => {
    const key = newKey();
    await pay(key, 'tea', 'ann');
    await expect(pay(key, 'tea', 'bob')).resolves.toEqual({ statusCode: 200, body: 'receipt 2 for tea' });
  });

  it('is not made without a key', async () => {
    const refused = await pay(undefined);
    expect([refused.statusCode, codeOf(refused)]).toEqual([400, 'IDEMPOTENCY_KEY_MISSING']);
    expect(provider.asked).toEqual([]);
  });

  it('is forgotten after a day (RT-24)', async () => {
    const key = newKey();
    await pay(key);
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now + DAY_MS - 10_000);
    await expect(pay(key)).resolves.toMatchObject({ headers: REPLAYED });
    clock.mockImplementation(() => now + DAY_MS + 10_000);
    await expect(pay(key)).resolves.toEqual({ statusCode: 200, body: 'receipt 1 for tea' });
    expect(provider.asked).toHaveLength(2);
  });
});

describe('the table of results', () => {
  it('is written to twice for a payment, and once in vain for a repetition', async () => {
    const key = newKey();
    await pay(key);
    expect(proxy.counters()).toMatchObject({ appliedWrites: 2, requestsByOperation: { PutItem: 1, UpdateItem: 1 } });
    proxy.resetCounters();
    await pay(key);
    // DynamoDB brings the item back with the failed condition; the engine of this test does not, and is asked for it.
    expect(proxy.counters()).toMatchObject({ appliedWrites: 0, requestsByOperation: { PutItem: 1, GetItem: 1 } });
  });

  it('is what the stack declares, with the grants that are needed and no others', async () => {
    expect([...tables.values()]).toEqual([expect.objectContaining({ timeToLiveAttribute: 'expiration' })]);
    provider.trouble.push(500);
    const key = newKey();
    await pay(key);
    await pay(key);
    const used = Object.keys(proxy.counters().requestsByOperation).map((operation) => `dynamodb:${operation}`);
    const policy = Object.values(template.Resources ?? {}).find(({ Type }) => Type === 'AWS::IAM::Policy')!;
    const { Statement } = policy.Properties!['PolicyDocument'] as { Statement: readonly { Action: string | readonly string[] }[] };
    const granted = Statement.flatMap(({ Action }) => Action).filter((action) => action.startsWith('dynamodb:'));
    expect(granted.sort()).toEqual(used.sort());
  });
});
