import { UNKNOWN_CALL, type CallContext } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import { createPermit, FREE_PERMIT, rejectedBy, runBehind, type Gate, type Operation, type Permit, type Policy } from '../core/gate.ts';
import { randomId, uniform } from '../core/random.ts';
import { CircuitOpenError } from './errors.ts';
import { FleetWatch } from './fleet-watch.ts';
import type { CircuitFallback, ResolvedCircuitBreakerOptions } from './options.ts';
import { KeyedCircuits } from './keyed-circuits.ts';
import { OwnHealth } from './own-health.ts';
import { admittedShare } from './recovery.ts';
import { CircuitReporter } from './reporter.ts';
import { Settlement, type Admission } from './settlement.ts';
import { SharedCircuit, type CircuitDependencies } from './shared-circuit.ts';
import type { CircuitSnapshot } from './snapshot.ts';
import type { CircuitState } from './state.ts';

/**
 * Environments ask for a probe within this time after the open period, not all at its end; larger fleets take longer, so that
 * no more than 400 of them ask in a second.
 */
const FIRST_PROBE_SPREAD_MS = 500;
const PROBE_SPREAD_PER_ENVIRONMENT_MS = 2.5;

/** How long a caller that got no probe waits before it asks again. */
const PROBE_RETRY_MS = { low: 300, high: 700 };

/** Added to the deadline of a call, so that the lease of its probe does not end just before the call does. */
const LEASE_MARGIN_MS = 1000;

/** When a caller that was refused while traffic rises again should come back. */
const RAMP_RETRY_MS = 1000;

/** Longest time that a refusal takes on purpose. */
const LONGEST_PACE_MS = 1000;

/**
 * A circuit breaker whose circuit the fleet shares. Decisions come from what this environment knows; the only calls that
 * wait for the store are those that may become probes, and the first after this environment has held back. The state machine
 * is Nygard's ("Release It!", 2007).
 */
export class CircuitBreaker implements Gate, Policy {
  readonly name: string;
  /** The fallback given in the options; that it answered is reported. */
  readonly fallback: CircuitFallback | undefined;
  readonly #options: ResolvedCircuitBreakerOptions;
  readonly #dependencies: CircuitDependencies;
  readonly #reporter: CircuitReporter;
  readonly #circuit: SharedCircuit;
  readonly #health: OwnHealth;
  readonly #watch: FleetWatch;
  readonly #settlement: Settlement;
  /** Circuits of tenants and operations; undefined where all share this one. */
  readonly #keyed: KeyedCircuits<CircuitBreaker> | undefined;
  #askAtMs = 0;

