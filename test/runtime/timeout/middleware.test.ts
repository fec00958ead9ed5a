import coreMiddy, { type Request } from '@middy/core';
import { describe, expect, it, jest } from '@jest/globals';
import { createCircuitBreaker } from '../../../runtime/src/circuit-breaker/create.ts';
import { retry } from '../../../runtime/src/retry/middleware.ts';
import { createBulkhead } from '../../../runtime/src/bulkhead/create.ts';
import { deadlineOfSignal } from '../../../runtime/src/core/deadline.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { gateMiddleware } from '../../../runtime/src/middy/gate-middleware.ts';
import { wrapHandler } from '../../../runtime/src/middy/handler-wrappers.ts';
import { middy } from '../../../runtime/src/middy/middy.ts';
import { TimedOutError } from '../../../runtime/src/timeout/errors.ts';
import { timeout, type TimeoutMiddlewareOptions } from '../../../runtime/src/timeout/middleware.ts';
import type { TimedCall } from '../../../runtime/src/timeout/timed-call.ts';
import { deferred } from '../core/deferred.ts';
import { settle } from '../health/fixture.ts';
import { HTTP_EVENT, invoke, lambdaContext, QUEUE_EVENT, TestGate } from '../middy/gates.ts';
import { TimeoutWorld, watch } from './fixture.ts';

interface Extra { readonly signal: AbortSignal }

const never = () => new Promise<never>(() => undefined);

/** The context of an invocation whose time passes with the world. */
const contextIn = (world: TimeoutWorld, remainingMs = 60_000) => {
  const endMs = world.clock.nowMs() + remainingMs;
  return { ...lambdaContext(), getRemainingTimeInMillis: () => endMs - world.clock.nowMs() };
};

function serve(world: TimeoutWorld, options: TimeoutMiddlewareOptions, work: (event: unknown, context: unknown, extra: Extra) => unknown) {
  return middy(work as never, { timeoutEarlyInMillis: 0 }).use(timeout(options, world.dependencies));
}

/** The limit that a request gets: nothing of it is waited for. */
async function limitOf(options: TimeoutMiddlewareOptions, event: unknown, remainingMs = 60_000): Promise<number | undefined> {
  const world = new TimeoutWorld();
  await invoke(serve(world, options, async () => 'done'), event, contextIn(world, remainingMs)).catch(() => undefined);
  return world.sleeps[0];
}

