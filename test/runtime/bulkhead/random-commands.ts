import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  countLeases,
  decide,
  endedLeases,
  leaseText,
  mayRelease,
  NO_LEASES,
  released,
  withLease,
  withoutLeases,
  type AcquireCommand,
  type Leases,
  type ReleaseCommand,
} from '../../../runtime/src/bulkhead/lease-state.ts';
import type { BulkheadStore, SlotPart } from '../../../runtime/src/bulkhead/store.ts';
import { quota, START_MS } from './part-under-test.ts';

/** One step of one of several environments, each of which knows only what it saw itself. */
interface Step {
  readonly environment: number;
  readonly kind: 'acquire' | 'acquire again' | 'release' | 'release and resize' | 'reclaim';
  readonly tenant: number;
  readonly lastsMs: number;
  readonly passMs: number;
  readonly to: number;
}

const STEP: fc.Arbitrary<Step> = fc.record({
  environment: fc.nat(2),
  kind: fc.constantFrom('acquire', 'acquire', 'acquire', 'acquire again', 'release', 'release', 'release and resize', 'reclaim'),
  tenant: fc.nat(2),
  lastsMs: fc.integer({ min: 1, max: 30 }),
  passMs: fc.integer({ min: 0, max: 6 }),
  to: fc.integer({ min: 1, max: 6 }),
});

const SETTINGS = fc.record({
  size: fc.integer({ min: 1, max: 6 }),
  limit: fc.integer({ min: 1, max: 3 }),
  spare: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  adaptive: fc.boolean(),
  steps: fc.array(STEP, { minLength: 1, maxLength: 40 }),
});

/** Registers a test that gives a store random commands and expects of it what the pure functions say. */
export function describeRandomWishes(title: string, open: () => Promise<BulkheadStore>, runs: number): void {
  describe(title, () => {
    let store: BulkheadStore;
    let parts = 0;

    beforeAll(async () => {
      store = await open();
    });

    it('come to what the pure decision says, whatever each environment has last seen (PX-19)', async () => {
      await fc.assert(
        fc.asyncProperty(SETTINGS, async ({ steps, ...settings }) => {
          const run = new RandomRun(store, { name: `random${(parts += 1)}${title.length}`, part: 0, parts: 1 }, settings);
          for (const step of steps) await run.step(step);
        }),
        { numRuns: runs, seed: 7 },
      );
    });
  });
}

type Settings = Omit<typeof SETTINGS extends fc.Arbitrary<infer Value> ? Value : never, 'steps'>;

class RandomRun {
  readonly #store: BulkheadStore;
  readonly #part: SlotPart;
  readonly #settings: Settings;
  readonly #known: Leases[] = [];
  readonly #asked: AcquireCommand[] = [];
  #model = NO_LEASES;
  #nowMs = START_MS;

  constructor(store: BulkheadStore, part: SlotPart, settings: Settings) {
    this.#store = store;
    this.#part = part;
    this.#settings = settings;
  }

  async step(step: Step): Promise<void> {
    this.#nowMs += step.passMs;
    if (step.kind === 'reclaim') return this.#reclaim(step);
    const last = this.#asked.at(-1 - step.to);
    if (step.kind === 'acquire' || last === undefined) return this.#acquire(step, this.#wish(step));
    if (step.kind === 'acquire again') return this.#acquire(step, { ...last, nowMs: this.#nowMs });
    return this.#release(step, last);
  }

  #wish({ tenant, lastsMs }: Step): AcquireCommand {
    const { size, adaptive, limit, spare } = this.#settings;
    const scopes = [quota(`tenant:${tenant}`, limit, spare), quota('operation:x', 4)];
    const command = { lease: leaseText(this.#nowMs + lastsMs, `id${this.#asked.length}`), size, adaptive, scopes, nowMs: this.#nowMs };
    this.#asked.push(command);
    return command;
  }

  async #acquire({ environment }: Step, command: AcquireCommand): Promise<void> {
    const expected = decide(this.#model, command);
    if (expected.outcome === 'room') this.#model = withLease(this.#model, command);
    const decision = await this.#store.acquire(this.#part, command, this.#known[environment] ?? NO_LEASES, { nowMs: this.#nowMs });
    this.#known[environment] = decision.leases;
    expect(decision).toMatchObject(expected.outcome === 'full' ? { outcome: 'full', full: expected.scope } : { outcome: 'held' });
    expect(decision.counts).toStrictEqual(countLeases(this.#model, command));
    expect([...decision.leases.all].sort()).toStrictEqual([...this.#model.all].sort());
  }

  async #release({ environment, kind, to }: Step, { lease, scopes }: AcquireCommand): Promise<void> {
    const { size: from } = this.#known[environment] ?? NO_LEASES;
    const change = { from, to, lowers: to < (from ?? 0), atMs: this.#nowMs, lastBeforeMs: this.#nowMs - 5 };
    const command: ReleaseCommand = { lease, scopes: scopes.map(({ name }) => name), resize: kind === 'release and resize' ? change : undefined };
    const applied = mayRelease(this.#model, command);
    if (applied) this.#model = released(this.#model, command);
    const answer = await this.#store.release(this.#part, command, { nowMs: this.#nowMs });
    this.#known[environment] = answer.leases;
    expect(answer.applied).toBe(applied);
    expect(answer.leases.size).toBe(this.#model.size);
    expect(answer.leases.loweredAtMs).toBe(this.#model.loweredAtMs);
  }

  async #reclaim({ environment }: Step): Promise<void> {
    const known = this.#known[environment] ?? NO_LEASES;
    const ended = endedLeases(known, this.#nowMs);
    const [oldest] = ended;
    const applied = oldest !== undefined && this.#model.all.has(oldest);
    if (applied) this.#model = withoutLeases(this.#model, ended);
    const answer = await this.#store.reclaim(this.#part, known, ended, { nowMs: this.#nowMs });
    if (oldest !== undefined) this.#known[environment] = answer.leases;
    expect(answer.applied).toBe(applied);
  }
}
