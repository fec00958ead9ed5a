import { setImmediate as turn } from 'node:timers/promises';
import coreMiddy from '@middy/core';
import { describe, expect, it, jest } from '@jest/globals';
import { deadlineOfSignal } from '../../../runtime/src/core/deadline.ts';
import { ConfigurationError, RejectedError } from '../../../runtime/src/core/errors.ts';
import { gateMiddleware } from '../../../runtime/src/middy/gate-middleware.ts';
import { middy } from '../../../runtime/src/middy/middy.ts';
import { RetryExhaustedError } from '../../../runtime/src/retry/errors.ts';
import { retry, type RetryMiddlewareOptions } from '../../../runtime/src/retry/middleware.ts';
import { timeout } from '../../../runtime/src/timeout/middleware.ts';
import { HTTP_EVENT, invoke, lambdaContext, QUEUE_EVENT, TestGate } from '../middy/gates.ts';
import { networkError, RetryWorld, statusError } from './world.ts';

const LOST = networkError();
const LONG = lambdaContext(600_000);
const POST_EVENT = { version: '2.0', headers: {}, requestContext: { http: { method: 'POST', path: '/' } } };

type Work = (event: Record<string, unknown>, context: Record<string, unknown>, extra: { readonly signal: AbortSignal }) => unknown;

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A function whose handler works like this, invoked to its end. */
async function run(work: Work, { event = HTTP_EVENT, context = LONG, ...options }: RetryMiddlewareOptions & { event?: unknown; context?: unknown } = {}) {
  const world = new RetryWorld();
  const handle = jest.fn(work);
  const handler = middy(handle as never).use(retry({ name: 'orders', jitter: 'none', ...options }, world.dependencies));
  const { value } = await world.finish(invoke(handler, event, context).then((answer) => ({ answer }), (error: unknown) => ({ error })));
  return { world, handle, ...(value as { answer?: unknown; error?: unknown }) };
}

/** Work that fails so often and then answers. */
function failing(times: number, error: Error = LOST): Work {
  let left = times;
  return async () => {
    left -= 1;
    if (left >= 0) throw error;
    return { statusCode: 200 };
  };
}

describe('retry()', () => {
  it('runs the handler again until it succeeds', async () => {
    const { answer, handle, world } = await run(failing(2));
    expect(answer).toEqual({ statusCode: 200 });
    expect(handle).toHaveBeenCalledTimes(3);
    expect(world.elapsedMs).toBe(300);
  });

  it('runs a handler that succeeds once, with what Middy gives it', async () => {
    const event = { ...HTTP_EVENT };
    const { handle, world } = await run(async () => 'done', { event });
    expect(handle).toHaveBeenCalledTimes(1);
    expect(handle.mock.calls[0]?.slice(0, 2)).toEqual([event, LONG]);
    expect(handle.mock.calls[0]?.[0]).toBe(event);
    expect(world.sleeping).toBe(0);
  });

  it('takes handlers that answer or throw without a promise', async () => {
    expect((await run(() => 'done')).answer).toBe('done');
    const { handle, answer } = await run(() => { throw statusError(503); });
    expect(handle).toHaveBeenCalledTimes(3);
    expect(answer).toMatchObject({ statusCode: 503 });
  });

  it('answers HTTP events with 503 when nothing is left to try (ER-02, C-11)', async () => {
    const { answer } = await run(failing(9, statusError(503, { retryAfterMs: 1500 })), { maxAttempts: 2 });
    const { statusCode, headers, body } = answer as Answer;
    expect([statusCode, headers['Retry-After']]).toEqual([503, '2']);
    expect(JSON.parse(body)).toEqual({
      error: 'Service Unavailable', message: 'orders did not succeed in 2 attempts: try again later', code: 'RETRY_EXHAUSTED', service: 'orders', max_attempts: 2, retry_after: 2,
    });
  });

  it('answers with the last response of the handler, or with 503 if so told (PRT-14)', async () => {
    const response = { statusCode: 502, body: 'the upstream is down' };
    const { answer, handle } = await run(async () => response);
    expect(answer).toBe(response);
    expect(handle).toHaveBeenCalledTimes(3);
    expect((await run(async () => response, { onExhausted: 'throw' })).answer).toMatchObject({ statusCode: 503 });
  });

  it('throws for other events, so that the platform tries again', async () => {
    const { error } = await run(failing(9), { event: QUEUE_EVENT });
    expect(error).toBeInstanceOf(RetryExhaustedError);
    expect((error as Error).cause).toBe(LOST);
  });

  it('leaves errors that are not tried again as they are', async () => {
    const boom = new Error('boom');
    const { error, handle } = await run(failing(9, boom));
    expect(error).toBe(boom);
    expect(handle).toHaveBeenCalledTimes(1);
  });

  it('leaves the answer of somebody further in as it is', async () => {
    const world = new RetryWorld();
    const inner = { onError: (request: { response: unknown }): void => { request.response = { statusCode: 418 }; } };
    const handler = middy(failing(9) as never).use(retry({ jitter: 'none' }, world.dependencies)).use(inner as never);
    await expect(world.finish(invoke(handler, HTTP_EVENT, LONG))).resolves.toMatchObject({ value: { statusCode: 418 } });
  });
});

