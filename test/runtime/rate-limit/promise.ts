import * as fc from 'fast-check';
import type { CallContext } from '../../../runtime/src/core/call-context.ts';
import { ABANDONED } from '../../../runtime/src/core/outcome.ts';
import { StoreUnavailableError } from '../../../runtime/src/core/store-unavailable.ts';
import { MemoryRateLimitStore } from '../../../runtime/src/rate-limit/memory-store.ts';
import { resolveRateLimitOptions, type LimitRule, type RateLimitOptions } from '../../../runtime/src/rate-limit/options.ts';
import { RateLimiter, type LimitPermit } from '../../../runtime/src/rate-limit/policy.ts';
import type { Marks } from '../../../runtime/src/rate-limit/rule.ts';
import type { TakeCommand, TakeDecision } from '../../../runtime/src/rate-limit/state.ts';
import type { KeyPart, StoreRequest } from '../../../runtime/src/rate-limit/store.ts';
import { ManualClock, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { ask, isPermit, settled } from './limiter-fleet.ts';

/** Some calls of a fleet: `calls` times, every environment of `by` makes one, and then time passes. */
export interface Phase {
  readonly by: readonly number[];
  readonly calls: number;
  readonly everyMs: number;
  readonly cost: number;
  /** Share of the calls that are given up, and for how many more calls each is held before that. */
  readonly abandoned: number;
  readonly heldFor: number;
  /** How long nobody calls afterwards. */
  readonly pauseMs: number;
}

/** A fleet, what it does, and what goes wrong with its requests. */
export interface Run {
  readonly options: Partial<RateLimitOptions> & { readonly limits: readonly LimitRule[] };
  readonly environments: number;
  readonly phases: readonly Phase[];
  readonly seed: number;
  /** Share of the requests that are carried out and never answered. */
  readonly lost: number;
  /** Longest time that an answer takes. */
  readonly longestDelayMs: number;
}

/** A call that was admitted and not given up. */
export interface Admitted {
  readonly atMs: number;
  readonly cost: number;
}

/** What came of a run. */
export interface Result {
  readonly admitted: readonly Admitted[];
  readonly calls: number;
  /** Calls decided without a request of their own, given up, and requests that were lost. */
  readonly fromHand: number;
  readonly abandoned: number;
  readonly lost: number;
}

interface Pending {
  readonly cost: number;
  /** When it was asked for; a call is admitted then, whenever the answer arrives. */
  askedAtMs: number | undefined;
}

interface Due {
  readonly atMs: number;
  readonly release: () => void;
}

/** The time of a run: what waits for an instant happens when time gets there. */
class Timeline {
  readonly clock = new ManualClock();
  #due: Due[] = [];

  at(atMs: number): Promise<void> {
    return new Promise((release) => this.#due.push({ atMs, release }));
  }

  async advance(durationMs: number): Promise<void> {
    const untilMs = this.clock.nowMs() + durationMs;
    for (;;) {
      const next = this.#due.reduce<Due | undefined>((first, each) => (first === undefined || each.atMs < first.atMs ? each : first), undefined);
      if (next === undefined || next.atMs > untilMs) break;
      this.#due = this.#due.filter((each) => each !== next);
      this.clock.advance(next.atMs - this.clock.nowMs());
      next.release();
      await settled();
    }
    this.clock.advance(untilMs - this.clock.nowMs());
  }
}

/** What one environment sees of the store of all: answers that come late, or never. */
class FarStore extends MemoryRateLimitStore {
  readonly #store: MemoryRateLimitStore;
  readonly #timeline: Timeline;
  readonly #random: SeededRandom;
  readonly #run: Run;
  pending: Pending[] = [];
  lost = 0;
  #asked: StoreRequest | undefined;

  constructor(store: MemoryRateLimitStore, timeline: Timeline, random: SeededRandom, run: Run) {
    super({ shared: true });
    this.#store = store;
    this.#timeline = timeline;
    this.#random = random;
    this.#run = run;
  }

  override async take(at: KeyPart, command: TakeCommand, known: Marks, request: StoreRequest): Promise<TakeDecision> {
    // Who comes between the two tries of one request is not served by it; who is asked for anew is admitted then.
    if (request !== this.#asked) for (const each of this.pending) each.askedAtMs = request.nowMs;
    this.#asked = request;
    const decision = await this.#store.take(at, command, known, request);
    const { lost, longestDelayMs } = this.#run;
    const delayMs = Math.round(this.#random.next() * longestDelayMs);
    if (delayMs > 0) await this.#timeline.at(this.#timeline.clock.nowMs() + delayMs);
    if (this.#random.next() >= lost) return decision;
    this.lost += 1;
    throw new StoreUnavailableError('timeout');
  }
}

class Environment {
  readonly limiter: RateLimiter;
  readonly store: FarStore;

  constructor(run: Run, store: FarStore, clock: ManualClock, seed: number) {
    const options = resolveRateLimitOptions({ name: 'api', clockSkewMs: 0, onStoreFailure: 'deny', ...run.options });
    const sink = { emit: () => undefined };
    this.store = store;
    this.limiter = new RateLimiter(options, { store, clock, random: new SeededRandom(seed), sink, sleep: () => Promise.resolve() });
  }
}

/** Makes the calls of a run. */
export class Runner {
  readonly #run: Run;
  readonly #timeline = new Timeline();
  readonly #random: SeededRandom;
  readonly #environments: readonly Environment[];
  readonly #admitted: Admitted[] = [];
  #held: { readonly dueAtCall: number; readonly permit: LimitPermit }[] = [];
  #calls = 0;
  #fromHand = 0;
  #abandoned = 0;

  constructor(run: Run) {
    this.#run = run;
    const random = new SeededRandom(run.seed);
    this.#random = random;
    const store = new MemoryRateLimitStore({ shared: true });
    this.#environments = Array.from({ length: run.environments }, (_, index) => {
      const far = new FarStore(store, this.#timeline, random, run);
      return new Environment(run, far, this.#timeline.clock, run.seed * 100 + index);
    });
  }

  async result(): Promise<Result> {
    for (const phase of this.#run.phases) {
      for (let call = 0; call < phase.calls; call += 1) {
        for (const index of phase.by) await this.#call(this.#environments[index % this.#environments.length]!, phase);
        await this.#timeline.advance(phase.everyMs);
      }
      await this.#timeline.advance(phase.pauseMs);
    }
    await this.#timeline.advance(60_000);
    const admitted = this.#admitted.sort((a, b) => a.atMs - b.atMs);
    const lost = this.#environments.reduce((sum, { store }) => sum + store.lost, 0);
    return { admitted, calls: this.#calls, fromHand: this.#fromHand, abandoned: this.#abandoned, lost };
  }

  async #call({ limiter, store }: Environment, phase: Phase): Promise<void> {
    this.#calls += 1;
    this.#giveBackDue();
    const call: CallContext = { cost: phase.cost };
    const pending: Pending = { cost: phase.cost, askedAtMs: undefined };
    store.pending.push(pending);
    const answer = ask(limiter, call);
    if (answer instanceof Promise) {
      void answer.then((each) => this.#answered(each, pending, store, phase));
      await settled();
      return;
    }
    if (isPermit(answer)) this.#fromHand += 1;
    this.#answered(answer, pending, store, phase);
  }

  #answered(answer: LimitPermit | Error, pending: Pending, store: FarStore, { cost, abandoned, heldFor }: Phase): void {
    store.pending = store.pending.filter((each) => each !== pending);
    if (!isPermit(answer)) return;
    if (this.#random.next() < abandoned) {
      this.#abandoned += 1;
      this.#held.push({ dueAtCall: this.#calls + heldFor, permit: answer });
      return;
    }
    void answer.settle({ kind: 'success', value: undefined });
    this.#admitted.push({ atMs: pending.askedAtMs ?? this.#timeline.clock.nowMs(), cost });
  }

  #giveBackDue(): void {
    for (const { permit } of this.#held.filter(({ dueAtCall }) => dueAtCall <= this.#calls)) void permit.settle(ABANDONED);
    this.#held = this.#held.filter(({ dueAtCall }) => dueAtCall > this.#calls);
  }
}

const ENVIRONMENTS = 8;

const numbersOfEnvironments = fc.oneof(
  fc.constant([0, 1, 2, 3, 4, 5, 6, 7]),
  fc.array(fc.nat(ENVIRONMENTS - 1), { minLength: 1, maxLength: ENVIRONMENTS }),
);

const phases: fc.Arbitrary<Phase> = fc.record({
  by: numbersOfEnvironments,
  calls: fc.integer({ min: 1, max: 60 }),
  everyMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 200 })),
  cost: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 5 }) }),
  abandoned: fc.constantFrom(0, 0, 0.1, 0.5),
  heldFor: fc.nat(20),
  pauseMs: fc.oneof(fc.constant(0), fc.integer({ min: 100, max: 1500 }), fc.integer({ min: 0, max: 5000 })),
});

