import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { BulkheadOptions } from '../../../runtime/src/bulkhead/options.ts';
import type { CallResult, Claim, NoSlot, Scope, Slot, SlotSource } from '../../../runtime/src/bulkhead/slots.ts';
import { deferred, type Deferred } from '../core/deferred.ts';
import { ask, askMany, BulkheadWorld, finish, reasonOf, statesOf } from './world.ts';

const EVERYTHING: Scope = { kind: 'global', key: '', limit: 10 };

/** A source that answers what a test tells it to, when it tells it to. */
class ScriptedSlots implements SlotSource {
  readonly claims: Claim[] = [];
  readonly given: CallResult[] = [];
  /** Answers that are being waited for. */
  readonly answers: Deferred<Slot | NoSlot>[] = [];
  /** What giving a slot back comes to. */
  giving: void | Promise<void> = undefined;
  #freed = (): void => undefined;

  take(claim: Claim): Promise<Slot | NoSlot> {
    this.claims.push({ ...claim });
    const answer = deferred<Slot | NoSlot>();
    this.answers.push(answer);
    return answer.promise;
  }

  onFreed(listener: () => void): void {
    this.#freed = listener;
  }

  usage() {
    return { active: 0, capacity: 10 };
  }

  free(): void {
    this.#freed();
  }

  slot(): Slot {
    return {
      kind: 'slot',
      expiresAtMs: Infinity,
      give: (result) => {
        this.given.push(result);
        return this.giving;
      },
    };
  }

  /** Answers the oldest question with a slot. */
  async grant(): Promise<void> {
    this.answers.shift()!.resolve(this.slot());
    await turn();
  }

  /** Answers the oldest question with none. */
  async refuse(retryAtMs: number, scope: Scope = EVERYTHING): Promise<void> {
    this.answers.shift()!.resolve({ kind: 'none', scope, retryAtMs });
    await turn();
  }

  /** Answers the oldest question with not knowing. */
  async shrug(retryAtMs: number): Promise<void> {
    this.answers.shift()!.resolve({ kind: 'none', scope: undefined, retryAtMs });
    await turn();
  }
}

function setting(options: Partial<BulkheadOptions> = {}) {
  const world = new BulkheadWorld();
  const slots = new ScriptedSlots();
  return { world, slots, bulkhead: world.over(slots, options), startMs: world.clock.nowMs() };
}

