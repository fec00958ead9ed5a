import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import type { Slot } from '../../../runtime/src/bulkhead/slots.ts';
import { DONE, SlotsFleet, type Fate, type FleetMember } from './slots-fleet.ts';

const MARGIN_MS = 1000;
const ENVIRONMENTS = 5;

/** What one environment does, and what becomes of its requests. */
interface Step {
  readonly environment: number;
  readonly kind: 'call' | 'return' | 'return twice' | 'crash' | 'two calls';
  readonly tenant: string;
  readonly lastsMs: number;
  readonly passMs: number;
  readonly fate: Fate;
}

const STEPS = fc.array(
  fc.record<Step>({
    environment: fc.nat(ENVIRONMENTS - 1),
    kind: fc.constantFrom('call', 'call', 'call', 'two calls', 'return', 'return', 'return', 'return twice', 'crash'),
    tenant: fc.constantFrom('a', 'b', 'c'),
    lastsMs: fc.integer({ min: 1, max: 3000 }),
    passMs: fc.constantFrom(0, 0, 10, 100, 900, 2500),
    fate: fc.constantFrom<Fate[]>('answered', 'answered', 'answered', 'answered', 'lost', 'timeout'),
  }),
  { maxLength: 60 },
);

const SETTINGS = fc.record({
  maxConcurrent: fc.integer({ min: 1, max: 8 }),
  shards: fc.integer({ min: 1, max: 3 }),
  defaultTenantLimit: fc.integer({ min: 1, max: 3 }),
  keepDurationMs: fc.constantFrom(0, 500, 1000, 5000),
  skewsMs: fc.array(fc.integer({ min: 0, max: MARGIN_MS - 1 }), { minLength: ENVIRONMENTS, maxLength: ENVIRONMENTS }),
  steps: STEPS,
});

type Settings = typeof SETTINGS extends fc.Arbitrary<infer Value> ? Value : never;

interface Running {
  readonly slot: Slot;
  readonly environment: number;
  readonly tenant: string;
  readonly untilMs: number;
}

/** Random calls of a fleet, whose store loses requests and replies. */
class RandomCalls {
  readonly fleet: SlotsFleet;
  readonly settings: Settings;
  readonly #members: FleetMember[];
  #running: Running[] = [];
  most = 0;

  constructor(settings: Settings, onStoreFailure: 'deny' | 'local') {
    const { maxConcurrent, shards, keepDurationMs } = settings;
    this.settings = settings;
    const defaultTenantLimit = Math.min(settings.defaultTenantLimit, maxConcurrent);
    this.fleet = new SlotsFleet({ maxConcurrent, shards, keepDurationMs, leaseMarginMs: MARGIN_MS, perTenant: true, defaultTenantLimit, onStoreFailure });
    this.#members = settings.skewsMs.map((skewMs) => this.fleet.member(skewMs));
    for (const [environment, member] of this.#members.entries()) member.slots.onFreed(() => this.#backlog(environment, member));
  }

  get members(): readonly FleetMember[] {
    return this.#members;
  }

  #member(environment: number): FleetMember {
    const member = this.#members[environment];
    if (member === undefined) throw new Error(`no environment ${environment}`);
    return member;
  }