describe('the timeout middleware', () => {
  it('lets a handler be that ends in time, and leaves no timer', async () => {
    const world = new TimeoutWorld();
    await expect(invoke(serve(world, { timeoutMs: 1000 }, async () => 'done'), HTTP_EVENT, contextIn(world))).resolves.toBe('done');
    await expect(invoke(serve(world, { timeoutMs: 1000 }, () => 'at once'), HTTP_EVENT, contextIn(world))).resolves.toBe('at once');
    expect([world.sleeping, world.ofType('timeout.completed').length]).toEqual([0, 2]);
  });

  it('answers HTTP events with 504 and how long the limit is, and aborts the signal of the handler (TO-09, PTO-03)', async () => {
    const world = new TimeoutWorld();
    const signals: AbortSignal[] = [];
    const run = watch(invoke(serve(world, { timeoutMs: 1000 }, async (_event, _context, { signal }) => { signals.push(signal); return never(); }), HTTP_EVENT, contextIn(world)));
    await world.pass(1000);
    expect(run.result).toMatchObject({ statusCode: 504, headers: { 'Content-Type': 'application/json' } });
    expect(JSON.parse((run.result as { body: string }).body)).toEqual({ error: 'Gateway Timeout', message: 'the request took longer than 1000 ms', code: 'TIMEOUT', timeout_ms: 1000 });
    expect([signals[0]?.aborted, signals[0]?.reason]).toEqual([true, expect.any(TimedOutError)]);
  });

  it('answers with 408 if it is told to (TO-11)', async () => {
    const world = new TimeoutWorld();
    const run = watch(invoke(serve(world, { timeoutMs: 1000, answer: 'request-timeout' }, never), HTTP_EVENT, contextIn(world)));
    await world.pass(1000);
    expect(run.result).toMatchObject({ statusCode: 408, statusDescription: '408 Request Timeout' });
    expect(JSON.parse((run.result as { body: string }).body)).toMatchObject({ error: 'Request Timeout', code: 'TIMEOUT' });
  });

  it('gives others the error, so that the platform tries again', async () => {
    const world = new TimeoutWorld();
    const run = watch(invoke(serve(world, { timeoutMs: 1000 }, never), QUEUE_EVENT, contextIn(world)));
    await world.pass(1000);
    expect(run.result).toBeInstanceOf(TimedOutError);
  });

  it('lets onTimeout answer whoever asks, with the event at hand', async () => {
    const world = new TimeoutWorld();
    const onTimeout = jest.fn(async (error: Error, call: TimedCall, event: unknown) => ({ said: error.name, tenant: call.tenant, event }));
    const options = { timeoutMs: 1000, onTimeout, identity: { tenant: () => 'acme' } };
    const runs = [HTTP_EVENT, QUEUE_EVENT].map((event) => watch(invoke(serve(world, options, never), event, contextIn(world))));
    await world.pass(1000);
    expect(runs.map(({ result }) => result)).toEqual([{ said: 'TimedOutError', tenant: 'acme', event: HTTP_EVENT }, { said: 'TimedOutError', tenant: 'acme', event: QUEUE_EVENT }]);
  });

  it('never lets the platform end the request first: the margin of the time of the invocation stays (PTO-04, PX-07)', async () => {
    const world = new TimeoutWorld();
    const deadlines: unknown[] = [];
    const run = watch(invoke(serve(world, { timeoutMs: 30_000, marginMs: 500 }, async (_event, _context, { signal }) => { deadlines.push(deadlineOfSignal(signal)); return never(); }), HTTP_EVENT, contextIn(world, 3000)));
    await world.pass(2499);
    expect(run.state).toBe('open');
    await world.pass(1);
    expect([run.state, deadlines]).toEqual(['value', [world.startMs + 2500]]);
    expect(JSON.parse((run.result as { body: string }).body)).toMatchObject({ timeout_ms: 2500 });
  });

  it('counts what the middlewares before the handler have taken', async () => {
    const world = new TimeoutWorld();
    const slow = { before: () => world.clock.advance(1000) };
    await invoke(serve(world, { timeoutMs: 30_000 }, async () => 1).use(slow), HTTP_EVENT, contextIn(world, 3000));
    expect(world.sleeps).toEqual([1500]);
  });

  it('refuses at once what cannot end in time, with the same answer', async () => {
    const world = new TimeoutWorld();
    const work = jest.fn();
    await expect(invoke(serve(world, {}, work as never), HTTP_EVENT, contextIn(world, 550))).resolves.toMatchObject({ statusCode: 504 });
    await expect(invoke(serve(world, {}, work as never), QUEUE_EVENT, contextIn(world, -50))).rejects.toMatchObject({ name: 'NoTimeLeftError' });
    expect([work.mock.calls.length, world.ofType('timeout.refused').length]).toEqual([0, 2]);
  });

  it('is not touched by what the handler does too late (PTO-02)', async () => {
    const world = new TimeoutWorld();
    const work = deferred<unknown>();
    const ends: unknown[] = [];
    const after = jest.fn();
    const handler = serve(world, { timeoutMs: 1000 }, () => work.promise).use({ before: () => undefined, after, onError: ({ error }: Request) => void ends.push(error?.name) });
    const run = watch(invoke(handler, HTTP_EVENT, contextIn(world)));
    await world.pass(1000);
    const answer = run.result;
    work.resolve({ statusCode: 200, body: 'late' });
    await settle();
    expect([run.result === answer, (answer as { statusCode: number }).statusCode, ends, after.mock.calls]).toEqual([true, 504, ['TimedOutError'], []]);
    expect(world.ofType('timeout.late')).toEqual([{ type: 'timeout.late', durationMs: 1000, outcome: 'value' }]);
  });

  it('leaves the errors of the handler, and the answers of others, as they are', async () => {
    const world = new TimeoutWorld();
    const onTimeout = jest.fn();
    const failing = serve(world, { onTimeout }, async () => Promise.reject(new Error('own')));
    await expect(invoke(failing, HTTP_EVENT, contextIn(world))).rejects.toThrow('own');
    const replacing = { onError: (request: Request) => { request.error = new Error('replaced'); } };
    const run = watch(invoke(serve(world, { timeoutMs: 1000, onTimeout }, never).use(replacing), HTTP_EVENT, contextIn(world)));
    const answered = watch(invoke(serve(world, { timeoutMs: 1000, onTimeout }, never).use({ onError: (request: Request) => { request.response = 'answered'; } }), HTTP_EVENT, contextIn(world)));
    await world.pass(1000);
    expect([(run.result as Error).message, answered.result, onTimeout.mock.calls]).toEqual(['replaced', 'answered', []]);
  });

  it('costs an early answer nothing, and does nothing where it is switched off, not even need an execution mode', async () => {
    const world = new TimeoutWorld();
    await expect(invoke(serve(world, {}, never).use({ before: () => 'early' }), HTTP_EVENT, contextIn(world))).resolves.toBe('early');
    await expect(invoke(coreMiddy(async () => 'done').use(timeout({ enabled: false }, world.dependencies)))).resolves.toBe('done');
    expect([world.sleeps, world.reported]).toEqual([[], []]);
  });

  it('throws a clear error at the first request on stock Middy, and never does nothing in silence', async () => {
    const error: unknown = await invoke(coreMiddy(async () => 'done').use(timeout({}, new TimeoutWorld().dependencies))).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as Error).message).toContain('timeout() cannot work on stock Middy');
  });

  it('takes a ready timeout, whose statistics are those of all its requests', async () => {
    const world = new TimeoutWorld();
    const ready = world.timeout({ timeoutMs: 1000 });
    await invoke(middy(async () => 1).use(timeout(ready, { identity: { tenant: () => 'acme' } })));
    expect(ready.statistics).toMatchObject({ requests: 1, completed: 1 });
  });

  it('ends with the signal of Middy, whose early timeout comes first where it is set so', async () => {
    const world = new TimeoutWorld();
    const own = new AbortController();
    const outer = { before: (request: Request) => wrapHandler(request, 'outer()', (run) => run({ signal: own.signal })) };
    const handler = middy(never).use(outer).use(timeout({ timeoutMs: 1000 }, world.dependencies));
    const run = watch(invoke(handler, QUEUE_EVENT, contextIn(world)));
    await settle();
    own.abort(new Error('over'));
    await world.pass(0);
    expect([(run.result as Error).message, world.sleeping]).toEqual(['over', 0]);
  });
});

