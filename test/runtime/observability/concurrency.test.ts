import { setImmediate as turn } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { InvokeStore, type InvokeStoreBase } from '@aws/lambda-invoke-store';
import type { Request } from '@middy/core';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';
import { FACTORIES, invoke, lambdaContext } from '../middy/gates.ts';
import { listening, type Line } from './listening.ts';

const test = listening({ AWS_LAMBDA_MAX_CONCURRENCY: '64' });
const REQUESTS = 64;

/** How one of many requests ends. */
type Fate = 'success' | 'error' | 'early';

interface Arrival {
  readonly id: string;
  readonly fate: Fate;
  /** Turns of the event loop that it waits between its steps. */
  readonly waits: readonly number[];
}

/** A crowd of requests that wait at random points, the same for the same seed. */
function crowd(seed: number): Arrival[] {
  const random = new SeededRandom(seed);
  const pick = (count: number) => Math.floor(random.next() * count);
  return Array.from({ length: REQUESTS }, (_, index) => ({
    id: `r${index}`,
    fate: (['success', 'success', 'error', 'early'] as const)[pick(4)]!,
    waits: Array.from({ length: 4 }, () => pick(6)),
  }));
}

async function wait(turns: number): Promise<void> {
  for (let count = 0; count < turns; count += 1) await turn();
}

const eventOf = (arrival: Arrival) => ({
  version: '2.0',
  routeKey: `GET /${arrival.id}`,
  requestContext: { requestId: arrival.id, http: { method: 'GET' }, authorizer: { jwt: { claims: { sub: `user-${arrival.id}`, tenant: `tenant-${arrival.id}` } } } },
  arrival,
});
const arrivalOf = (event: unknown) => (event as ReturnType<typeof eventOf>).arrival;

/** The modules that look at the environment when they are loaded or created. */
async function load() {
  const { observed } = await import('./observed.ts');
  const { subsegmentsOf, inSegment } = await import('./tracing.ts');
  return { observed, subsegmentsOf, inSegment };
}

let modules: Awaited<ReturnType<typeof load>>;
let store: InvokeStoreBase;
beforeAll(async () => {
  // As Lambda's own client does on a Managed Instance.
  store = await InvokeStore.getInstanceAsync(true);
  modules = await load();
});

/** A handler that logs, counts and annotates with the id of its request, in between which others do the same. */
function world(create: (typeof FACTORIES)[number]['create'], environment: Record<string, string>) {
  const parts = modules.observed({ tracing: true, maxDimensionValues: 1000 }, { environment });
  const { middleware, logger, metrics, tracer } = parts;
  const active: number[] = [];
  const handler = create(async (event: unknown) => {
    const { id, fate, waits } = arrivalOf(event);
    metrics.addDimension('id', id);
    await wait(waits[1]!);
    logger.info(id, { step: 1 });
    metrics.addMetric(`own-${id}`, 'Count', 1);
    tracer.putAnnotation('Id', id);
    active.push(middleware.statistics().active);
    await wait(waits[2]!);
    logger.warn(id, { step: 2 });
    if (fate === 'error') throw new Error(id);
    return { statusCode: 200 };
  })
    .use({ before: async ({ event }: Request) => wait(arrivalOf(event).waits[3]!) })
    .use(middleware)
    .use({ before: ({ event }: Request) => (arrivalOf(event).fate === 'early' ? { statusCode: 304 } : undefined) });
  return { ...parts, handler, active };
}

const count = (arrivals: readonly Arrival[], fate: Fate) => arrivals.filter((arrival) => arrival.fate === fate).length;
const idOf = (line: Line) => (line['message'] === 'request completed' || line['message'] === 'request failed' ? String(line['correlation_id']) : String(line['message']));

