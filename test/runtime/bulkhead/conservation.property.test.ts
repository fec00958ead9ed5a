import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LocalSlots } from '../../../runtime/src/bulkhead/local-slots.ts';
import { resolveBulkheadOptions, type BulkheadOptions } from '../../../runtime/src/bulkhead/options.ts';
import type { Bulkhead } from '../../../runtime/src/bulkhead/policy.ts';
import type { Claim, NoSlot, Slot, SlotSource, SlotUsage } from '../../../runtime/src/bulkhead/slots.ts';
import type { Priority } from '../../../runtime/src/core/call-context.ts';
import { ABANDONED, ask, BulkheadWorld, countOf, FAILURE, finish, SUCCESS, type Asked } from './world.ts';

const OUTCOMES = [SUCCESS, FAILURE, ABANDONED] as const;
const PRIORITIES: readonly Priority[] = ['critical', 'high', 'normal', 'low', 'background'];

type Command =
  | { readonly kind: 'ask'; readonly tenant: string | undefined; readonly operation: string | undefined; readonly priority: Priority; readonly deadlineMs: number | undefined }
  | { readonly kind: 'finish' | 'cancel'; readonly which: number }
  | { readonly kind: 'pass'; readonly durationMs: number };

const which = fc.nat(1000);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.record({
    kind: fc.constant('ask' as const),
    tenant: fc.constantFrom('a', 'b', 'c', undefined),
    operation: fc.constantFrom('read', 'write', undefined),
    priority: fc.constantFrom(...PRIORITIES),
    deadlineMs: fc.option(fc.nat(400), { nil: undefined }),
  }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('finish' as const), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), durationMs: fc.nat(300) }) },
);

const options: fc.Arbitrary<Partial<BulkheadOptions>> = fc.record({
  maxConcurrent: fc.integer({ min: 2, max: 6 }),
  queueSize: fc.integer({ min: 0, max: 6 }),
  maxWaitMs: fc.constantFrom(0, 200, 500),
  perTenant: fc.boolean(),
  perOperation: fc.boolean(),
  defaultTenantLimit: fc.integer({ min: 1, max: 2 }),
  defaultOperationLimit: fc.integer({ min: 1, max: 2 }),
  priority: fc.boolean(),
  borrow: fc.boolean(),
  adaptive: fc.boolean(),
  maxKeys: fc.integer({ min: 1, max: 3 }),
});

/** Calls that were asked for, and the signals with which they can be cancelled. */
class Run {
  readonly world = new BulkheadWorld();
  readonly calls: Asked[] = [];
  readonly #callers = new Map<Asked, AbortController>();
  bulkhead: Bulkhead;

  constructor(make: (world: BulkheadWorld) => Bulkhead) {
    this.bulkhead = make(this.world);
  }

  async apply(next: Command): Promise<void> {
    if (next.kind === 'pass') await this.world.pass(next.durationMs);
    else if (next.kind === 'ask') this.#ask(next);
    else if (next.kind === 'finish') {
      const running = this.of('running');
      if (running.length > 0) void finish(running[next.which % running.length], OUTCOMES[next.which % OUTCOMES.length]);
    } else {
      const waiting = this.of('waiting');
      if (waiting.length > 0) this.#callers.get(waiting[next.which % waiting.length]!)!.abort(new Error('gone'));
    }
  }

  of(state: Asked['state']): Asked[] {
    return this.calls.filter((asked) => asked.state === state);
  }

  async end(): Promise<void> {
    for (let rounds = 0; this.of('running').length + this.of('waiting').length > 0; rounds += 1) {
      if (rounds > 200) throw new Error('calls are left');
      for (const running of this.of('running')) void finish(running);
      await this.world.pass(100);
    }
  }

  #ask({ tenant, operation, priority, deadlineMs }: Extract<Command, { kind: 'ask' }>): void {
    const caller = new AbortController();
    const asked = ask(this.bulkhead, {
      signal: caller.signal,
      priority,
      ...(tenant !== undefined && { tenant }),
      ...(operation !== undefined && { operation }),
      ...(deadlineMs !== undefined && { deadlineMs: this.world.clock.nowMs() + deadlineMs }),
    });
    this.calls.push(asked);
    this.#callers.set(asked, caller);
  }
}

function running(calls: readonly Asked[], part: 'tenant' | 'operation'): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { call, state } of calls) if (state === 'running') counts.set(call[part] ?? 'none', (counts.get(call[part] ?? 'none') ?? 0) + 1);
  return counts;
}

