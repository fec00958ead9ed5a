import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { bulkhead, createBulkhead, type BulkheadMiddlewareOptions } from '../../../runtime/src/bulkhead/index.ts';
import { BulkheadFullError } from '../../../runtime/src/bulkhead/errors.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { NO_EVENTS } from '../../../runtime/src/core/events.ts';
import { deferred, type Deferred } from '../core/deferred.ts';
import { FACTORIES, HTTP_EVENT, invoke, lambdaContext, QUEUE_EVENT } from '../middy/gates.ts';
import { BulkheadWorld } from './world.ts';

const OPTIONS: BulkheadMiddlewareOptions = { name: 'orders', shared: false, maxConcurrent: 1, queueSize: 0 };
const LONG = lambdaContext(600_000);
const QUIETLY = { environment: {}, sink: NO_EVENTS };

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

describe.each(FACTORIES)('bulkhead on $factory', ({ create, settlesAll }) => {
  /** The work of the latest handler, in the order in which it began. */
  let endings: Deferred<unknown>[] = [];

  afterEach(async () => {
    // Middy keeps a timer for as long as a handler works.
    // Those who waited for the end of others have begun meanwhile, and stand at the end of the list.
    for (const ending of endings) {
      ending.resolve(undefined);
      await turn();
    }
    endings = [];
  });

  /** A handler that works until it is told to end. */
  function working(options: Partial<BulkheadMiddlewareOptions> = {}) {
    const world = new BulkheadWorld();
    const gate = createBulkhead({ ...OPTIONS, ...withoutRequestOptions(options) }, world.dependencies);
    endings = [];
    const work = jest.fn(() => {
      const ending = deferred<unknown>();
      endings.push(ending);
      return ending.promise;
    });
    const { identity, priorityFrom } = options;
    const handler = create(work as never).use(bulkhead(gate, { identity, priorityFrom }));
    return { world, gate, handler, work };
  }

  it('lets a handler answer, and has its slot back', async () => {
    const { handler, gate } = working();
    const answer = invoke(handler, HTTP_EVENT, LONG);
    await turn();
    expect(gate.statistics.active).toBe(1);
    endings[0]!.resolve({ statusCode: 200 });
    await expect(answer).resolves.toEqual({ statusCode: 200 });
    expect(gate.statistics).toMatchObject({ active: 0, completed: 1 });
  });

  it('does not look at requests where it is switched off', async () => {
    const touched: string[] = [];
    const event = { ...HTTP_EVENT, get headers() { touched.push('headers'); return {}; } }; // prettier-ignore
    for (const enabled of [false, true]) {
      const handler = create((async () => 'done') as never).use(bulkhead({ ...OPTIONS, enabled }, QUIETLY));
      await expect(invoke(handler, event, LONG)).resolves.toBe('done');
      expect(touched.length > 0).toBe(enabled);
    }
  });

  it('answers HTTP events that find no slot with 429, the slots and Retry-After', async () => {
    const { handler, work } = working();
    void invoke(handler, HTTP_EVENT, LONG);
    const refused = (await invoke(handler, HTTP_EVENT, LONG)) as Answer;
    expect(refused).toMatchObject({ statusCode: 429, headers: { 'Retry-After': '1' } });
    expect(JSON.parse(refused.body)).toEqual({
      error: 'Too Many Requests', message: 'orders has no room for this call at the moment: try again later', code: 'BULKHEAD_FULL', service: 'orders', max_concurrent: 1, retry_after: 1,
    });
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('answers with 503 if so configured', async () => {
    const { handler } = working({ refusal: 'service-unavailable' });
    void invoke(handler, HTTP_EVENT, LONG);
    const refused = (await invoke(handler, HTTP_EVENT, LONG)) as Answer;
    expect(refused.statusCode).toBe(503);
    expect(JSON.parse(refused.body)).toMatchObject({ error: 'Service Unavailable', code: 'BULKHEAD_FULL' });
  });

  it('throws for other events, so that the platform tries again', async () => {
    const { handler } = working();
    void invoke(handler, QUEUE_EVENT, LONG);
    await expect(invoke(handler, QUEUE_EVENT, LONG)).rejects.toBeInstanceOf(BulkheadFullError);
  });

  it('answers with what onRejected says, which is given the event (BH-11)', async () => {
    const { handler } = working({ onRejected: ({ reason }, _call, event) => ({ statusCode: 418, reason, isSame: event === HTTP_EVENT }) });
    void invoke(handler, HTTP_EVENT, LONG);
    await expect(invoke(handler, HTTP_EVENT, LONG)).resolves.toEqual({ statusCode: 418, reason: 'queue_full', isSame: true });
  });

  it('lets requests wait for their turn, but only as long as there is time to answer them (PX-07)', async () => {
    const { handler, world } = working({ queueSize: 2 });
    const first = invoke(handler, HTTP_EVENT, LONG);
    const second = invoke(handler, HTTP_EVENT, LONG);
    const hasty = invoke(handler, HTTP_EVENT, lambdaContext(500));
    await world.pass(450);
    await expect(hasty).resolves.toMatchObject({ statusCode: 429 });
    endings[0]!.resolve({ statusCode: 200 });
    await expect(first).resolves.toEqual({ statusCode: 200 });
    await turn();
    endings[1]!.resolve({ statusCode: 201 });
    await expect(second).resolves.toEqual({ statusCode: 201 });
    expect(world.sleeping).toBe(0);
  });

  it('has the slot back when the handler throws, whose error reaches the caller (PBH-06)', async () => {
    const { handler, gate } = working();
    const error = new Error('the database is down');
    const answer = invoke(handler, QUEUE_EVENT, LONG);
    await turn();
    endings[0]!.reject(error);
    await expect(answer).rejects.toBe(error);
    expect(gate.statistics.active).toBe(0);
  });

  it('has the slot back when a middleware further in throws or answers early', async () => {
    const { world } = working();
    const gate = createBulkhead(OPTIONS, world.dependencies);
    const inner = jest.fn<() => unknown>();
    const handler = create(async () => ({ statusCode: 200 })).use(bulkhead(gate)).use({ before: () => inner() });
    inner.mockImplementation(() => {
      throw new Error('not allowed');
    });
    await expect(invoke(handler, HTTP_EVENT, LONG)).rejects.toThrow('not allowed');
    expect(gate.statistics.active).toBe(0);
    inner.mockImplementation(() => ({ statusCode: 304 }));
    await expect(invoke(handler, HTTP_EVENT, LONG)).resolves.toEqual({ statusCode: 304 });
    // Stock Middy tells nobody of an early answer: there, the early one has to stand further out.
    expect(gate.statistics.active).toBe(settlesAll ? 0 : 1);
  });

  it('takes the tenant from where the identity says, and the operation from the route', async () => {
    const { handler, gate } = working({ maxConcurrent: 10, perTenant: true, perOperation: true, identity: { tenant: { header: 'x-tenant' } } });
    void invoke(handler, { ...HTTP_EVENT, routeKey: 'GET /orders/{id}', headers: { 'X-Tenant': 'acme' } }, LONG);
    void invoke(handler, HTTP_EVENT, LONG);
    await turn();
    expect(Object.keys(gate.statistics.tenants)).toEqual(['acme', 'none']);
    expect(Object.keys(gate.statistics.operations)).toEqual(['GET /orders/{id}', 'none']);
  });

  it.each([['x-priority', undefined], ['X-Tier', { header: 'x-tier' }]])('takes the priority from the header %s (BH-07, PX-11)', async (header, priorityFrom) => {
    const { handler, work } = working({ queueSize: 2, priority: true, ...(priorityFrom !== undefined && { priorityFrom }) });
    void invoke(handler, HTTP_EVENT, LONG);
    const served: string[] = [];
    const ask = (name: string) => void invoke(handler, { ...HTTP_EVENT, headers: { [header]: name } }, LONG).then(() => served.push(name));
    ask('low');
    ask('Critical');
    for (let index = 0; index < 3; index += 1) {
      await turn();
      endings[index]!.resolve({ statusCode: 200 });
    }
    await turn();
    expect(served).toEqual(['Critical', 'low']);
    expect(work).toHaveBeenCalledTimes(3);
  });
});

describe('the options of the middleware', () => {
  const problemsOf = (make: () => unknown): readonly string[] => {
    try {
      make();
      return [];
    } catch (error) {
      if (error instanceof ConfigurationError) return error.problems;
      throw error;
    }
  };

  it('are those of the bulkhead and its own', () => {
    expect(problemsOf(() => bulkhead({ ...OPTIONS, priorityFrom: { header: 'x-tier' } }, QUIETLY))).toEqual([]);
  });

  it('are refused with every problem at once, also beside a ready bulkhead', () => {
    const bad = { ...OPTIONS, queueSize: -1, priorityFrom: { header: 5 }, identity: { tenant: 'acme' } } as unknown as BulkheadMiddlewareOptions;
    expect(problemsOf(() => bulkhead(bad, QUIETLY)).map((problem) => problem.split(' ')[0])).toEqual(['options.identity.tenant', 'options.priorityFrom.header', 'options.queueSize']);
    const ready = createBulkhead(OPTIONS, QUIETLY);
    expect(problemsOf(() => bulkhead(ready, { sink: { emit: () => undefined } } as never))).toEqual([expect.stringMatching(/^options\.sink is not an option: use one of identity, priorityFrom$/)]);
  });

  it.each([undefined, null, 'orders'])('are no %p', (given) => {
    expect(problemsOf(() => bulkhead(given as never, QUIETLY))).toEqual([expect.stringContaining('pass an object')]);
  });
});

/** What `createBulkhead` takes of the options of a middleware. */
function withoutRequestOptions({ identity: _identity, priorityFrom: _priorityFrom, ...others }: Partial<BulkheadMiddlewareOptions>) {
  return others;
}