describe('two timeouts around one handler', () => {
  it.each([
    ['outer', 500, 1000, 'outer'],
    ['inner', 1000, 500, 'inner'],
  ])('are cut by the shorter one: the %s', async (_, outerMs, innerMs, name) => {
    const world = new TimeoutWorld();
    const handler = serve(world, { name: 'outer', timeoutMs: outerMs }, never).use(timeout({ name: 'inner', timeoutMs: innerMs }, world.dependencies));
    const run = watch(invoke(handler, QUEUE_EVENT, contextIn(world)));
    await world.pass(500);
    expect(run.result).toMatchObject({ timeout: name });
    expect(world.sleeping).toBe(0);
  });
});

describe('timeout() and retry() around one handler', () => {
  /** A handler whose first attempts hang until their signal is aborted. */
  function hanging(attempts: number) {
    const signals: AbortSignal[] = [];
    const work = (_event: unknown, _context: unknown, { signal }: Extra) => {
      signals.push(signal);
      if (signals.length > attempts) return 'done';
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    };
    return { signals, work };
  }
  const retryOptions = { maxAttempts: 3, initialDelayMs: 0, jitter: 'none', attemptTimeoutMs: 400 } as const;

  it('have one limit for all attempts where the timeout is used first', async () => {
    const world = new TimeoutWorld();
    const { signals, work } = hanging(9);
    const { random, clock, sink, sleep } = world.dependencies;
    const handler = serve(world, { timeoutMs: 1000 }, work as never).use(retry(retryOptions, { random, clock, sink, sleep }));
    const run = watch(invoke(handler, HTTP_EVENT, contextIn(world)));
    await world.pass(1000);
    await settle();
    expect([run.state, (run.result as { statusCode: number }).statusCode, signals.length, signals.map(({ aborted }) => aborted)]).toEqual(['value', 504, 3, [true, true, true]]);
    expect(JSON.parse((run.result as { body: string }).body)).toMatchObject({ code: 'TIMEOUT', timeout_ms: 1000 });
    expect(world.sleeping).toBe(0);
  });

  it('have a limit for each attempt where it is used after the retry, which tries again what has timed out', async () => {
    const world = new TimeoutWorld();
    const { signals, work } = hanging(2);
    const { random, clock, sink, sleep } = world.dependencies;
    const handler = middy(work as never, { timeoutEarlyInMillis: 0 })
      .use(retry({ ...retryOptions, attemptTimeoutMs: 0 }, { random, clock, sink, sleep }))
      .use(timeout({ timeoutMs: 300 }, world.dependencies));
    const run = watch(invoke(handler, HTTP_EVENT, contextIn(world)));
    await world.pass(650);
    await settle();
    expect([run.result, signals.map(({ aborted }) => aborted), world.ofType('timeout.expired').length]).toEqual(['done', [true, true, false], 2]);
    expect(world.sleeping).toBe(0);
  });
});