/** What must hold after every step. */
function check({ bulkhead, calls }: Run, { perTenant, perOperation, borrow, adaptive, maxConcurrent = 10, queueSize = 5, ...limits }: Partial<BulkheadOptions>): void {
  const { active, queued, capacity, total, completed, refused, cancelled } = bulkhead.statistics;
  expect({ active, queued, total, completed, refused, cancelled }).toEqual({
    active: countOf(calls, 'running'),
    queued: countOf(calls, 'waiting'),
    total: calls.length,
    completed: countOf(calls, 'done'),
    refused: countOf(calls, 'refused'),
    cancelled: countOf(calls, 'cancelled'),
  });
  expect(active).toBeLessThanOrEqual(maxConcurrent);
  expect(queued).toBeLessThanOrEqual(queueSize);
  const [tenants, operations] = [running(calls, 'tenant'), running(calls, 'operation')];
  const isFull = (counts: Map<string, number>, key: string | undefined, limit = 0) => (counts.get(key ?? 'none') ?? 0) >= limit;
  if (perTenant === true && borrow !== true) for (const count of tenants.values()) expect(count).toBeLessThanOrEqual(limits.defaultTenantLimit!);
  if (perOperation === true) for (const count of operations.values()) expect(count).toBeLessThanOrEqual(limits.defaultOperationLimit!);
  if (adaptive === true) return;
  // Nobody waits for what is free.
  for (const { call, state } of calls) {
    if (state !== 'waiting') continue;
    const byTenant = perTenant === true && isFull(tenants, call.tenant, limits.defaultTenantLimit);
    const byOperation = perOperation === true && isFull(operations, call.operation, limits.defaultOperationLimit);
    expect(active >= capacity || byTenant || byOperation).toBe(true);
  }
}

function checkEnd({ bulkhead, world, calls }: Run): void {
  expect(bulkhead.statistics).toMatchObject({ active: 0, queued: 0, total: calls.length });
  expect(world.sleeping).toBe(0);
}

/** Slots of this environment whose answers take a while, as those of a table do. */
class SlowSlots implements SlotSource {
  readonly inner: LocalSlots;
  readonly #world: BulkheadWorld;
  readonly #delaysMs: readonly number[];
  #takes = 0;

  constructor(world: BulkheadWorld, given: Partial<BulkheadOptions>, delaysMs: readonly number[]) {
    this.inner = new LocalSlots(resolveBulkheadOptions({ name: 'payments', ...given }), { clock: world.clock, onResize: () => undefined });
    this.#world = world;
    this.#delaysMs = delaysMs;
  }

  async take(claim: Claim): Promise<Slot | NoSlot> {
    this.#takes += 1;
    const delayMs = this.#delaysMs[this.#takes % this.#delaysMs.length]!;
    await this.#world.sleep(delayMs / 2);
    const taken = this.inner.take(claim);
    await this.#world.sleep(delayMs / 2);
    return taken.kind === 'slot' ? taken : { ...taken, retryAtMs: this.#world.clock.nowMs() + delayMs };
  }

  onFreed(listener: () => void): void {
    this.inner.onFreed(listener);
  }

  usage(): SlotUsage {
    return this.inner.usage();
  }
}

describe('any order of calls that come, end, give up and run out of time', () => {
  it('keeps all limits, serves whoever can be served, and leaves nothing behind (PBH-01, PBH-02)', async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.array(command, { maxLength: 60 }), async (given, commands) => {
        const run = new Run((world) => world.local(given));
        for (const next of commands) {
          await run.apply(next);
          await turn();
          check(run, given);
        }
        await run.end();
        checkEnd(run);
      }),
      { numRuns: 150 },
    );
  });

  it('gives every slot back, also those that come too late for their calls (PBH-02, PX-04)', async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.array(command, { maxLength: 40 }), fc.array(fc.nat(400), { minLength: 1, maxLength: 5 }), async (given, commands, delaysMs) => {
        const made: SlowSlots[] = [];
        const run = new Run((world) => {
          const slots = new SlowSlots(world, given, delaysMs);
          made.push(slots);
          return world.over(slots, given);
        });
        const [slots] = made;
        for (const next of commands) {
          await run.apply(next);
          await turn();
          expect(slots!.usage().active).toBeGreaterThanOrEqual(countOf(run.calls, 'running'));
          expect(slots!.usage().active).toBeLessThanOrEqual(given.maxConcurrent!);
          expect(run.bulkhead.statistics.queued).toBeLessThanOrEqual(given.queueSize!);
        }
        await run.end();
        await run.world.pass(2000); // answers that nobody waits for
        checkEnd(run);
        expect(slots!.usage().active).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
