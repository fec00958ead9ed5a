import type { CallContext } from '../core/call-context.ts';
import type { ResolvedCircuitBreakerOptions } from './options.ts';
import type { OwnHealth } from './own-health.ts';
import { openPeriodMs } from './recovery.ts';
import type { CircuitReporter } from './reporter.ts';
import type { CircuitDependencies, SharedCircuit } from './shared-circuit.ts';
import { SyncSchedule } from './sync-schedule.ts';
import { UsualShare } from './usual-share.ts';
import { fleetEvidence, isFailingForFleet, longFailureShare, shortFailureShare, speakingShare, type VerdictOptions } from './verdict.ts';

/** Share of the threshold from which the fleet is in doubt about the dependency. */
const DOUBTFUL_SHARE = 1 / 3;

/** Below this share of the threshold the fleet is well, and an environment that meets failures is the sick one. */
const HEALTHY_SHARE = 1 / 2;

/** A pause after which an environment of a fleet this large looks before it calls, if what it knows is this old. */
const LARGE_FLEET = 10;
const PAUSE_MS = 1000;
const OLD_NEWS_MS = 4000;

/** What the watch needs of the circuit breaker. */
export interface WatchedCircuit {
  readonly circuit: SharedCircuit;
  readonly health: OwnHealth;
  readonly reporter: CircuitReporter;
}

/** What the user's callback makes of a change. Apart from the exchange that made it: calls wait for that one, not for this. */
interface Announcement {
  readonly done: Promise<void>;
}

/** How to speak to the store. */
interface Exchange {
  /** A call has just failed. */
  readonly failed: boolean;
  /** Adds a vote to the report. */
  readonly votes: boolean;
  /** Reads only, and keeps the report for later: where too many would write at once. */
  readonly reads: boolean;
}

/**
 * Decides with the others whether the dependency is failing: tells the fleet what this environment saw, votes, and opens the
 * circuit for all when the evidence in the item says so. While the store does not answer, decides alone.
 */
export class FleetWatch {
  readonly #watched: WatchedCircuit;
  readonly #options: ResolvedCircuitBreakerOptions;
  readonly #schedule: SyncSchedule;
  readonly #dependencies: CircuitDependencies;
  /** Place of this environment among all, in [0, 1): in a large fleet only a share of them speaks at once. */
  readonly #place: number;
  readonly #usual = new UsualShare();
  #syncing: Promise<void> | undefined;

  constructor(watched: WatchedCircuit, options: ResolvedCircuitBreakerOptions, dependencies: CircuitDependencies) {
    this.#watched = watched;
    this.#options = options;
    this.#dependencies = dependencies;
    this.#schedule = new SyncSchedule(options.syncIntervalMs, dependencies.random);
    this.#place = dependencies.random.next();
  }

