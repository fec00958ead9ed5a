import { getEventListeners } from 'node:events';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import type { CallContext } from '../../../runtime/src/core/call-context.ts';
import { deadlineOfSignal } from '../../../runtime/src/core/deadline.ts';
import { isRejection } from '../../../runtime/src/core/errors.ts';
import { pipeline } from '../../../runtime/src/core/gate.ts';
import { outcomeOfError } from '../../../runtime/src/core/outcome.ts';
import { createTimeout } from '../../../runtime/src/timeout/create.ts';
import { NoTimeLeftError, TimedOutError } from '../../../runtime/src/timeout/errors.ts';
import { deferred } from '../core/deferred.ts';
import { settle } from '../health/fixture.ts';
import { TimeoutWorld, watch } from './fixture.ts';

/** Work that ends as soon as its signal is aborted, as well-behaved work does. */
const obedient = ({ signal }: CallContext) => new Promise<never>((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error)));

describe('work under a timeout', () => {
  it('gives its value or its error if it ends in time, and leaves no timer behind', async () => {
    const world = new TimeoutWorld();
    const timeout = world.timeout({ timeoutMs: 1000 });
    await expect(timeout.execute(async () => 'value', { operation: 'GET /a' })).resolves.toBe('value');
    await expect(timeout.execute(() => 'at once')).resolves.toBe('at once');
    await expect(timeout.execute(async () => Promise.reject(new Error('own')))).rejects.toThrow('own');
    expect(world.reported).toEqual([
      { type: 'timeout.completed', limitMs: 1000, durationMs: 0, operation: 'GET /a' },
      { type: 'timeout.completed', limitMs: 1000, durationMs: 0 },
      { type: 'timeout.completed', limitMs: 1000, durationMs: 0 },
    ]);
    expect([world.sleeping, world.sleeps]).toEqual([0, [1000, 1000, 1000]]);
  });

  it('is handed its signal, and its limit as its deadline, so that nothing in it waits longer (PX-07)', async () => {
    const world = new TimeoutWorld();
    const call = { deadlineMs: world.startMs + 900, tenant: 'acme' };
    const seen = await world.timeout({ timeoutMs: 1000, marginMs: 200 }).execute((inner) => inner, call);
    expect(seen).toMatchObject({ tenant: 'acme', deadlineMs: world.startMs + 700 });
    expect([seen.signal?.aborted, deadlineOfSignal(seen.signal)]).toEqual([false, world.startMs + 700]);
  });

  it('that throws at once is an error, not a dead process (TO-10)', async () => {
    const timeout = new TimeoutWorld().timeout();
    const run = timeout.execute(() => {
      throw new RangeError('at once');
    });
    await expect(run).rejects.toThrow(RangeError);
    expect(timeout.statistics).toMatchObject({ completed: 1, active: 0 });
  });

  it('is cut short at its limit and not before: its signal is aborted with the error as reason (TO-08)', async () => {
    const world = new TimeoutWorld();
    const calls: CallContext[] = [];
    const run = watch(world.timeout({ name: 'api', timeoutMs: 1000 }).execute((call) => { calls.push(call); return obedient(call); }, { tenant: 'acme', operation: 'GET /a', priority: 'high' }));
    await world.pass(999);
    expect([run.state, calls[0]?.signal?.aborted]).toEqual(['open', false]);
    await world.pass(1);
    expect(run.result).toBeInstanceOf(TimedOutError);
    expect(run.result).toMatchObject({ name: 'TimedOutError', code: 'TIMEOUT', statusCode: 504, expose: true, timeout: 'api', limitMs: 1000, publicFields: { timeout_ms: 1000 } });
    expect(calls[0]?.signal?.reason).toBe(run.result);
    expect(world.reported).toEqual([{ type: 'timeout.expired', limitMs: 1000, ignored: false, tenant: 'acme', operation: 'GET /a', priority: 'high' }]);
    expect(world.sleeping).toBe(0);
  });

  it('that ignores its signal keeps nobody waiting, and sees that it is abandoned for as long as it goes on (TO-09, PTO-01)', async () => {
    const world = new TimeoutWorld();
    const more = deferred();
    const seen: unknown[] = [];
    const run = watch(
      world.timeout({ timeoutMs: 1000 }).execute(async ({ signal }) => {
        await more.promise;
        seen.push(signal?.aborted, signal?.reason);
        await settle();
        seen.push(signal?.aborted);
      }),
    );
    await world.pass(1000);
    expect([run.state, world.elapsedMs]).toEqual(['error', 1000]);
    expect(world.reported).toEqual([{ type: 'timeout.expired', limitMs: 1000, ignored: true, priority: 'normal' }]);
    await world.pass(500);
    more.resolve(undefined);
    await settle();
    await settle();
    expect(seen).toEqual([true, run.result, true]);
  });

  it.each([
    ['value', (work: ReturnType<typeof deferred<string>>) => work.resolve('too late')],
    ['error', (work: ReturnType<typeof deferred<string>>) => work.reject(new Error('too late'))],
  ])('gives no second answer: a late %s is dropped, counted and reported, and no unhandled rejection (PTO-02, PX-05)', async (outcome, end) => {
    const world = new TimeoutWorld();
    const timeout = world.timeout({ timeoutMs: 1000 });
    const work = deferred<string>();
    const run = watch(timeout.execute(() => work.promise));
    await world.pass(1000);
    const first = run.result;
    await world.pass(700);
    end(work);
    await settle(); // a rejection that nobody handles ends this process now
    expect([run.state, run.result]).toEqual(['error', first]);
    expect(world.ofType('timeout.late')).toEqual([{ type: 'timeout.late', durationMs: 1700, outcome }]);
    expect(timeout.statistics).toMatchObject({ timeouts: 1, late: 1, completed: 0, active: 0 });
  });

  it('has the grace to end by itself: with an error of its own it has timed out all the same', async () => {
    const world = new TimeoutWorld();
    const work = deferred<string>();
    const run = watch(world.timeout({ timeoutMs: 1000, graceMs: 200 }).execute(() => work.promise));
    await world.pass(1100);
    expect(run.state).toBe('open');
    work.reject(new Error('cleaned up'));
    await settle();
    expect(run.result).toBeInstanceOf(TimedOutError);
    expect([world.ofType('timeout.expired')[0]?.['ignored'], world.ofType('timeout.late'), world.sleeping]).toEqual([false, [], 0]);
  });

  it('is heard if it makes the best of what it has within the grace, and not after it', async () => {
    const world = new TimeoutWorld();
    const timeout = world.timeout({ timeoutMs: 1000, graceMs: 200 });
    const partial = ({ signal }: CallContext) => new Promise((resolve) => signal!.addEventListener('abort', () => resolve('partial')));
    const run = watch(timeout.execute(partial));
    const ignoring = watch(timeout.execute(() => new Promise(() => undefined)));
    await world.pass(1199);
    expect([run.state, run.result, ignoring.state]).toEqual(['value', 'partial', 'open']);
    await world.pass(1);
    expect(ignoring.result).toBeInstanceOf(TimedOutError);
    expect(timeout.statistics).toMatchObject({ completed: 1, timeouts: 1 });
  });

  it('has no grace at the cost of the margin: the answer still goes out before the deadline (PTO-04)', async () => {
    const world = new TimeoutWorld();
    const timeout = world.timeout({ timeoutMs: 2000, graceMs: 1000, marginMs: 500 });
    const run = (leftMs: number) => watch(timeout.execute(() => new Promise(() => undefined), { deadlineMs: world.startMs + leftMs }));
    const runs = [run(10_000), run(3000), run(2200)];
    const endedAtMs = runs.map(() => 0);
    for (let ms = 1; ms <= 3000; ms += 1) {
      await world.pass(1);
      runs.forEach(({ state }, index) => {
        if (state === 'error') endedAtMs[index] ||= ms;
      });
    }
    expect(endedAtMs).toEqual([3000, 2500, 1700]);
  });

  it('pays with its time for what it does before it first waits', async () => {
    const world = new TimeoutWorld();
    const run = watch(
      world.timeout({ timeoutMs: 1000 }).execute(() => {
        world.clock.advance(700);
        return new Promise(() => undefined);
      }),
    );
    await world.pass(299);
    expect([run.state, world.sleeps]).toEqual(['open', [300]]);
    await world.pass(1);
    expect(run.state).toBe('error');
  });

  it('takes as long as it takes where the timeout is switched off', async () => {
    const world = new TimeoutWorld();
    const call = { deadlineMs: world.startMs - 5 };
    await expect(world.timeout({ enabled: false }).execute((given) => given === call, call)).resolves.toBe(true);
    expect([world.sleeps, world.reported]).toEqual([[], []]);
  });
});