  async step({ environment, kind, tenant, lastsMs, passMs, fate }: Step, fates: readonly Fate[]): Promise<void> {
    this.fleet.clock.advance(passMs);
    const member = this.#member(environment);
    member.store.fates = [...fates];
    if (kind === 'call') await this.#call(environment, tenant, lastsMs);
    else if (kind === 'two calls') await Promise.all([this.#call(environment, tenant, lastsMs), this.#call(environment, tenant, lastsMs)]);
    else await this.#end(environment, kind, fate);
    await turn();
    this.#check();
  }

  async #call(environment: number, tenant: string, lastsMs: number): Promise<void> {
    const member = this.#member(environment);
    const taken = await member.take({ tenant, deadlineMs: member.nowMs() + lastsMs });
    if (taken.kind === 'slot') this.#running.push({ slot: taken, environment, tenant, untilMs: this.fleet.clock.nowMs() + lastsMs });
  }

  async #end(environment: number, kind: Step['kind'], fate: Fate): Promise<void> {
    const ended = this.#running.find((each) => each.environment === environment);
    if (ended === undefined) return;
    this.#running = this.#running.filter((each) => each !== ended);
    if (kind === 'crash') return;
    const result = { ...DONE, failed: fate !== 'answered' };
    await Promise.all([ended.slot.give(result), kind === 'return twice' ? ended.slot.give(result) : undefined]);
  }

  /** Whoever waits takes what is handed on at once. */
  #backlog(environment: number, member: FleetMember): void {
    const lastsMs = 200;
    const untilMs = this.fleet.clock.nowMs() + lastsMs;
    const taken = member.slots.take(member.claim({ tenant: 'a', deadlineMs: member.nowMs() + lastsMs }, 1));
    const run = (slot: Slot) => this.#running.push({ slot, environment, tenant: 'a', untilMs });
    if (!(taken instanceof Promise) && taken.kind === 'slot') run(taken);
    else if (taken instanceof Promise) void taken.then((answer) => answer.kind === 'slot' && run(answer));
  }

  #check(): void {
    const { maxConcurrent, defaultTenantLimit } = this.fleet.options;
    const live = this.#running.filter(({ untilMs }) => this.fleet.clock.nowMs() <= untilMs);
    this.most = Math.max(this.most, live.length);
    expect(live.length).toBeLessThanOrEqual(maxConcurrent);
    for (const tenant of ['a', 'b', 'c']) expect(live.filter((each) => each.tenant === tenant).length).toBeLessThanOrEqual(defaultTenantLimit);
  }
}

describe('the slots of a fleet whose store loses requests and replies', () => {
  it('are never more than there are, in any scope, and are all free again in the end (PX-04, PX-05, PX-19, PBH-02)', async () => {
    let busy = 0;
    await fc.assert(
      fc.asyncProperty(SETTINGS, async (settings) => {
        const calls = new RandomCalls(settings, 'deny');
        for (const step of settings.steps) await calls.step(step, [step.fate]);
        if (calls.most === settings.maxConcurrent) busy += 1;
        await expectAllFree(calls);
      }),
      { numRuns: 1000 },
    );
    expect(busy).toBeGreaterThan(20);
  }, 60_000);

  it('are never more than there are where environments may go on alone, unless two requests in a row bring no answer', async () => {
    await fc.assert(
      fc.asyncProperty(SETTINGS, async (settings) => {
        const calls = new RandomCalls(settings, 'local');
        for (const step of settings.steps) {
          const mayFail = calls.members[step.environment]?.store.answered === true;
          await calls.step(step, mayFail ? [step.fate] : []);
        }
        expect(calls.members.flatMap(({ events }) => events.filter((event) => event.startsWith('degraded')))).toStrictEqual([]);
        await expectAllFree(calls);
      }),
      { numRuns: 700 },
    );
  }, 60_000);
});

/** Whatever has happened, when all leases have ended every slot can be had. */
async function expectAllFree({ fleet, members }: RandomCalls): Promise<void> {
  fleet.clock.advance(60_000);
  for (const { store } of members) store.fates = [];
  const newcomer = fleet.member();
  const { maxConcurrent, defaultTenantLimit } = fleet.options;
  let held = 0;
  for (let tenant = 0; tenant < 40 && held < maxConcurrent; tenant += 1) {
    for (let call = 0; call < defaultTenantLimit; call += 1) {
      const taken = await newcomer.take({ tenant: `new-${tenant}` }, 1);
      if (taken.kind === 'slot') held += 1;
    }
  }
  expect(held).toBe(maxConcurrent);
}
