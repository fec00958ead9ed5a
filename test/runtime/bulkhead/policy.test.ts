import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { BulkheadFullError } from '../../../runtime/src/bulkhead/errors.ts';
import { PRIORITIES, type Priority } from '../../../runtime/src/core/call-context.ts';
import { FREE_PERMIT } from '../../../runtime/src/core/gate.ts';
import { ask, askMany, BulkheadWorld, countOf, finish, reasonOf, statesOf } from './world.ts';

describe('a bulkhead with free slots', () => {
  it('admits a call without a promise, and has its slot back when the call ends', () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 2 });
    const [first, second] = askMany(2, bulkhead);
    expect([first, second]).toMatchObject([{ state: 'running', atOnce: true }, { state: 'running', atOnce: true }]);
    expect(bulkhead.statistics).toMatchObject({ active: 2, capacity: 2, utilisation: 1 });
    expect(finish(first)).toBeUndefined();
    expect(bulkhead.statistics).toMatchObject({ active: 1, completed: 1 });
  });

  it('takes a slot back once, however often its permit is settled', () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 1, queueSize: 0 });
    const first = ask(bulkhead);
    void finish(first);
    const second = ask(bulkhead);
    void finish(first);
    expect(ask(bulkhead)).toMatchObject({ state: 'refused' });
    expect(second.state).toBe('running');
  });

  it('is the worked example at the defaults: 10 run, 11 to 15 wait, the 16th is refused (BH-01, BH-03, BH-13)', () => {
    const calls = askMany(16, new BulkheadWorld().local());
    expect(statesOf(calls)).toEqual([...Array<string>(10).fill('running'), ...Array<string>(5).fill('waiting'), 'refused']);
    expect(reasonOf(calls[15]!)).toBe('queue_full');
  });

  it('refuses at once whoever comes beyond slots and line (PBH-04)', () => {
    const calls = askMany(100, new BulkheadWorld().local({ maxConcurrent: 10, queueSize: 5 }));
    expect([countOf(calls, 'running'), countOf(calls, 'waiting'), countOf(calls, 'refused')]).toEqual([10, 5, 85]);
    expect(calls.filter(({ state }) => state === 'refused').every(({ atOnce }) => atOnce)).toBe(true);
  });

  it('lets nobody wait with a line of 0 (PX-14)', () => {
    expect(statesOf(askMany(3, new BulkheadWorld().local({ maxConcurrent: 1, queueSize: 0 })))).toEqual(['running', 'refused', 'refused']);
  });

  it('lets nobody wait with a longest wait of 0 (PX-14)', () => {
    const calls = askMany(2, new BulkheadWorld().local({ maxConcurrent: 1, maxWaitMs: 0 }));
    expect(statesOf(calls)).toEqual(['running', 'refused']);
    expect(reasonOf(calls[1]!)).toBe('wait_timeout');
  });

  it('lets everything pass when it is switched off, and counts nothing (BH-14)', () => {
    const bulkhead = new BulkheadWorld().local({ enabled: false, maxConcurrent: 1, queueSize: 0 });
    const calls = askMany(5, bulkhead);
    expect(countOf(calls, 'running')).toBe(5);
    expect(calls[0]!.permit).toBe(FREE_PERMIT);
    expect(bulkhead.statistics).toMatchObject({ active: 0, total: 0 });
  });
});