  /**
   * Speaks to the store if it is time to. The promise is meant to ride alongside the protected call and to be awaited before
   * the response leaves; it never rejects.
   */
  sync(nowMs: number, call: CallContext): Promise<void> | undefined {
    if (this.#syncing !== undefined) return this.#syncing;
    if (!this.#dependencies.store.shared || !this.#schedule.isDue(nowMs)) return undefined;
    return this.#begin(nowMs, () => this.#exchange(nowMs, call, { failed: false, votes: false, reads: false }));
  }

  /**
   * Whether the fleet has to be asked before the next call: after this environment has refused some, and after a pause in a
   * fleet of which each environment sees a call now and then. There, every environment would have to fail once to find out.
   */
  shouldLook(nowMs: number): boolean {
    const { circuit, health } = this.#watched;
    if (circuit.state.phase !== 'closed' || circuit.control !== undefined || health.refusesForMs(nowMs) > 0) return false;
    if (health.shouldLook) return true;
    if (circuit.active < LARGE_FLEET || this.#schedule.ageMs(nowMs) < OLD_NEWS_MS) return false;
    return health.idleMs(nowMs) >= PAUSE_MS;
  }

  /** Asks the fleet before the next call. */
  look(nowMs: number, call: CallContext): Promise<void> | undefined {
    if (!this.#dependencies.store.shared) return undefined;
    this.#watched.health.looked();
    const exchange = { failed: false, votes: false, reads: !this.#speaks() };
    return this.#syncing ?? this.#begin(nowMs, () => this.#exchange(nowMs, call, exchange));
  }

  /** The circuit has changed for all at once. */
  onNewGeneration(nowMs: number): void {
    this.#schedule.scatter(nowMs);
  }

  /** A call has failed: tells the fleet at once, within limits, and stops calling if this keeps happening. */
  onFailure(nowMs: number, call: CallContext, syncing: Promise<void> | undefined): Promise<void> | undefined {
    const { circuit, health } = this.#watched;
    if (circuit.control !== undefined) return syncing;
    if (circuit.isAlone) {
      if (!health.isTripped(nowMs)) return syncing;
      return this.#tripAlone(nowMs)
        .then(({ done }) => Promise.all([done, syncing]))
        .then(() => undefined);
    }
    const votes = circuit.active === 1 ? health.isTripped(nowMs) : health.votes(nowMs);
    if (health.failsInARow(nowMs)) this.#holdBack(nowMs);
    const urgent = votes && circuit.pending.mayVote(nowMs);
    if (!this.#speaks() || !(urgent || this.#schedule.mayHurry(nowMs, circuit.active))) return syncing;
    this.#schedule.hurried(nowMs);
    return this.#begin(nowMs, () => this.#exchange(nowMs, call, { failed: true, votes, reads: false }));
  }

  /** Whether this environment tells of failures at once; in a large fleet only some do, and speak for all. */
  #speaks(): boolean {
    return this.#place < speakingShare(this.#watched.circuit.active);
  }

  #holdBack(nowMs: number): void {
    const { circuit, health } = this.#watched;
    const { failureRateThreshold } = this.#options;
    const share = longFailureShare(circuit.counters, nowMs, sinceMs(circuit, nowMs));
    if (share < failureRateThreshold * HEALTHY_SHARE && circuit.active > 1) {
      health.isolate(nowMs, this.#openUntilMs(nowMs));
    }
    health.hold(nowMs);
  }

  #begin(nowMs: number, exchange: () => Promise<Announcement | undefined>): Promise<void> {
    this.#schedule.began(nowMs, this.#watched.circuit.active);
    const before = this.#syncing;
    const exchanging = exchange();
    const settled = exchanging
      .then(() => before)
      .finally(() => {
        if (this.#syncing === settled) this.#syncing = undefined;
      });
    this.#syncing = settled;
    return settled.then(async () => (await exchanging)?.done);
  }

  async #exchange(nowMs: number, call: CallContext, { failed, votes, reads }: Exchange): Promise<Announcement | undefined> {
    const { circuit, health } = this.#watched;
    const { phase } = circuit.state;
    const looks = reads || phase !== 'closed';
    const answered = looks
      ? await circuit.look(nowMs, call)
      : await circuit.report(nowMs, call, { failed, votes, suspects: health.suspects(nowMs) });
    if (answered) return looks ? undefined : this.#judge(call);
    const alone = phase === 'closed' && circuit.control === undefined && health.isTripped(nowMs);
    return alone ? this.#tripAlone(nowMs) : undefined;
  }

  async #judge(call: CallContext): Promise<Announcement | undefined> {
    const { circuit, health, reporter } = this.#watched;
    const { state, counters } = circuit;
    if (state.phase !== 'closed' || circuit.control !== undefined) return undefined;
    const nowMs = this.#dependencies.clock.nowMs();
    const { generation } = state;
    const since = sinceMs(circuit, nowMs);
    if (isFailingForFleet(counters, nowMs, since, this.#thresholds())) {
      // Both are forgotten with the change.
      const [told, own] = [fleetEvidence(counters, nowMs, since, this.#options.failureRateThreshold), health.evidence(nowMs)];
      const command = { type: 'trip', generation, openUntilMs: this.#openUntilMs(nowMs) } as const;
      const decision = await circuit.apply(command, call);
      return { done: reporter.announce(decision, own.failures > told.failures ? own : told) };
    }
    this.#usual.see(longFailureShare(counters, nowMs, since), nowMs);
    const doubtful = this.#options.failureRateThreshold * DOUBTFUL_SHARE;
    if (shortFailureShare(counters, nowMs, since) > doubtful) this.#schedule.doubts(nowMs, circuit.active);
    return undefined;
  }

  #thresholds(): VerdictOptions {
    const { adaptive, failureRateThreshold, minimumCalls } = this.#options;
    return adaptive ? { minimumCalls, failureRateThreshold: this.#usual.raise(failureRateThreshold) } : this.#options;
  }

  async #tripAlone(nowMs: number): Promise<Announcement> {
    const { circuit, health, reporter } = this.#watched;
    const { generation } = circuit.state;
    const evidence = health.evidence(nowMs);
    const command = { type: 'trip', generation, openUntilMs: this.#openUntilMs(nowMs) } as const;
    // Nothing is shared: the store is this process, and keeps the circuit.
    const alone = this.#dependencies.store.shared ? circuit.applyAlone(command) : await circuit.apply(command, {});
    return { done: reporter.announce(alone, evidence) };
  }

  #openUntilMs(nowMs: number): number {
    return nowMs + openPeriodMs(this.#options, 0, this.#dependencies.random);
  }
}

/** Instant from which evidence counts: the last change of the circuit, as far as the own clock has come. */
function sinceMs({ state }: SharedCircuit, nowMs: number): number {
  return Math.min(state.generation, nowMs);
}