describe.each(FACTORIES)('64 requests at once in one environment, on $factory', ({ create, settlesAll }) => {
  it.each([1, 2, 3])('do not touch each other’s lines, metrics and traces: seed %d (PR-09)', async (seed) => {
    const { heard } = test;
    const arrivals = crowd(seed);
    const { middleware, handler, active } = world(create, { AWS_LAMBDA_MAX_CONCURRENCY: '64' });
    const segments = await modules.inSegment(async (segment) => {
      const answer = async (arrival: Arrival) => {
        await wait(arrival.waits[0]!);
        await store.run({}, () => invoke(handler, eventOf(arrival), { ...lambdaContext(), awsRequestId: `lambda-${arrival.id}` }));
      };
      await Promise.allSettled(arrivals.map(answer));
      return modules.subsegmentsOf(segment);
    });
    const ends = arrivals.filter(({ fate }) => fate !== 'early' || settlesAll);
    const ran = arrivals.filter(({ fate }) => fate !== 'early');
    expect(heard.lines).toHaveLength(ran.length * 2 + ends.length);
    for (const line of heard.lines) {
      const id = idOf(line);
      expect(line).toMatchObject({ correlation_id: id, tenant_id: `tenant-${id}`, user_id: `user-${id}`, operation: `GET /${id}`, function_request_id: `lambda-${id}` });
    }
    const own = heard.points.filter(({ namespace }) => namespace === 'shop');
    expect(own.map(({ name, values, dimensions }) => [name, values, dimensions['id']]).sort()).toEqual(ran.map(({ id }) => [`own-${id}`, [1], id]).sort());
    const closed = segments.filter((segment) => segment.in_progress === undefined);
    const annotated = closed.map(({ annotations: { Id, Tenant, Operation, Error: failed } = {} }) => [Id, Tenant, Operation, failed]);
    const expected = ends.map(({ id, fate }) => [fate === 'early' ? undefined : id, `tenant-${id}`, `GET /${id}`, fate === 'error']);
    expect(annotated.sort()).toEqual(expected.sort());
    expect([heard.sumOf('Requests'), heard.sumOf('RequestErrors')]).toEqual([ends.length, count(arrivals, 'error')]);
    expect(heard.remarks).toEqual([]);
    expect(Math.max(...active)).toBeGreaterThan(REQUESTS / 4);
    expect(middleware.statistics()).toMatchObject({ requests: REQUESTS, active: settlesAll ? 0 : count(arrivals, 'early'), errors: 0 });
  });

  it.each([
    ['says that it serves several', { AWS_LAMBDA_MAX_CONCURRENCY: '64' }],
    ['says nothing, such as a server of one’s own', {}],
  ])('are all counted, exactly, where the environment %s', async (_, environment) => {
    const { heard } = test;
    const arrivals = crowd(4).map((arrival) => (arrival.fate === 'early' ? { ...arrival, fate: 'success' as const } : arrival));
    const { middleware, handler, active } = world(create, environment);
    await modules.inSegment(() => store.run({}, () => Promise.allSettled(arrivals.map((arrival) => invoke(handler, eventOf(arrival))))));
    expect([heard.sumOf('Requests'), heard.sumOf('RequestErrors'), heard.valuesOf('RequestLatency').length]).toEqual([64, count(arrivals, 'error'), 64]);
    expect(heard.sumOf('OperationRequests')).toBe(64);
    expect(heard.linesOf('request.failed')).toHaveLength(count(arrivals, 'error'));
    expect(heard.linesOf('request.completed')).toHaveLength(64 - count(arrivals, 'error'));
    expect(heard.points.filter(({ namespace }) => namespace === 'shop').flatMap(({ values }) => values)).toHaveLength(64);
    expect(Math.max(...active)).toBeGreaterThan(16);
    expect(middleware.statistics()).toMatchObject({ requests: 64, active: 0, errors: 0 });
  });
});

describe('the gauge of active requests', () => {
  it('shows how many there were when one of them ended', async () => {
    const { middleware } = modules.observed({}, { environment: { AWS_LAMBDA_MAX_CONCURRENCY: '64' } });
    const gates: (() => void)[] = [];
    const handler = FACTORIES[1]!.create(async () => new Promise<void>((resolve) => void gates.push(resolve))).use(middleware);
    const arrivals = crowd(5).slice(0, 3);
    const ended = arrivals.map((arrival) => store.run({}, () => invoke(handler, eventOf(arrival)).catch(() => undefined)));
    await turn();
    expect(middleware.statistics().active).toBe(3);
    for (const [index, open] of gates.entries()) {
      open();
      await ended[index];
    }
    expect(test.heard.valuesOf('ActiveRequests')).toEqual([3, 2, 1]);
    expect(middleware.statistics().active).toBe(0);
  });
});

describe('a request that was forgotten because it never ended', () => {
  it('leaves alone what a later one has put onto the logger and into its trace', async () => {
    const { heard } = test;
    const { middleware, logger, tracer, clock } = modules.observed({ tracing: true }, { environment: { AWS_LAMBDA_MAX_CONCURRENCY: '64' } });
    const outer = { before: () => logger.appendKeys({ tenant_id: 'set further out' }) };
    const plugin = { timeoutEarlyInMillis: 0 };
    const never = FACTORIES[0]!.create(() => new Promise(() => undefined), plugin).use(middleware);
    const next = FACTORIES[0]!.create(async () => logger.info('working'), plugin).use(outer).use(middleware);
    const [arrival] = crowd(6);
    const answered = await modules.inSegment(async (segment) => {
      void store.run({}, () => invoke(never, eventOf(arrival!)));
      clock.advance(100_000);
      await store.run({}, async () => {
        await expect(invoke(next, { requestContext: { requestId: 'next', http: {} } })).resolves.toBeUndefined();
        expect(tracer.getSegment()).toBe(segment);
      });
      return modules.subsegmentsOf(segment).filter(({ in_progress }) => in_progress === undefined);
    });
    expect(heard.lines[0]).toMatchObject({ message: 'working', tenant_id: 'set further out', correlation_id: 'next' });
    expect(answered.map(({ annotations }) => annotations?.['Tenant'])).toEqual([undefined]);
    expect(middleware.statistics()).toMatchObject({ requests: 2, active: 0, errors: 0 });
  });
});