describe('the wait for a slot', () => {
  it('ends with the slot of the next call that ends, in the order of arrival', async () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local({ maxConcurrent: 1 });
    const [running, ...waiting] = askMany(4, bulkhead);
    await world.pass(70);
    void finish(running);
    await turn();
    expect(statesOf(waiting)).toEqual(['running', 'waiting', 'waiting']);
    void finish(waiting[0]);
    await turn();
    expect(statesOf(waiting)).toEqual(['done', 'running', 'waiting']);
    expect(bulkhead.statistics).toMatchObject({ active: 1, queued: 1, longestWaitMs: 70, meanWaitMs: 140 / 3 });
  });

  it('is over after the longest wait (BH-02)', async () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local({ maxConcurrent: 1, maxWaitMs: 500 });
    const [, second] = askMany(2, bulkhead);
    await world.pass(200);
    const third = ask(bulkhead);
    await world.pass(299);
    expect(statesOf([second!, third])).toEqual(['waiting', 'waiting']);
    await world.pass(1);
    expect(statesOf([second!, third])).toEqual(['refused', 'waiting']);
    expect(reasonOf(second!)).toBe('wait_timeout');
    await world.pass(200);
    expect(statesOf([second!, third])).toEqual(['refused', 'refused']);
    expect(world.sleeping).toBe(0);
  });

  it('is over with the deadline of the call, if that comes first (PX-07)', async () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local({ maxConcurrent: 1, maxWaitMs: 500 });
    ask(bulkhead);
    const hasty = ask(bulkhead, { deadlineMs: world.clock.nowMs() + 100 });
    const patient = ask(bulkhead, { deadlineMs: world.clock.nowMs() + 100_000 });
    await world.pass(100);
    expect(statesOf([hasty, patient])).toEqual(['refused', 'waiting']);
    expect(reasonOf(hasty)).toBe('deadline');
    await world.pass(400);
    expect(reasonOf(patient)).toBe('wait_timeout');
  });

  it('does not begin for a call whose deadline has passed, which still gets a slot that is free', () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local({ maxConcurrent: 1 });
    const late = { deadlineMs: world.clock.nowMs() };
    expect(ask(bulkhead, late).state).toBe('running');
    expect(reasonOf(ask(bulkhead, late))).toBe('deadline');
  });

  it('hands no slot to a waiter whose time was over while the environment was frozen', async () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local({ maxConcurrent: 1, maxWaitMs: 500 });
    const [running, frozen] = askMany(2, bulkhead);
    world.clock.advance(60_000); // no timer has run
    const next = ask(bulkhead);
    void finish(running);
    await turn();
    expect(statesOf([frozen!, next])).toEqual(['refused', 'running']);
  });

  it('takes one timer for the whole line, and none when nobody waits (BH-10, PBH-02)', async () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local({ maxConcurrent: 1, queueSize: 100 });
    const [running, ...waiting] = askMany(101, bulkhead);
    expect(world.sleeping).toBe(1);
    let last = running;
    for (const next of waiting) {
      void finish(last);
      await turn();
      last = next;
    }
    expect(last!.state).toBe('running');
    expect(world.sleeping).toBe(0);
  });
});

describe('a caller who gives up', () => {
  it('ends with the reason of its signal, which is no refusal (PBH-05)', async () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 1 });
    ask(bulkhead);
    const [reason, caller] = [new Error('the user went away'), new AbortController()];
    const waiting = ask(bulkhead, { signal: caller.signal });
    caller.abort(reason);
    await turn();
    expect(waiting).toMatchObject({ state: 'cancelled', error: reason });
    expect(bulkhead.statistics).toMatchObject({ cancelled: 1, refused: 0, queued: 0 });
  });

  it('is given no slot if it had gone before it came', () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 1 });
    expect(ask(bulkhead, { signal: AbortSignal.abort(new Error('gone')) })).toMatchObject({ state: 'cancelled', error: { message: 'gone' } });
    expect(bulkhead.statistics).toMatchObject({ active: 0, cancelled: 1, total: 1 });
  });

  it('leaves no slot, timer or listener behind, 10,000 times (BH-10, PBH-02)', async () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local({ maxConcurrent: 1, queueSize: 10_000 });
    const running = ask(bulkhead);
    const callers = Array.from({ length: 10_000 }, () => new AbortController());
    const removals = callers.map(({ signal }) => jest.spyOn(signal, 'removeEventListener'));
    const calls = callers.map(({ signal }) => ask(bulkhead, { signal }));
    expect(bulkhead.statistics.queued).toBe(10_000);
    // Cancelled and handed over in turns, so that slots meet waiters that have just left.
    callers.forEach((caller, index) => {
      if (index !== 5000) caller.abort(new Error('gone'));
      else void finish(running);
    });
    await turn();
    expect([countOf(calls, 'cancelled'), countOf(calls, 'running')]).toEqual([9999, 1]);
    expect(removals.every((removal) => removal.mock.calls.length === 1)).toBe(true);
    expect(world.sleeping).toBe(0);
    void finish(calls[5000]);
    expect(bulkhead.statistics).toMatchObject({ active: 0, queued: 0 });
    expect(ask(bulkhead).state).toBe('running');
  });
});