describe('a call whose deadline cannot be met', () => {
  it('is refused at once, and is no failure of what it calls (PTO-04, PX-07)', async () => {
    const world = new TimeoutWorld();
    const work = jest.fn();
    const error: unknown = await world.timeout({ name: 'api', answer: 'request-timeout' }).execute(work as never, { deadlineMs: world.startMs + 550 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NoTimeLeftError);
    expect(error).toMatchObject({ name: 'NoTimeLeftError', code: 'TIMEOUT', statusCode: 408, timeout: 'api', remainingMs: 50, publicFields: { timeout_ms: 50 } });
    expect([isRejection(error), outcomeOfError(error).kind, work.mock.calls.length]).toEqual([true, 'abandoned', 0]);
    expect([world.reported, world.sleeps]).toEqual([[{ type: 'timeout.refused', remainingMs: 50 }], []]);
  });

  it('tells no time below zero to its caller', async () => {
    const world = new TimeoutWorld();
    await expect(world.timeout().execute(() => 1, { deadlineMs: world.startMs - 10_000 })).rejects.toMatchObject({ remainingMs: 0 });
    expect(world.reported).toEqual([{ type: 'timeout.refused', remainingMs: -10_500 }]);
  });
});

describe('a caller who gives up', () => {
  it('ends the work with his own reason, at once, and leaves no listener', async () => {
    const world = new TimeoutWorld();
    const caller = new AbortController();
    const timeout = world.timeout({ timeoutMs: 1000 });
    const reasons: unknown[] = [];
    const run = watch(timeout.execute(({ signal }) => new Promise((_, reject) => signal!.addEventListener('abort', () => { reasons.push(signal!.reason); reject(new Error('ended')); })), { signal: caller.signal }));
    await world.pass(400);
    expect(getEventListeners(caller.signal, 'abort').length).toBe(1);
    const reason = new Error('gone');
    caller.abort(reason);
    expect(reasons).toEqual([reason]);
    await world.pass(0);
    expect([run.result, world.reported, world.sleeping, getEventListeners(caller.signal, 'abort').length]).toEqual([reason, [], 0, 0]);
    expect(timeout.statistics).toMatchObject({ cancelled: 1, timeouts: 0, active: 0, meanDurationMs: 400 });
  });

  it('from within the work is heard as well', async () => {
    const world = new TimeoutWorld();
    const caller = new AbortController();
    const run = watch(world.timeout().execute(() => { caller.abort(new Error('gone')); return new Promise(() => undefined); }, { signal: caller.signal }));
    await world.pass(0);
    expect([(run.result as Error).message, world.sleeping]).toEqual(['gone', 0]);
  });

  it('before the work has begun does not begin it', async () => {
    const work = jest.fn();
    const reason = new Error('gone');
    await expect(new TimeoutWorld().timeout().execute(work as never, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(work).not.toHaveBeenCalled();
  });
});

describe('onTimeout', () => {
  it('answers in place of work that took too long, and of work that was refused (TO-11)', async () => {
    const world = new TimeoutWorld();
    const onTimeout = jest.fn(async (error: unknown, call: CallContext) => ({ cached: call.operation, error }));
    const timeout = world.timeout({ timeoutMs: 1000, onTimeout });
    const run = watch(timeout.execute(obedient, { operation: 'GET /a' }));
    await world.pass(1000);
    expect(run.result).toEqual({ cached: 'GET /a', error: expect.any(TimedOutError) });
    await expect(timeout.execute(() => 1, { deadlineMs: world.startMs })).resolves.toEqual({ error: expect.any(NoTimeLeftError) });
    expect(world.sleeping).toBe(0);
  });

  it.each([
    ['throws', () => { throw new Error('broken'); }, 'broken'],
    ['rejects', async () => Promise.reject(new Error('broken')), 'broken'],
    ['takes longer than the margin', () => new Promise(() => undefined), 'onTimeout took longer than 500 ms'],
  ])('that %s is reported, and the error goes out', async (_, onTimeout, message) => {
    const world = new TimeoutWorld();
    const run = watch(world.timeout({ timeoutMs: 1000, onTimeout }).execute(obedient));
    await world.pass(1500);
    expect(run.result).toBeInstanceOf(TimedOutError);
    expect(world.ofType('timeout.callback_failed')).toEqual([{ type: 'timeout.callback_failed', error: expect.objectContaining({ message }) }]);
    expect(world.sleeping).toBe(0);
  });

  it('is not asked about the errors of others, timeouts further in included', async () => {
    const world = new TimeoutWorld();
    const onTimeout = jest.fn();
    const outer = world.timeout({ name: 'outer', timeoutMs: 2000, onTimeout });
    const run = watch(pipeline(outer, world.timeout({ name: 'inner', timeoutMs: 1000 })).execute(obedient));
    await world.pass(1000);
    expect([run.result, onTimeout.mock.calls]).toEqual([expect.objectContaining({ timeout: 'inner' }), []]);
    await expect(outer.execute(async () => Promise.reject(new Error('own')))).rejects.toThrow('own');
    expect(onTimeout).not.toHaveBeenCalled();
  });
});

describe('timeoutFor', () => {
  it('sees the call, and says what its limit is (TO-04)', async () => {
    const world = new TimeoutWorld();
    const timeout = world.timeout({ timeoutFor: ({ operation }) => (operation === 'GET /report' ? 60_000 : undefined) });
    await timeout.execute(() => 1, { operation: 'GET /report' });
    await timeout.execute(() => 1, { operation: 'GET /other' });
    expect(world.sleeps).toEqual([60_000, 30_000]);
  });

  it.each<[string, () => unknown]>([
    ['throws', () => { throw new Error('broken'); }],
    ['answers 0', () => 0],
    ['answers less', () => -5],
    ['answers no number', () => 'soon'],
    ['answers NaN', () => Number.NaN],
    ['answers for ever', () => Number.POSITIVE_INFINITY],
  ])('that %s is reported, and the declared limit holds (PTO-04)', async (_, timeoutFor) => {
    const world = new TimeoutWorld();
    await world.timeout({ timeoutFor: timeoutFor as () => number, timeoutMs: 1000 }).execute(() => 1);
    expect(world.sleeps).toEqual([1000]);
    expect(world.ofType('timeout.callback_failed')).toHaveLength(1);
  });

  it('and load that throws are not the end of a call', async () => {
    const world = new TimeoutWorld();
    const load = () => { throw new Error('broken'); };
    await world.timeout({ calculator: 'load', load, timeoutMs: 1000 }).execute(() => 1);
    expect([world.sleeps, world.ofType('timeout.callback_failed')]).toEqual([[1000], [{ type: 'timeout.callback_failed', error: expect.any(Error) }]]);
  });
});

describe('many timeouts', () => {
  it('leave no timer and no listener: 1,000 one after the other, in time and late, on one signal of their caller', async () => {
    const world = new TimeoutWorld();
    const { signal } = new AbortController();
    const timeout = world.timeout({ timeoutMs: 100, graceMs: 10 });
    for (let call = 0; call < 1000; call += 1) {
      const run = watch(timeout.execute(call % 2 === 0 ? () => call : obedient, { signal }));
      if (call % 2 === 1) await world.pass(100);
      else await settle();
      expect(run.state).toBe(call % 2 === 0 ? 'value' : 'error');
    }
    expect([world.sleeping, getEventListeners(signal, 'abort').length]).toEqual([0, 0]);
    expect(timeout.statistics).toMatchObject({ requests: 1000, completed: 500, timeouts: 500, active: 0, late: 0 });
  });

  it('leave no timer of this machine', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const timeout = createTimeout({ timeoutMs: 900_000 }, { sink: { emit: () => undefined } });
    const works = Array.from({ length: 1000 }, () => deferred<number>());
    const runs = works.map(({ promise }) => timeout.execute(() => promise));
    expect(timers() - before).toBe(1000);
    works.forEach(({ resolve }, index) => resolve(index));
    await Promise.all(runs);
    expect(timers()).toBe(before);
  });

  it('leave no rejection of a sleep that says so when it is ended early', async () => {
    const sleep = (durationMs: number, signal?: AbortSignal) => sleepFor(durationMs, undefined, { signal });
    const timeout = createTimeout({ timeoutMs: 60_000, graceMs: 30_000, marginMs: 60_000, onTimeout: () => 'second best' }, { sink: { emit: () => undefined }, sleep });
    const caller = new AbortController();
    const given = timeout.execute(obedient, { signal: caller.signal }).catch((error: unknown) => error);
    caller.abort('gone');
    await expect(Promise.all([timeout.execute(() => 'done'), timeout.execute(() => 1, { deadlineMs: 0 }), given])).resolves.toEqual(['done', 'second best', 'gone']);
    await settle(); // a rejection that nobody handles ends this process now
  });

  it('are cut short by the timers of this machine where no others are given', async () => {
    const timeout = createTimeout({ timeoutMs: 1 }, { sink: { emit: () => undefined } });
    await expect(timeout.execute(() => new Promise(() => undefined))).rejects.toBeInstanceOf(TimedOutError);
  });

  it('at once keep their limits, signals and errors apart (PX-05)', async () => {
    const world = new TimeoutWorld();
    const timeout = world.timeout({ timeoutMs: 300, operationTimeoutsMs: { a: 100, b: 200 } });
    const calls: CallContext[] = [];
    const runs = ['a', 'b', 'c', 'a'].map((operation) => watch(timeout.execute((call) => { calls.push(call); return new Promise(() => undefined); }, { operation })));
    const quick = watch(timeout.execute(() => 'quick', { operation: 'a' }));
    await world.pass(100);
    expect([runs.map(({ state }) => state), calls.map(({ signal }) => signal?.aborted), quick.result]).toEqual([['error', 'open', 'open', 'error'], [true, false, false, true], 'quick']);
    await world.pass(200);
    expect(runs.map(({ result }) => (result as TimedOutError).limitMs)).toEqual([100, 200, 300, 100]);
    expect(new Set(runs.map(({ result }) => result)).size).toBe(4);
  });
});

describe('the statistics of a timeout (TO-13)', () => {
  it('say how many, how often, which limits and how long, and are frozen', async () => {
    const world = new TimeoutWorld();
    const timeout = world.timeout({ name: 'api', timeoutMs: 1000, operationTimeoutsMs: { b: 400 } });
    expect(timeout.statistics).toEqual({
      name: 'api', requests: 0, active: 0, completed: 0, timeouts: 0, refused: 0, cancelled: 0, late: 0, timeoutRatio: 0, meanLimitMs: undefined, minLimitMs: undefined, maxLimitMs: undefined, meanDurationMs: undefined,
    });
    const slow = deferred<number>();
    void timeout.execute(() => slow.promise);
    watch(timeout.execute(() => new Promise(() => undefined), { operation: 'b' }));
    watch(timeout.execute(() => 1, { deadlineMs: world.startMs }));
    expect(timeout.statistics).toMatchObject({ requests: 3, active: 2 });
    await world.pass(600);
    slow.resolve(1);
    await settle();
    const statistics = timeout.statistics;
    expect(statistics).toEqual({
      name: 'api', requests: 3, active: 0, completed: 1, timeouts: 1, refused: 1, cancelled: 0, late: 0, timeoutRatio: 2 / 3, meanLimitMs: 700, minLimitMs: 400, maxLimitMs: 1000, meanDurationMs: 500,
    });
    expect(Object.isFrozen(statistics)).toBe(true);
  });

  it('are up to date by the time that a sink hears of it (PTO-06)', async () => {
    const world = new TimeoutWorld();
    const heard: unknown[] = [];
    const sink = { emit: ({ type }: { type: string }) => void heard.push([type, timeout.statistics.completed, timeout.statistics.timeouts, timeout.statistics.refused]) };
    const timeout = createTimeout({ timeoutMs: 100 }, { ...world.dependencies, sink });
    await timeout.execute(() => 1);
    watch(timeout.execute(obedient));
    watch(timeout.execute(() => 1, { deadlineMs: 0 }));
    await world.pass(100);
    expect(heard).toEqual([['timeout.completed', 1, 0, 0], ['timeout.refused', 1, 0, 1], ['timeout.expired', 1, 1, 1]]);
  });
});