const limit: fc.Arbitrary<LimitRule> = fc.record({
  limit: fc.integer({ min: 5, max: 300 }),
  periodMs: fc.constantFrom(200, 1000, 1000, 3000, 10_000),
  burst: fc.integer({ min: 5, max: 300 }),
});

/** Limits of buckets of different periods. */
export const buckets = fc.uniqueArray(limit, { minLength: 1, maxLength: 3, selector: ({ periodMs }) => periodMs });

/** Limits of windows of different periods. */
export const windows = buckets.map((limits) => limits.map(({ limit: tokens, periodMs }): LimitRule => ({ limit: tokens, periodMs })));

/** Runs under some options. */
export function runs(options: fc.Arbitrary<Run['options']>, trouble: Partial<Pick<Run, 'lost' | 'longestDelayMs'>> = {}): fc.Arbitrary<Run> {
  return fc.record({
    options,
    environments: fc.constant(ENVIRONMENTS),
    phases: fc.array(phases, { minLength: 2, maxLength: 8 }),
    seed: fc.nat(1_000_000),
    lost: fc.constant(trouble.lost ?? 0),
    longestDelayMs: fc.constant(trouble.longestDelayMs ?? 0),
  });
}

/** Longest times for which tokens are taken ahead. */
export const leaseTerms = fc.constantFrom(0, 200, 500, 2000, 2000, 10_000);