  /**
   * @param options Resolved options, see `resolveCircuitBreakerOptions`; `createCircuitBreaker` does both.
   * @param dependencies Store, clock, random source and event sink.
   * @param id Under which the circuit is stored. Default: its name.
   */
  constructor(options: ResolvedCircuitBreakerOptions, dependencies: CircuitDependencies, id: string = options.name) {
    this.name = options.name;
    this.#options = options;
    this.#dependencies = dependencies;
    this.#health = new OwnHealth(options, dependencies.random);
    this.#circuit = new SharedCircuit(id, dependencies, (state) => this.#onNewGeneration(state));
    this.#reporter = new CircuitReporter(options, dependencies, this.#circuit);
    const watched = { circuit: this.#circuit, health: this.#health, reporter: this.#reporter };
    this.#watch = new FleetWatch(watched, options, dependencies);
    this.#settlement = new Settlement(watched, this.#watch, options, dependencies);
    this.fallback = this.#reported(options.fallback);
    if (!options.perTenant && !options.perOperation) return;
    const single = { ...options, perTenant: false, perOperation: false };
    this.#keyed = new KeyedCircuits(options, (key) => new CircuitBreaker(single, dependencies, key));
  }

  /**
   * Admits a call. Synchronous while closed, and while open unless it is time to look at the store.
   *
   * @throws CircuitOpenError if the circuit is open and this call is no probe.
   */
  acquire(call: CallContext): Permit | Promise<Permit> {
    if (!this.#options.enabled) return FREE_PERMIT;
    if (this.#keyed !== undefined) return this.#keyed.for(call).acquire(call);
    const nowMs = this.#nowMs();
    const looking = this.#watch.shouldLook(nowMs) ? this.#watch.look(nowMs, call) : undefined;
    if (looking !== undefined) return looking.then(() => this.#decide(call));
    const syncing = this.#watch.sync(nowMs, call);
    if (this.#circuit.state.phase === 'closed') return this.#admit(nowMs, call, syncing);
    return syncing === undefined ? this.#decide(call) : syncing.then(() => this.#decide(call));
  }

  /**
   * Runs an operation unless the circuit is open; then the fallback answers, if there is one.
   *
   * @throws CircuitOpenError if the circuit is open and there is no fallback.
   */
  execute<T>(operation: Operation<T>, call: CallContext = UNKNOWN_CALL): Promise<T> {
    return runBehind(this, operation, call, this.#onRefused);
  }

  /** The source of time that it decides by. */
  get clock(): Clock {
    return this.#dependencies.clock;
  }

  /** Whether nothing would be lost if this environment forgot the circuit: it is closed, and this environment does not hold back. */
  get isQuiet(): boolean {
    return this.#circuit.state.phase === 'closed' && this.#health.refusesForMs(this.#nowMs()) === 0;
  }

  /** What this environment knows now of the circuit for a call; of the only one, if there is one for all. */
  snapshot(call: CallContext = UNKNOWN_CALL): CircuitSnapshot {
    if (this.#keyed !== undefined) return this.#keyed.for(call).snapshot(call);
    const { state, active } = this.#circuit;
    const nowMs = this.#nowMs();
    const { phase, generation } = state;
    const window = this.#health.summary(nowMs);
    return {
      name: this.name,
      phase,
      control: this.#circuit.control,
      generation,
      changedAtMs: generation === 0 ? undefined : generation,
      retryAfterMs: phase === 'closed' ? this.#health.refusesForMs(nowMs) : this.#waitMs(state, nowMs),
      activeEnvironments: active,
      failureRate: window.calls === 0 ? 0 : window.failures / window.calls,
      ...window,
      ...this.#health.latest,
    };
  }

  readonly #onRefused = (error: unknown, call: CallContext): Promise<unknown> => {
    const { fallback } = this;
    if (fallback === undefined || !(error instanceof CircuitOpenError)) return rejectedBy(error);
    return Promise.resolve().then(() => fallback(error, call));
  };

  #decide(call: CallContext): Permit | Promise<Permit> {
    const { state } = this.#circuit;
    const nowMs = this.#nowMs();
    if (state.phase === 'closed') return this.#admit(nowMs, call, undefined);
    const waitMs = this.#waitMs(state, nowMs);
    if (waitMs > 0) throw this.#reporter.refusal(waitMs, call);
    return this.#claimProbe(call);
  }

  /** Admits a call through a closed circuit, unless this environment holds back or traffic is still rising. */
  #admit(nowMs: number, call: CallContext, syncing: Promise<void> | undefined): Permit | Promise<Permit> {
    const { generation } = this.#circuit.state;
    const { control } = this.#circuit;
    const admission: Admission = { phase: 'closed', generation, startedAtMs: nowMs, call, syncing };
    if (control === 'forced_open') {
      return syncing === undefined ? this.#refuse(this.#options.syncIntervalMs, admission) : syncing.then(() => this.#decide(call));
    }
    // Under control no call is held back, whatever this environment thinks.
    if (control !== undefined) return this.#permit(admission);
    const refusesForMs = this.#health.refusesForMs(nowMs);
    if (refusesForMs > 0) return this.#refuseInTime(refusesForMs, admission);
    const share = admittedShare(nowMs - generation, this.#circuit.active, this.#options.rampDurationMs);
    if (share < 1 && this.#dependencies.random.next() >= share) return this.#refuse(RAMP_RETRY_MS, admission);
    return this.#permit(admission);
  }

  #permit(admission: Admission): Permit {
    return createPermit((outcome) => this.#settlement.ofCall(admission, outcome));
  }

  /** Refuses, but not before what is being said to the store alongside has been said: nothing may be left to a frozen process. */
  #refuse(retryAfterMs: number, { call, syncing }: Admission): Promise<Permit> {
    const refusal = this.#reporter.refusal(retryAfterMs, call);
    if (syncing === undefined) throw refusal;
    return syncing.then(() => {
      throw refusal;
    });
  }

  /**
   * An environment that refuses at once is always idle, and is handed more than its share of the traffic: its refusals take
   * about as long as its calls do.
   */
  async #refuseInTime(refusesForMs: number, admission: Admission): Promise<Permit> {
    const paceMs = Math.min(this.#health.durationMs, LONGEST_PACE_MS);
    if (paceMs > 0) await this.#dependencies.sleep?.(paceMs);
    return this.#refuse(refusesForMs, admission);
  }

  async #claimProbe(call: CallContext): Promise<Permit> {
    const nowMs = this.#nowMs();
    const { probeLeaseMs, halfOpenMaxCalls: maxProbes, halfOpenMaxDurationMs: roundMs } = this.#options;
    const leaseId = randomId(this.#dependencies.random);
    const leaseUntilMs = Math.min(nowMs + probeLeaseMs, (call.deadlineMs ?? Infinity) + LEASE_MARGIN_MS);
    const decision = await this.#circuit.apply({ type: 'claim_probe', leaseId, leaseUntilMs, maxProbes, roundMs }, call);
    // The response waits for a callback that is told about the change, but the probe does not.
    const announcing = this.#reporter.announce(decision);
    const { state } = decision;
    if (decision.accepted && state.phase === 'half_open') {
      const probe = { phase: state.phase, leaseId, claimed: state, startedAtMs: this.#nowMs(), call };
      return createPermit(async (outcome) => {
        await this.#settlement.ofProbe(probe, outcome);
        return announcing;
      });
    }
    // A circuit that has opened again says itself when to ask.
    if (state.phase === 'half_open') {
      this.#askAtMs = this.#nowMs() + uniform(this.#dependencies.random, PROBE_RETRY_MS.low, PROBE_RETRY_MS.high);
    }
    return this.#decide(call);
  }

  /** The fallback, with the circuit of the call told that it has answered. */
  #reported(fallback: CircuitFallback | undefined): CircuitFallback | undefined {
    if (fallback === undefined) return undefined;
    return (error, call, event) => {
      const circuit = this.#keyed?.for(call) ?? this;
      return circuit.#reporter.answerWith(fallback, error, call, event);
    };
  }

  #onNewGeneration(state: CircuitState): void {
    this.#health.clear();
    this.#watch.onNewGeneration(this.#nowMs());
    if (state.phase !== 'open') return;
    const spreadMs = Math.max(FIRST_PROBE_SPREAD_MS, this.#circuit.active * PROBE_SPREAD_PER_ENVIRONMENT_MS);
    this.#askAtMs = state.openUntilMs + (this.#circuit.isAlone ? 0 : spreadMs * this.#dependencies.random.next());
  }

  #waitMs(state: CircuitState, nowMs: number): number {
    if (state.phase === 'closed') return 0;
    const untilMs = state.phase === 'open' ? Math.max(state.openUntilMs, this.#askAtMs) : this.#askAtMs;
    return Math.max(0, untilMs - nowMs);
  }

  #nowMs(): number {
    return this.#dependencies.clock.nowMs();
  }
}