describe('what may be run again (PRT-03)', () => {
  it.each([
    ['a POST runs once', POST_EVENT, {}, 1],
    ['a POST with an Idempotency-Key runs again', { ...POST_EVENT, headers: { 'Idempotency-Key': 'order-7' } }, {}, 2],
    ['a POST runs again if everything may', POST_EVENT, { idempotentOnly: false }, 2],
    ['a POST runs again if the code knows better', POST_EVENT, { isIdempotent: ({ method }) => method === 'POST' }, 2],
    ['a POST of a REST API runs once', { httpMethod: 'POST', requestContext: {} }, {}, 1],
    ['a queue is no request and runs again', QUEUE_EVENT, {}, 2],
    ['a direct invocation runs again', { order: 7 }, {}, 2],
    ['nothing runs again when it is switched off', HTTP_EVENT, { enabled: false }, 1],
  ] as [string, unknown, RetryMiddlewareOptions, number][])('%s', async (_name, event, options, times) => {
    expect((await run(failing(1), { event, ...options })).handle).toHaveBeenCalledTimes(times);
  });

  it('knows who makes the call', async () => {
    const isIdempotent = jest.fn<NonNullable<RetryMiddlewareOptions['isIdempotent']>>(() => true);
    await run(failing(1), { isIdempotent, identity: { tenant: () => 'acme' }, event: { ...HTTP_EVENT, rawPath: '/orders' } });
    expect(isIdempotent).toHaveBeenCalledWith(expect.objectContaining({ tenant: 'acme', method: 'GET', path: '/orders' }));
  });
});

describe('an attempt', () => {
  it('sees nothing of what an earlier one has written into event and context', async () => {
    const seen: unknown[] = [];
    const event = { ...HTTP_EVENT, order: { lines: [1] } };
    const context = { ...LONG, shared: { count: 0 } };
    const { handle } = await run(
      async (given, at) => {
        seen.push(JSON.stringify([given['order'], at['shared']]));
        (given['order'] as { lines: number[] }).lines.push(2);
        (at['shared'] as { count: number }).count += 1;
        delete given['requestContext'];
        throw LOST;
      },
      { event, context },
    );
    expect(handle).toHaveBeenCalledTimes(3);
    expect(new Set(seen)).toEqual(new Set(['[{"lines":[1]},{"count":0}]']));
    expect((handle.mock.calls[2]?.[1] as unknown as typeof LONG).getRemainingTimeInMillis()).toBe(600_000);
  });

  it('has a signal of its own, aborted when it takes too long, which tells its deadline (PRT-01, PRT-09, PX-07)', async () => {
    const signals: AbortSignal[] = [];
    const deadlines: unknown[] = [];
    const { answer, world } = await run(
      (_event, _context, { signal }) => {
        signals.push(signal);
        deadlines.push(deadlineOfSignal(signal));
        return signals.length === 1 ? new Promise(() => undefined) : Promise.resolve('done');
      },
      { attemptTimeoutMs: 1000 },
    );
    expect(answer).toBe('done');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(deadlines).toEqual([world.startMs + 1000, world.startMs + 2100]);
    expect(world.sleeping).toBe(0);
  });

  it('is not begun when it could not be answered in time (PX-07)', async () => {
    const world = new RetryWorld();
    const endMs = world.clock.nowMs() + 450;
    const context = { ...LONG, getRemainingTimeInMillis: () => endMs - world.clock.nowMs() };
    const handle = jest.fn(failing(9));
    const handler = middy(handle as never).use(retry({ jitter: 'none', maxAttempts: 9 }, world.dependencies));
    const { value, tookMs } = await world.finish(invoke(handler, HTTP_EVENT, context));
    expect(value).toMatchObject({ statusCode: 503 });
    expect([handle.mock.calls.length, tookMs]).toEqual([3, 300]);
  });

  it('is one for each request where an environment serves several', async () => {
    const world = new RetryWorld();
    const failed = new Set<unknown>();
    const work: Work = async ({ id }) => {
      await world.sleep(10);
      if (failed.has(id)) return id;
      failed.add(id);
      throw LOST;
    };
    const handler = middy(work as never).use(retry({ jitter: 'none' }, world.dependencies));
    const all = Promise.all(Array.from({ length: 8 }, (_, id) => invoke(handler, { id }, LONG)));
    await expect(world.finish(all)).resolves.toMatchObject({ value: [0, 1, 2, 3, 4, 5, 6, 7] });
  });
});