describe('what the middleware knows of a request', () => {
  const event = (over: object = {}) => ({ ...HTTP_EVENT, routeKey: 'GET /orders/{id}', ...over });
  const query = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, '1']));

  it.each([
    ['a GET', event(), 500],
    ['a GET with many query parameters', event({ queryStringParameters: query }), 1000],
    ['the same parameters in two spellings of an event', event({ queryStringParameters: { a: '1', b: '1', c: '1' }, multiValueQueryStringParameters: { a: ['1'], b: ['1'], c: ['1'] } }), 500],
    ['a large body', event({ body: 'x'.repeat(1024 * 1024 + 1) }), 1500],
    ['a large body as base64', event({ body: 'x'.repeat(1024 * 1024 + 1), isBase64Encoded: true }), 500],
    ['a REST API', { httpMethod: 'POST', resource: '/a', requestContext: {} }, 2000],
    ['VPC Lattice', { raw_path: '/a', method: 'DELETE', query_string_parameters: query }, 6000],
    ['no HTTP', QUEUE_EVENT, 1000],
    ['no HTTP, though with members of the same names', { body: 'x'.repeat(1024 * 1024 + 1), queryStringParameters: query }, 1000],
  ])('is its kind and size: %s (TO-05)', async (_, request, limitMs) => {
    await expect(limitOf({ timeoutMs: 1000, calculator: 'adaptive' }, request)).resolves.toBe(limitMs);
  });

  it('is its operation, as a route and not a path, and the tenant that is proven (TO-03, PTO-06)', async () => {
    const tables = { timeoutMs: 1000, operationTimeoutsMs: { 'GET /orders/{id}': 2000 }, tenantTimeoutsMs: { acme: 3000 } };
    await expect(limitOf(tables, event({ rawPath: '/orders/7' }))).resolves.toBe(2000);
    await expect(limitOf({ ...tables, identity: { tenant: { header: 'x-tenant' } } }, event({ headers: { 'X-Tenant': 'acme' } }))).resolves.toBe(3000);
    await expect(limitOf(tables, event({ headers: { 'x-tenant': 'acme', 'x-tenant-id': 'acme' } }))).resolves.toBe(2000);
  });

  it('is its priority, from the header or from the code (TO-06)', async () => {
    const options = { timeoutMs: 1000, calculator: 'priority' as const };
    await expect(limitOf(options, event({ headers: { 'X-Priority': 'critical' } }))).resolves.toBe(5000);
    await expect(limitOf({ ...options, priority: { header: 'x-rank' } }, event({ headers: { 'x-rank': 'low' } }))).resolves.toBe(500);
    await expect(limitOf({ ...options, priorityOf: () => 'high' }, event({ headers: { 'x-priority': 'low' } }))).resolves.toBe(2000);
    await expect(limitOf({ ...options, priorityOf: () => { throw new Error('broken'); } }, event({ headers: { 'x-priority': 'low' } }))).resolves.toBe(500);
    await expect(limitOf({ ...options, priorityOf: (() => 'toString') as never }, event())).resolves.toBe(1000);
  });

  it('is the time that its caller still waits, if that is to be believed, and never more than the platform gives (PX-07)', async () => {
    const stating = (value: string, name = 'X-Deadline-Ms') => event({ headers: { [name]: value } });
    const trusting = { timeoutMs: 30_000, marginMs: 100, trustDeadline: true };
    await expect(limitOf({ timeoutMs: 30_000 }, stating('2000'))).resolves.toBe(30_000);
    await expect(limitOf(trusting, stating('2000'))).resolves.toBe(1900);
    await expect(limitOf({ ...trusting, deadlineHeader: 'X-Budget' }, stating('2000', 'x-budget'))).resolves.toBe(1900);
    await expect(limitOf({ ...trusting, deadlineHeader: 'X-Budget' }, stating('2000'))).resolves.toBe(30_000);
    await expect(limitOf(trusting, stating('800000'), 5000)).resolves.toBe(4900);
    await expect(limitOf(trusting, stating('nonsense'))).resolves.toBe(30_000);
    await expect(limitOf(trusting, { ...QUEUE_EVENT, headers: { 'x-deadline-ms': '2000' } })).resolves.toBe(30_000);
    await expect(limitOf(trusting, stating('0'))).resolves.toBeUndefined();
  });

  it('may be hostile, and is then what can be read of it', async () => {
    const hostile = { ...HTTP_EVENT, get queryStringParameters(): never { throw new Error('unreadable'); } };
    await expect(limitOf({ timeoutMs: 1000, calculator: 'adaptive' }, hostile)).resolves.toBe(500);
  });
});