describe('a source that has to be asked', () => {
  it('is asked by everybody who finds nobody waiting, and answers take no place in the line', async () => {
    const { slots, bulkhead, world } = setting({ queueSize: 0 });
    const calls = askMany(3, bulkhead);
    expect(slots.answers).toHaveLength(3);
    expect(bulkhead.statistics).toMatchObject({ queued: 0, total: 3 });
    await slots.grant();
    await slots.grant();
    await slots.refuse(Infinity);
    expect(statesOf(calls)).toEqual(['running', 'running', 'refused']);
    expect(reasonOf(calls[2]!)).toBe('queue_full');
    expect(world.sleeping).toBe(0);
  });

  it('is asked again by the line when it said, one waiter at a time, and told how often a call has asked', async () => {
    const { slots, bulkhead, world, startMs } = setting();
    const calls = askMany(2, bulkhead);
    await slots.refuse(startMs + 300);
    await slots.refuse(startMs + 200);
    expect(bulkhead.statistics.queued).toBe(2);
    await world.pass(199);
    expect(slots.answers).toHaveLength(0);
    await world.pass(1);
    expect(slots.answers).toHaveLength(1);
    await slots.grant();
    expect(statesOf(calls)).toEqual(['running', 'waiting']);
    expect(slots.answers).toHaveLength(1); // nothing is known to be full any more
    await slots.refuse(startMs + 400);
    expect(slots.claims.map(({ attempts }) => attempts)).toEqual([0, 0, 1, 1]);
    await world.pass(200);
    await slots.grant();
    expect(statesOf(calls)).toEqual(['running', 'running']);
    expect(world.sleeping).toBe(0);
  });

  it('is not asked by those who come while it is known to be full, or while others wait for the same', async () => {
    const { slots, bulkhead, world, startMs } = setting();
    const first = ask(bulkhead);
    await slots.refuse(startMs + 200);
    const second = ask(bulkhead);
    await world.pass(200);
    const third = ask(bulkhead);
    expect(slots.claims).toHaveLength(2);
    await slots.grant();
    await slots.grant();
    expect(statesOf([first, second, third])).toEqual(['running', 'running', 'waiting']);
  });

  it('is asked at once when a slot was given back here', async () => {
    const { slots, bulkhead, startMs } = setting();
    const first = ask(bulkhead);
    await slots.refuse(startMs + 4000);
    slots.free();
    expect(slots.answers).toHaveLength(1);
    await slots.grant();
    expect(first.state).toBe('running');
  });

  it('is asked for a tenant while another one is full (PBH-01)', async () => {
    const { slots, bulkhead, startMs } = setting({ perTenant: true });
    const noisy = ask(bulkhead, { tenant: 'noisy' });
    await slots.refuse(startMs + 1000, { kind: 'tenant', key: 'noisy', limit: 1 });
    const quiet = ask(bulkhead, { tenant: 'quiet' });
    await slots.grant();
    expect(statesOf([noisy, quiet])).toEqual(['waiting', 'running']);
  });

  it('that answers at once is asked again when it said, and again', async () => {
    const world = new BulkheadWorld();
    const asked: number[] = [];
    let free = (): void => undefined;
    const source: SlotSource = {
      take: () => {
        asked.push(world.elapsedMs);
        if (asked.length > 4) return new ScriptedSlots().slot();
        return { kind: 'none', scope: EVERYTHING, retryAtMs: asked.length === 1 ? Infinity : world.clock.nowMs() + 100 };
      },
      onFreed: (listener) => {
        free = listener;
      },
      usage: () => ({ active: 0, capacity: 10 }),
    };
    const call = ask(world.over(source));
    await world.pass(50);
    free();
    await world.pass(300);
    expect(call.state).toBe('running');
    expect(asked).toEqual([0, 50, 150, 250, 350]);
    expect(world.sleeping).toBe(0);
  });

  it('that hangs keeps nobody longer than he may wait, and gets the slot back that comes too late (PX-04)', async () => {
    const { slots, bulkhead, world } = setting({ maxWaitMs: 500 });
    const [newcomer] = askMany(1, bulkhead);
    await world.pass(500);
    expect(reasonOf(newcomer!)).toBe('wait_timeout');
    expect(world.sleeping).toBe(0);
    await slots.grant();
    expect(slots.given).toEqual([{ durationMs: undefined, failed: false }]);
    expect(bulkhead.statistics).toMatchObject({ active: 0, refused: 1 });
  });

  it('that hangs keeps no waiter of the line longer either', async () => {
    const { slots, bulkhead, world, startMs } = setting({ maxWaitMs: 500 });
    const calls = askMany(2, bulkhead);
    await slots.refuse(startMs + 100);
    await slots.refuse(startMs + 100);
    await world.pass(100);
    expect(slots.answers).toHaveLength(1);
    await world.pass(400);
    expect(calls.map(reasonOf)).toEqual(['wait_timeout', 'wait_timeout']);
    await slots.grant();
    expect(slots.given).toHaveLength(1);
  });

  it('that hangs keeps nobody beyond his deadline where nobody waits', async () => {
    const { bulkhead, world, startMs } = setting({ maxWaitMs: 0 });
    const call = ask(bulkhead, { deadlineMs: startMs + 300 });
    await world.pass(299);
    expect(call.state).toBe('waiting');
    await world.pass(1);
    expect(reasonOf(call)).toBe('deadline');
  });

  it('that rejects fails the call that asked, and no other one', async () => {
    const { slots, bulkhead } = setting();
    const calls = askMany(2, bulkhead);
    const error = new Error('a bug');
    slots.answers.shift()!.reject(error);
    await slots.grant();
    expect(calls[0]).toMatchObject({ state: 'cancelled', error });
    expect(calls[1]!.state).toBe('running');
  });

  it('that names an instant gone by is not asked without end', async () => {
    const { slots, bulkhead, startMs } = setting();
    ask(bulkhead);
    await slots.refuse(startMs - 1);
    await turn();
    expect(slots.answers).toHaveLength(0);
  });

  it('is given back what comes too late before another answer leaves the function', async () => {
    const { slots, bulkhead } = setting();
    const caller = new AbortController();
    const calls = [ask(bulkhead, { signal: caller.signal }), ask(bulkhead)];
    caller.abort(new Error('gone'));
    const writing = deferred();
    slots.giving = writing.promise;
    await slots.grant();
    await slots.grant();
    slots.giving = undefined;
    let isOver = false;
    const ending = Promise.resolve(finish(calls[1])).then(() => {
      isOver = true;
    });
    await turn();
    expect(isOver).toBe(false);
    writing.resolve(undefined);
    await ending;
    expect(slots.given).toHaveLength(2);
  });
});

describe('a source that cannot say whether there is a slot', () => {
  it('refuses at once if it has nothing to hope for', async () => {
    const { slots, bulkhead, world } = setting();
    const call = ask(bulkhead);
    await slots.shrug(Infinity);
    expect(reasonOf(call)).toBe('store_unavailable');
    expect(call.error).toMatchObject({ scope: undefined, publicFields: { max_concurrent: 10 } });
    expect(world.sink.events.at(-1)).toMatchObject({ type: 'bulkhead.refused', reason: 'store_unavailable', scope: 'unknown' });
  });

  it('is asked again while there is hope; where the wait ends first, it is the reason', async () => {
    const { slots, bulkhead, world, startMs } = setting({ maxWaitMs: 500 });
    const calls = [ask(bulkhead), ask(bulkhead, { deadlineMs: startMs + 400 })];
    await slots.shrug(startMs + 200);
    await slots.shrug(startMs + 200);
    await world.pass(200);
    await slots.shrug(startMs + 10_000);
    await world.pass(300);
    expect(calls.map(reasonOf)).toEqual(['store_unavailable', 'deadline']);
  });

  it('fills no line: who finds no place is told the same', async () => {
    const { slots, bulkhead, startMs } = setting({ queueSize: 0 });
    const call = ask(bulkhead);
    await slots.shrug(startMs + 200);
    expect(reasonOf(call)).toBe('store_unavailable');
    expect(reasonOf(ask(bulkhead))).toBe('store_unavailable');
    expect(slots.claims).toHaveLength(1);
  });
});