describe('together with others', () => {
  it('a gate further out counts the whole series once, and a refusal in the handler ends it (PX-08, C-01)', async () => {
    const world = new RetryWorld();
    const gate = new TestGate();
    const handle = jest.fn(failing(1));
    const handler = middy(handle as never).use(gateMiddleware(gate)).use(retry({ jitter: 'none' }, world.dependencies));
    await world.finish(invoke(handler, HTTP_EVENT, LONG));
    expect([handle.mock.calls.length, gate.outcomeKinds]).toEqual([2, ['success']]);
    const refused = jest.fn(async () => { throw new RejectedError('open', { code: 'CIRCUIT_OPEN', statusCode: 503 }); });
    const closed = middy(refused as never).use(gateMiddleware(gate)).use(retry({ jitter: 'none' }, world.dependencies));
    await expect(invoke(closed, HTTP_EVENT, LONG)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    expect([refused.mock.calls.length, gate.outcomeKinds]).toEqual([1, ['success', 'abandoned']]);
  });

  it('a series that failed is a failure for the gate further out, which is answered all the same', async () => {
    const world = new RetryWorld();
    const gate = new TestGate();
    const handler = middy(failing(9) as never).use(gateMiddleware(gate)).use(retry({ jitter: 'none' }, world.dependencies));
    await expect(world.finish(invoke(handler, HTTP_EVENT, LONG))).resolves.toMatchObject({ value: { statusCode: 503 } });
    expect(gate.outcomes).toMatchObject([{ kind: 'failure', error: { code: 'RETRY_EXHAUSTED' } }]);
  });

  it('a timeout further out limits all attempts and waits, and answers in its own way', async () => {
    const world = new RetryWorld();
    const handle = jest.fn<Work>(() => new Promise(() => undefined));
    const handler = middy(handle as never).use(timeout({ timeoutMs: 1000 }, world.dependencies)).use(retry({ jitter: 'none' }, world.dependencies));
    const { value, tookMs } = await world.finish(invoke(handler, HTTP_EVENT, LONG));
    expect(value).toMatchObject({ statusCode: 504 });
    expect(tookMs).toBe(1000);
    await world.pass(10_000);
    expect([handle.mock.calls.length, world.sleeping]).toEqual([1, 0]);
  });

  it('a timeout further out gets what a handler answers within the grace that it was given', async () => {
    const world = new RetryWorld();
    const work: Work = (_event, _context, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => void world.sleep(200).then(() => resolve({ statusCode: 206 })));
      });
    const handler = middy(work as never).use(timeout({ timeoutMs: 1000, graceMs: 500 }, world.dependencies)).use(retry({ jitter: 'none' }, world.dependencies));
    await expect(world.finish(invoke(handler, HTTP_EVENT, LONG))).resolves.toEqual({ value: { statusCode: 206 }, tookMs: 1200 });
    expect(world.told('retry.given_up')).toEqual([{ attempts: 1, errorType: 'TimedOutError' }]);
  });

  it('a timeout further out is known before a wait that would outlast it (PX-07)', async () => {
    const world = new RetryWorld();
    const handler = middy(failing(9) as never).use(timeout({ timeoutMs: 200 }, world.dependencies)).use(retry({ jitter: 'none' }, world.dependencies));
    const { value, tookMs } = await world.finish(invoke(handler, HTTP_EVENT, LONG));
    expect(value).toMatchObject({ statusCode: 503 });
    expect(tookMs).toBe(100);
  });

  it('a timeout further in limits each attempt, whatever it answers with (PRT-01)', async () => {
    const world = new RetryWorld();
    const handle = jest.fn<Work>().mockImplementationOnce(() => new Promise(() => undefined)).mockImplementation(async () => 'done');
    const handler = middy(handle as never).use(retry({ jitter: 'none' }, world.dependencies)).use(timeout({ timeoutMs: 500, answer: 'request-timeout' }, world.dependencies));
    await expect(world.finish(invoke(handler, HTTP_EVENT, LONG))).resolves.toEqual({ value: 'done', tookMs: 600 });
  });

  it('a caller who is gone ends a wait, as Middy does shortly before the function ends (RT-15)', async () => {
    const world = new RetryWorld();
    const handle = jest.fn(failing(9));
    const handler = middy(handle as never, { timeoutEarlyInMillis: 2990 }).use(retry({ jitter: 'none', initialDelayMs: 1000 }, world.dependencies));
    await expect(invoke(handler, QUEUE_EVENT, lambdaContext(3000))).rejects.toMatchObject({ name: 'TimeoutError' });
    await turn();
    expect([handle.mock.calls.length, world.sleeping]).toEqual([1, 0]);
    expect(world.told('retry.given_up')).toEqual([{ attempts: 1, errorType: 'AbortError' }]);
  });
});