describe('what cannot work', () => {
  it('is refused at init with every problem at once (PX-13)', () => {
    const bad = { timeoutMs: 0, deadlineHeader: 'x deadline', priorityOf: 'high', identity: { tenant: 5 }, priority: { header: '' }, onTime: 5 };
    const init = () => timeout(bad as unknown as TimeoutMiddlewareOptions, new TimeoutWorld().dependencies);
    expect(init).toThrow(ConfigurationError);
    expect(init).toThrow(/identity\.tenant is 5[^]*priority\.header is ""[^]*priorityOf is "high"[^]*deadlineHeader is "x deadline": set the name of a header[^]*timeoutMs is 0[^]*onTime is not an option/);
    expect(() => timeout(null as never)).toThrow(/options is null: pass an object/);
    expect(() => timeout(new TimeoutWorld().timeout(), { timeoutMs: 5 } as never)).toThrow(/options\.timeoutMs is not an option: use one of identity, priority, priorityOf, deadlineHeader/);
  });
});

describe('permits of gates around a handler that is abandoned', () => {
  it('are settled once, as failures, when the answer goes out; the next request keeps its own until it ends (PX-05)', async () => {
    const world = new TimeoutWorld();
    const gate = new TestGate();
    const works = [deferred<string>(), deferred<string>()];
    let calls = 0;
    const handler = middy((() => works[calls++]!.promise) as never, { timeoutEarlyInMillis: 0 }).use(gateMiddleware(gate)).use(timeout({ timeoutMs: 1000 }, world.dependencies));
    const first = watch(invoke(handler, QUEUE_EVENT, contextIn(world)));
    await world.pass(1000);
    expect([first.state, gate.outcomeKinds, gate.held]).toEqual(['error', ['failure'], 0]);
    const second = watch(invoke(handler, QUEUE_EVENT, contextIn(world)));
    await world.pass(100);
    works[0]!.resolve('late');
    await settle();
    expect([second.state, gate.outcomeKinds, gate.held]).toEqual(['open', ['failure'], 1]);
    works[1]!.resolve('second');
    await settle();
    expect([second.result, gate.outcomeKinds, gate.held]).toEqual(['second', ['failure', 'success'], 0]);
  });

  it('give back the slot of a bulkhead once, and count one failure in a circuit, whatever comes late (PX-05, PCB-14)', async () => {
    const world = new TimeoutWorld();
    const bulkhead = createBulkhead({ name: 'api', shared: false, maxConcurrent: 1, queueSize: 0 }, world.dependencies);
    const circuit = createCircuitBreaker({ name: 'api', shared: false, failureThreshold: 3 }, world.dependencies);
    const works = [deferred<string>(), deferred<string>()];
    let calls = 0;
    const handler = middy((() => works[calls++]!.promise) as never, { timeoutEarlyInMillis: 0 })
      .use(gateMiddleware(circuit))
      .use(gateMiddleware(bulkhead))
      .use(timeout({ timeoutMs: 1000 }, world.dependencies));
    watch(invoke(handler, QUEUE_EVENT, contextIn(world)));
    await world.pass(1000);
    expect(bulkhead.statistics.active).toBe(0);
    const second = watch(invoke(handler, QUEUE_EVENT, contextIn(world)));
    await settle();
    works[0]!.reject(new Error('late'));
    await settle();
    expect(bulkhead.statistics.active).toBe(1);
    const types = () => world.sink.events.map(({ type }) => type).filter((type) => type.startsWith('circuit.') && type !== 'circuit.created');
    expect(types()).toEqual(['circuit.failure']);
    works[1]!.resolve('second');
    await settle();
    expect([second.result, bulkhead.statistics.active, types()]).toEqual(['second', 0, ['circuit.failure', 'circuit.success']]);
  });

  it('are free again after a refusal for want of time, which is no failure', async () => {
    const world = new TimeoutWorld();
    const gate = new TestGate();
    const handler = middy(never, { timeoutEarlyInMillis: 0 }).use(gateMiddleware(gate)).use(timeout({}, world.dependencies));
    await expect(invoke(handler, HTTP_EVENT, contextIn(world, 100))).resolves.toMatchObject({ statusCode: 504 });
    expect([gate.outcomeKinds, gate.held]).toEqual([['abandoned'], 0]);
  });
});

