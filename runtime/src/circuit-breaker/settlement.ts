import type { Outcome } from '../core/outcome.ts';
import { errorTypeOf, weightOf, type Verdict } from './classify.ts';
import type { FleetWatch, WatchedCircuit } from './fleet-watch.ts';
import type { ResolvedCircuitBreakerOptions } from './options.ts';
import { openPeriodMs } from './recovery.ts';
import type { StartedCall } from './reporter.ts';
import type { CircuitDependencies } from './shared-circuit.ts';
import type { CircuitState, HalfOpenCircuit } from './state.ts';
import type { OpeningEvidence } from './verdict.ts';

/** A call on its way through a closed circuit. */
export interface Admission extends StartedCall {
  readonly phase: 'closed';
  readonly generation: number;
  /** What is being said to the store alongside. */
  readonly syncing: Promise<void> | undefined;
}

/** A probe on its way. */
export interface Probe extends StartedCall {
  readonly phase: 'half_open';
  readonly leaseId: string;
  /** The circuit that gave it its place. */
  readonly claimed: HalfOpenCircuit;
}

/** What calls and probes leave behind when they end. */
export class Settlement {
  readonly #watched: WatchedCircuit;
  readonly #watch: FleetWatch;
  readonly #options: ResolvedCircuitBreakerOptions;
  readonly #dependencies: CircuitDependencies;

  constructor(
    watched: WatchedCircuit,
    watch: FleetWatch,
    options: ResolvedCircuitBreakerOptions,
    dependencies: CircuitDependencies,
  ) {
    this.#watched = watched;
    this.#watch = watch;
    this.#options = options;
    this.#dependencies = dependencies;
  }

  /** Counts and reports a call. A promise where something has to be awaited before the response leaves. */
  ofCall(admission: Admission, outcome: Outcome): Promise<void> | undefined {
    const { circuit, health, reporter } = this.#watched;
    const { generation, startedAtMs, call, syncing } = admission;
    const verdict = reporter.classify(outcome);
    if (verdict === 'ignored' || outcome.kind === 'abandoned') return syncing;
    const nowMs = this.#dependencies.clock.nowMs();
    const weight = weightOf(verdict, nowMs - startedAtMs, this.#options);
    reporter.completed(admission, nowMs, weight >= 1 ? errorTypeOf(verdict, outcome, this.#options.shouldTrip) : undefined);
    // A result of an older generation says nothing about the circuit of today.
    if (generation !== circuit.state.generation) return syncing;
    health.record(nowMs, weight, nowMs - startedAtMs);
    circuit.pending.record(nowMs, weight);
    return weight > 0 ? this.#watch.onFailure(nowMs, call, syncing) : syncing;
  }

  /** Tells the circuit how a probe ended, and reports it; a slow probe has failed. */
  async ofProbe(probe: Probe, outcome: Outcome): Promise<void> {
    const { circuit, reporter } = this.#watched;
    const { leaseId, claimed, call } = probe;
    const result = this.#resultOf(probe, outcome);
    const { generation, opens } = claimed;
    const openUntilMs = this.#dependencies.clock.nowMs() + openPeriodMs(this.#options, opens, this.#dependencies.random);
    const { successThreshold } = this.#options;
    const command = { type: 'settle_probe', generation, leaseId, result, successThreshold, openUntilMs } as const;
    const decision = await circuit.apply(command, call);
    return reporter.announce(decision, probeEvidence(decision.previous));
  }

  #resultOf(probe: Probe, outcome: Outcome): Verdict {
    const { reporter } = this.#watched;
    const verdict = reporter.classify(outcome);
    if (verdict === 'ignored' || outcome.kind === 'abandoned') return 'ignored';
    const nowMs = this.#dependencies.clock.nowMs();
    const failed = weightOf(verdict, nowMs - probe.startedAtMs, this.#options) > 0;
    reporter.completed(probe, nowMs, failed ? errorTypeOf(verdict, outcome, this.#options.shouldTrip) : undefined);
    return failed ? 'failure' : 'success';
  }
}

/** Why a probe opens the circuit again: it alone failed, after those that succeeded in its round. */
function probeEvidence(previous: CircuitState): OpeningEvidence {
  const successes = previous.phase === 'half_open' ? previous.successes : 0;
  return { failures: 1, failureRate: 1 / (successes + 1) };
}
