import { getEventListeners } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { deadlineOfSignal, noteDeadline } from '../../../runtime/src/core/deadline.ts';
import { createRetry } from '../../../runtime/src/retry/create.ts';
import type { AttemptCall } from '../../../runtime/src/retry/series.ts';
import { AttemptTimedOutError, RetryExhaustedError } from '../../../runtime/src/retry/errors.ts';
import { errorOf, networkError, RetryWorld, Script, statusError } from './world.ts';

const LOST = networkError();

/** Work that never ends by itself. */
const hangs = (): Promise<never> => new Promise(() => undefined);

/** Work that ends with the reason of its signal. */
const obeys = ({ signal }: AttemptCall): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('the time of an attempt (RT-14)', () => {
  it('is limited, and an attempt that took too long is tried again while there is time (PRT-01)', async () => {
    const world = new RetryWorld();
    const script = new Script(world, hangs, obeys, 'done');
    const { value, tookMs } = await world.finish(world.retry({ attemptTimeoutMs: 1000 }).execute(script.run));
    expect([value, tookMs]).toEqual(['done', 1000 + 100 + 1000 + 200]);
    expect(script.calls.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
    expect(script.calls[0]?.signal.reason).toBeInstanceOf(AttemptTimedOutError);
    expect(world.told('retry.attempt').map(({ durationMs }) => durationMs)).toEqual([1000, 1000, 0]);
    expect(world.sleeping).toBe(0);
  });

  it('ends with what took too long as the cause', async () => {
    const world = new RetryWorld();
    const { value: error } = await world.finish(errorOf(world.retry({ attemptTimeoutMs: 50, maxAttempts: 2 }).execute(hangs)));
    expect(error).toMatchObject({ code: 'RETRY_EXHAUSTED', attempts: 2, cause: { code: 'TIMEOUT', statusCode: 504, timeoutMs: 50, publicFields: { service: 'payments', timeout_ms: 50 } } });
  });

  it('passes unchanged where the call may not be made again', async () => {
    const world = new RetryWorld();
    const { value: error } = await world.finish(errorOf(world.retry({ attemptTimeoutMs: 50 }).execute(hangs, { method: 'POST' })));
    expect(error).toBeInstanceOf(AttemptTimedOutError);
  });

  it('has no limit of its own with 0, only that of the total (PX-14)', async () => {
    const world = new RetryWorld();
    const { value: error, tookMs } = await world.finish(errorOf(world.retry({ attemptTimeoutMs: 0, totalTimeoutMs: 700 }).execute(hangs)));
    expect(error).toMatchObject({ reason: 'deadline', attempts: 1 });
    expect(tookMs).toBe(700);
  });

  it('takes no timer at all where nothing limits it', async () => {
    const world = new RetryWorld();
    const retry = world.retry({ attemptTimeoutMs: 0, totalTimeoutMs: 0 });
    await retry.execute(() => 'done');
    await retry.execute(() => 'done', { deadlineMs: world.clock.nowMs() + 1e13 });
    expect(world.sleeps).toEqual([]);
  });

  it('drops what comes late, and lets its body go', async () => {
    const world = new RetryWorld();
    const cancel = jest.fn();
    const late = (): Promise<unknown> => world.sleep(500).then(() => ({ status: 200, body: { cancel } }));
    const script = new Script(world, late, 'second');
    const { value } = await world.finish(world.retry({ attemptTimeoutMs: 100 }).execute(script.run));
    expect(value).toBe('second');
    await world.pass(1000);
    expect(cancel).toHaveBeenCalledTimes(1);
    expect(world.types.filter((type) => type === 'retry.attempt')).toHaveLength(2);
  });
});

describe('the time of all attempts together (PRT-10)', () => {
  it.each([
    ['the total', { totalTimeoutMs: 1000 }, undefined],
    ['the deadline of the caller (PX-07)', { totalTimeoutMs: 0 }, 1000],
    ['the smaller of both', { totalTimeoutMs: 5000 }, 1000],
    ['the smaller of both, the other way round', { totalTimeoutMs: 1000 }, 5000],
  ])('is bounded by %s: a wait that does not fit ends the call at once', async (_name, options, deadlineInMs) => {
    const world = new RetryWorld();
    const script = new Script(world, LOST);
    const call = deadlineInMs === undefined ? {} : { deadlineMs: world.clock.nowMs() + deadlineInMs };
    const { value: error, tookMs } = await world.finish(errorOf(world.retry({ maxAttempts: 100, ...options }).execute(script.run, call)));
    // 100, 200 and 400 ms were waited; 800 more would be 1500.
    expect([script.calls.length, tookMs]).toEqual([4, 700]);
    expect(error).toMatchObject({ reason: 'deadline', attempts: 4, cause: LOST });
  });

  it('leaves the next attempt something to run in', async () => {
    const attempts = async (totalTimeoutMs: number): Promise<number> => {
      const world = new RetryWorld();
      const script = new Script(world, LOST);
      await world.finish(errorOf(world.retry({ totalTimeoutMs, strategy: 'fixed' }).execute(script.run)));
      return script.calls.length;
    };
    expect([await attempts(109), await attempts(110), await attempts(210)]).toEqual([1, 2, 3]);
  });

  it('hands each attempt a deadline within it (PX-07)', async () => {
    const world = new RetryWorld();
    const script = new Script(world, LOST, LOST, 'done');
    await world.finish(world.retry({ attemptTimeoutMs: 250 }).execute(script.run, { deadlineMs: world.startMs + 400 }));
    expect(script.calls.map(({ deadlineMs }) => (deadlineMs ?? 0) - world.startMs)).toEqual([250, 350, 400]);
  });

  it('knows a deadline that was noted for the signal, and leaves it to that signal to cut an attempt (PX-07)', async () => {
    const world = new RetryWorld();
    const caller = new AbortController();
    noteDeadline(caller.signal, world.startMs + 250);
    const script = new Script(world, LOST, LOST, 'never');
    const call = { signal: caller.signal, deadlineMs: world.startMs + 250 };
    const { value: error } = await world.finish(errorOf(world.retry().execute(script.run, call)));
    expect(error).toMatchObject({ reason: 'deadline', attempts: 2 });
    expect(script.calls.map(({ deadlineMs }) => deadlineMs)).toEqual([world.startMs + 250, world.startMs + 250]);
    expect(world.sleeps).toEqual([30_000, 100, 30_000]);
  });

  it('is told by the signal of an attempt, to whatever is handed nothing else (PX-07)', async () => {
    const world = new RetryWorld();
    const script = new Script(world, LOST, 'done');
    await world.finish(world.retry({ attemptTimeoutMs: 250 }).execute(script.run, { deadlineMs: world.startMs + 300 }));
    expect(script.calls.map(({ signal }) => (deadlineOfSignal(signal) ?? 0) - world.startMs)).toEqual([250, 300]);
  });

  it('cuts the attempt in which it runs out', async () => {
    const world = new RetryWorld();
    const script = new Script(world, LOST, obeys);
    const { value: error, tookMs } = await world.finish(errorOf(world.retry().execute(script.run, { deadlineMs: world.startMs + 600 })));
    expect(error).toMatchObject({ reason: 'deadline', attempts: 2, cause: { code: 'TIMEOUT', timeoutMs: 500 } });
    expect(tookMs).toBe(600);
  });

  it('begins nothing after the deadline', async () => {
    const world = new RetryWorld();
    const script = new Script(world, 'never');
    const onGiveUp = jest.fn();
    const error = await errorOf(world.retry({ onGiveUp }).execute(script.run, { deadlineMs: world.startMs }));
    expect(error).toMatchObject({ reason: 'deadline', attempts: 0, message: 'payments had no time left to begin' });
    expect(script.calls).toHaveLength(0);
    expect(onGiveUp).toHaveBeenCalledTimes(1);
  });

  it('is over when an environment was frozen in a wait and wakes too late', async () => {
    const world = new RetryWorld();
    const script = new Script(world, LOST, 'too late');
    const frozen = async (): Promise<void> => world.clock.advance(4_000_000_000);
    const shouldRetry = jest.fn(() => true);
    const retry = createRetry({ name: 'payments', attemptTimeoutMs: 0, totalTimeoutMs: 0, shouldRetry }, { ...world.dependencies, sleep: frozen });
    expect(await errorOf(retry.execute(script.run, { deadlineMs: world.startMs + 3_000_000_000 }))).toMatchObject({ reason: 'deadline' });
    expect(shouldRetry).toHaveBeenCalledTimes(1);
  });
});

describe('a Retry-After (PRT-02)', () => {
  it('is the least that is waited, also above the ceiling', async () => {
    const world = new RetryWorld();
    const script = new Script(world, statusError(429, { retryAfterMs: 9000 }), new Response('', { status: 503, headers: { 'retry-after': '1' } }), statusError(503, { retryAfterMs: 0 }), 'done');
    await world.finish(world.retry({ maxAttempts: 4 }).execute(script.run));
    expect(script.atMs).toEqual([0, 9000, 10_000, 10_400]);
  });

  it('that fits is kept to, and what is added to spread it gives way', async () => {
    const world = new RetryWorld();
    const script = new Script(world, statusError(429, { retryAfterMs: 980 }), 'done');
    await world.finish(world.retry({ jitter: 'full', totalTimeoutMs: 991 }).execute(script.run));
    expect(script.atMs[1]).toBeGreaterThanOrEqual(980);
    expect(script.atMs[1]).toBeLessThanOrEqual(981);
  });

  it('that is longer than there is time ends the call, and is passed on', async () => {
    const world = new RetryWorld();
    const script = new Script(world, statusError(429, { retryAfterMs: 60_000 }));
    const error = await errorOf(world.retry({ totalTimeoutMs: 30_000 }).execute(script.run));
    expect(error).toMatchObject({ reason: 'retry_after', retryAfterMs: 60_000, headers: { 'Retry-After': '60' }, attempts: 1 });
    expect(world.told('retry.exhausted')).toMatchObject([{ reason: 'retry_after', totalDelayMs: 0, durationMs: 0 }]);
  });
});

describe('a Retry-After that asks for more than any invocation has (PRT-02)', () => {
  it.each([
    ['a year', statusError(503, { response: { headers: { 'retry-after': '31536000' } } }), 31_536_000_000],
    ['a minute more', statusError(503, { retryAfterMs: 960_000 }), 960_000],
    ['for ever', statusError(503, { retryAfterMs: Infinity }), undefined],
  ])('ends the call at once, also where nothing limits it: %s', async (_name, busy, retryAfterMs) => {
    const world = new RetryWorld();
    const script = new Script(world, busy, 'too soon');
    const retry = world.retry({ jitter: 'full', attemptTimeoutMs: 0, totalTimeoutMs: 0 });
    const { value: error, tookMs } = await world.finish(errorOf(retry.execute(script.run)));
    expect([script.calls.length, tookMs]).toEqual([1, 0]);
    expect(error).toMatchObject({ reason: 'retry_after', retryAfterMs });
  });
});

describe('a caller who gives up (RT-15)', () => {
  it('reaches the attempt, whose own ending is that of the call (PRT-01)', async () => {
    const world = new RetryWorld();
    const caller = new AbortController();
    const onGiveUp = jest.fn();
    const script = new Script(world, obeys, 'never');
    const call = world.retry({ onGiveUp }).execute(script.run, { signal: caller.signal });
    const reason = networkError();
    caller.abort(reason);
    expect(await errorOf(call)).toBe(reason);
    expect(script.calls).toHaveLength(1);
    expect(onGiveUp).toHaveBeenCalledTimes(1);
    expect(world.told('retry.given_up')).toEqual([{ attempts: 1, errorType: 'ECONNRESET' }]);
    expect(world.sleeping).toBe(0);
  });

  it('has the call closed at once, also where the attempt ignores its signal: no timer is left and nothing is told later', async () => {
    const world = new RetryWorld();
    const caller = new AbortController();
    const retry = world.retry();
    void retry.execute(hangs, { signal: caller.signal });
    await world.pass(10);
    caller.abort();
    await world.pass(0);
    expect(retry.statistics).toMatchObject({ requests: 1, inFlight: 0 });
    expect([world.types.at(-1), world.sleeping]).toEqual(['retry.completed', 0]);
    await world.pass(100_000);
    expect(world.types).toHaveLength(3);
  });

  it('may do so in the attempt itself', async () => {
    const world = new RetryWorld();
    const caller = new AbortController();
    const retry = world.retry();
    const hangUp = (): Promise<never> => {
      caller.abort();
      return hangs();
    };
    void retry.execute(hangUp, { signal: caller.signal });
    await world.pass(0);
    expect([retry.statistics.requests, world.sleeping]).toEqual([1, 0]);
  });

  it('still gets the value of an attempt that ends well all the same', async () => {
    const world = new RetryWorld();
    const caller = new AbortController();
    const call = world.retry().execute(() => world.sleep(10).then(() => 'done'), { signal: caller.signal });
    caller.abort();
    await expect(world.finish(call)).resolves.toEqual({ value: 'done', tookMs: 10 });
  });

  it('ends a wait at once, of which only what has passed counts (PRT-11)', async () => {
    const world = new RetryWorld();
    const caller = new AbortController();
    const onGiveUp = jest.fn();
    const retry = world.retry({ initialDelayMs: 5000, onGiveUp });
    const call = errorOf(retry.execute(new Script(world, LOST).run, { signal: caller.signal }));
    await world.pass(1200);
    caller.abort(new Error('enough'));
    expect(await call).toMatchObject({ message: 'enough' });
    expect(world.sleeping).toBe(0);
    expect(onGiveUp).toHaveBeenCalledTimes(1);
    expect(retry.statistics).toMatchObject({ totalDelayMs: 1200, attempts: 1, requests: 1, exhausted: 0, inFlight: 0 });
    expect(world.types.slice(-2)).toEqual(['retry.given_up', 'retry.completed']);
  });

  it('before the call begins it at all begins nothing', async () => {
    const world = new RetryWorld();
    const script = new Script(world, 'never');
    const error = await errorOf(world.retry().execute(script.run, { signal: AbortSignal.abort(new Error('enough')) }));
    expect(error).toMatchObject({ message: 'enough' });
    expect(script.calls).toHaveLength(0);
  });
});

describe('what is left behind', () => {
  it('is nothing on the signal of the caller, neither during a wait beyond its own nor between attempts (PRT-09)', async () => {
    const world = new RetryWorld();
    const { signal } = new AbortController();
    const seen: number[] = [];
    const note = (): Error => {
      seen.push(getEventListeners(signal, 'abort').length);
      return LOST;
    };
    const script = new Script(world, note);
    await world.finish(errorOf(world.retry({ maxAttempts: 8 }).execute(script.run, { signal })));
    expect(seen).toEqual(Array(8).fill(1));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(new Set(script.calls.map((call) => call.signal)).size).toBe(8);
  });

  it('is the link to the caller only where a body has yet to be read, which the caller can still stop (RT-15)', async () => {
    const world = new RetryWorld();
    const caller = new AbortController();
    const script = new Script(world, new Response('busy', { status: 503 }), new Response('done'));
    const { value } = await world.finish(world.retry().execute(script.run, { signal: caller.signal }));
    expect(value).toMatchObject({ status: 200 });
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
    caller.abort();
    expect(script.calls.map(({ signal }) => signal.aborted)).toEqual([false, true]);
  });

  it('is no rejection of a sleep that says so when it is ended early', async () => {
    const sleep = (durationMs: number, signal?: AbortSignal) => setTimeout(durationMs, undefined, { signal });
    const retry = createRetry({ name: 'machine', initialDelayMs: 60_000, jitter: 'none' }, { sink: { emit: () => undefined }, sleep });
    expect(await retry.execute(() => 'done')).toBe('done');
    const caller = new AbortController();
    const waiting = errorOf(retry.execute(() => Promise.reject(LOST), { signal: caller.signal }));
    await setImmediate();
    caller.abort(LOST);
    expect(await waiting).toBe(LOST);
    await setImmediate(); // a rejection that nobody handles ends this process now
  });

  it('is no timer of the machine (PRT-09)', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const retry = createRetry({ name: 'machine', initialDelayMs: 1, jitter: 'none' }, { sink: { emit: () => undefined } });
    await errorOf(retry.execute(() => Promise.reject(LOST)));
    await retry.execute(() => 'done');
    const caller = new AbortController();
    const waiting = errorOf(createRetry({ name: 'machine', initialDelayMs: 60_000, jitter: 'none' }, { sink: { emit: () => caller.abort() } }).execute(() => Promise.reject(LOST), { signal: caller.signal }));
    expect(await waiting).not.toBeInstanceOf(RetryExhaustedError);
    expect(timers()).toBe(before);
  });
});