describe('retry() that cannot work', () => {
  it('says so at the first request on stock Middy, where no hook stands around a handler', async () => {
    const handle = jest.fn(async () => 'never');
    const handler = coreMiddy(handle as never).use(retry());
    const error: unknown = await invoke(handler, QUEUE_EVENT, LONG).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as Error).message).toContain('retry() cannot work on stock Middy');
    expect(handle).not.toHaveBeenCalled();
  });

  it('works everywhere when it is switched off (RT-16)', async () => {
    await expect(invoke(coreMiddy(async () => 'done').use(retry({ enabled: false })), QUEUE_EVENT, LONG)).resolves.toBe('done');
  });

  it('says so in a durable function, whose steps are repeated by their own options', async () => {
    const handle = jest.fn(async () => 'never');
    const context = { ...LONG, executionContext: {}, lambdaContext: LONG };
    await expect(invoke(middy(handle as never).use(retry()), QUEUE_EVENT, context)).rejects.toBeInstanceOf(ConfigurationError);
    expect(handle).not.toHaveBeenCalled();
  });

  it('names all problems of its options at once, at init', () => {
    const problems = (make: () => unknown): readonly string[] => {
      try {
        make();
      } catch (error) {
        return (error as ConfigurationError).problems;
      }
      return [];
    };
    expect(problems(() => retry({ maxAttempts: 0, identity: 5 as never }))).toEqual([expect.stringContaining('options.identity'), expect.stringContaining('options.maxAttempts')]);
    expect(problems(() => retry(new RetryWorld().retry(), { maxAttempts: 3 } as never))).toEqual(['options.maxAttempts is not an option: use one of identity']);
    expect(problems(() => retry(null as never))).toEqual(['options is null: pass an object']);
    expect(problems(() => retry())).toEqual([]);
  });

  it('takes a retry that was made before', async () => {
    const world = new RetryWorld();
    const ready = world.retry();
    await world.finish(invoke(middy(failing(1) as never).use(retry(ready)), HTTP_EVENT, LONG));
    expect(ready.statistics).toMatchObject({ requests: 1, retriesSucceeded: 1 });
  });
});