describe('many requests in one environment, as on Managed Instances', () => {
  it('are answered each by its own limit and keep their own signals, however they interleave', async () => {
    const world = new TimeoutWorld();
    const works = new Map<string, { signal: AbortSignal; end: (value: string) => void }>();
    const handler = serve(world, { timeoutFor: ({ operation }) => Number(operation) }, (event, _context, { signal }) => {
      const { promise, resolve } = deferred<string>();
      works.set((event as { routeKey: string }).routeKey, { signal, end: resolve });
      return promise;
    });
    const limits = Array.from({ length: 60 }, (_, index) => String(100 + index * 10));
    const runs = limits.map((routeKey) => watch(invoke(handler, { ...HTTP_EVENT, routeKey }, contextIn(world))));
    await world.pass(395);
    limits.forEach((limit, index) => {
      if (index % 2 === 1) works.get(limit)!.end(`value ${limit}`);
    });
    await world.pass(600);
    limits.forEach((limit, index) => {
      const isLate = Number(limit) <= 395;
      const answered = !isLate && index % 2 === 1;
      expect(answered ? runs[index]!.result : (runs[index]!.result as { body: string }).body).toEqual(answered ? `value ${limit}` : expect.stringContaining(`"timeout_ms":${limit}`));
      expect(works.get(limit)!.signal.aborted).toBe(!answered);
    });
    expect(world.sleeping).toBe(0);
  });
});