describe('execute', () => {
  it('runs an operation in a slot, and hands it its call (BH-15)', async () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 1 });
    const call = { tenant: 'acme' };
    const seen = await bulkhead.execute((given) => ({ given, active: bulkhead.statistics.active }), call);
    expect(seen).toEqual({ given: call, active: 1 });
    expect(bulkhead.statistics.active).toBe(0);
  });

  it('passes on what the operation throws as it is, a timeout too (PBH-06)', async () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 1 });
    const timeout = new DOMException('too slow', 'TimeoutError');
    await expect(bulkhead.execute(() => Promise.reject(timeout))).rejects.toBe(timeout);
    await expect(bulkhead.execute(() => { throw timeout; })).rejects.toBe(timeout);
    expect(bulkhead.statistics).toMatchObject({ active: 0, completed: 2, refused: 0 });
  });

  it('answers a refusal with onRejected, which is told what was refused (BH-11)', async () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 1, queueSize: 0, onRejected: (error, call) => ({ reason: error.reason, tenant: call.tenant }) });
    ask(bulkhead);
    await expect(bulkhead.execute<unknown>(() => 'ran', { tenant: 'acme' })).resolves.toEqual({ reason: 'queue_full', tenant: 'acme' });
  });

  it('does not ask onRejected about what the operation throws, even if it is the refusal of another bulkhead', async () => {
    const onRejected = jest.fn();
    const world = new BulkheadWorld();
    const inner = world.local({ maxConcurrent: 1, queueSize: 0 });
    ask(inner);
    const outer = world.local({ onRejected });
    await expect(outer.execute(() => inner.execute(() => 'ran'))).rejects.toBeInstanceOf(BulkheadFullError);
    expect(onRejected).not.toHaveBeenCalled();
  });
});

describe('the error of a refusal', () => {
  const refused = (options: Parameters<BulkheadWorld['local']>[0], world = new BulkheadWorld()) => {
    const bulkhead = world.local({ maxConcurrent: 2, queueSize: 0, ...options });
    askMany(2, bulkhead);
    return ask(bulkhead).error;
  };

  it('says 429 with the slots, and to come back after at least a second', () => {
    expect(refused({})).toMatchObject({
      name: 'BulkheadFullError',
      code: 'BULKHEAD_FULL',
      statusCode: 429,
      bulkhead: 'payments',
      reason: 'queue_full',
      scope: { kind: 'global', key: '', limit: 2 },
      publicFields: { service: 'payments', max_concurrent: 2 },
      headers: { 'Retry-After': '1' },
    });
  });

  it('says 503 if so configured', () => {
    expect(refused({ refusal: 'service-unavailable' })).toMatchObject({ statusCode: 503 });
  });

  it('says when those who wait will have been served, by how long calls usually take', async () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local({ maxConcurrent: 2, queueSize: 3, maxWaitMs: 60_000 });
    const [first, second] = askMany(2, bulkhead);
    await world.pass(4000);
    void finish(first);
    void finish(second);
    askMany(5, bulkhead);
    expect(ask(bulkhead).error).toMatchObject({ retryAfterMs: ((3 + 1) * 4000) / 2 });
  });
});

describe('the priority of a call', () => {
  const admitted = (options: Parameters<BulkheadWorld['local']>[0], priority?: Priority) => {
    const world = new BulkheadWorld();
    ask(world.local(options), priority === undefined ? {} : { priority });
    return world.sink.events.at(-1);
  };

  it.each(Object.keys(PRIORITIES) as Priority[])('is %s if it says so (PX-12)', (priority) => {
    expect(admitted({}, priority)).toMatchObject({ type: 'bulkhead.acquired', priority });
  });

  it('is what priorityOf says, else what the call says, else normal (BH-07)', () => {
    expect(admitted({ priorityOf: () => 'critical' }, 'low')).toMatchObject({ priority: 'critical' });
    expect(admitted({ priorityOf: () => undefined }, 'low')).toMatchObject({ priority: 'low' });
    expect(admitted({})).toMatchObject({ priority: 'normal' });
    expect(admitted({ priorityOf: () => 'urgent' as Priority }, 'toString' as Priority)).toMatchObject({ priority: 'normal' });
  });

  it('is what the call says if priorityOf throws, which is reported', () => {
    const world = new BulkheadWorld();
    const error = new Error('no idea');
    ask(world.local({ priorityOf: () => { throw error; } }), { priority: 'high' });
    expect(world.sink.events.slice(-2)).toMatchObject([{ type: 'bulkhead.callback_failed', error }, { type: 'bulkhead.acquired', priority: 'high' }]);
  });
});
