import type { CallContext } from '../core/call-context.ts';
import { NO_EVENTS } from '../core/events.ts';
import type { Outcome } from '../core/outcome.ts';
import { classify, type Verdict } from './classify.ts';
import { CircuitOpenError } from './errors.ts';
import type { CircuitBreakerEvent, CircuitCallEvent, CircuitStateChangedEvent, CircuitSuccessEvent } from './events.ts';
import type { CircuitBreakerOptions, CircuitFallback } from './options.ts';
import type { CircuitDependencies, KnownDecision, SharedCircuit } from './shared-circuit.ts';
import type { CircuitPhase } from './state.ts';
import type { OpeningEvidence } from './verdict.ts';

type Callbacks = Pick<CircuitBreakerOptions, 'name' | 'shouldTrip' | 'onStateChange'>;

/** A call on its way, as far as it is reported. */
export interface StartedCall {
  /** The phase in which it was admitted. */
  readonly phase: CircuitPhase;
  readonly startedAtMs: number;
  readonly call: CallContext;
}

/** Tells events to the sink and changes to the user's callbacks, none of whose errors reaches a call. */
export class CircuitReporter {
  readonly #callbacks: Callbacks;
  readonly #dependencies: CircuitDependencies;
  readonly #circuit: SharedCircuit;

  constructor(callbacks: Callbacks, dependencies: CircuitDependencies, circuit: SharedCircuit) {
    this.#callbacks = callbacks;
    this.#dependencies = dependencies;
    this.#circuit = circuit;
  }

  /** What an outcome means, by the user's predicate if there is one. */
  classify(outcome: Outcome): Verdict {
    try {
      return classify(outcome, this.#callbacks.shouldTrip);
    } catch (error) {
      this.#emit({ ...this.#now(), type: 'circuit.callback_failed', error });
      return 'ignored';
    }
  }

  /** Reports a call that came to an end: a failure of this type, or a success. */
  completed({ phase, startedAtMs, call }: StartedCall, nowMs: number, errorType: string | undefined): void {
    const { sink } = this.#dependencies;
    if (sink === NO_EVENTS) return;
    const { tenant, operation } = call;
    // The most frequent of all events is made in one piece.
    const success: CircuitSuccessEvent = {
      type: 'circuit.success',
      name: this.#callbacks.name,
      atMs: nowMs,
      phase,
      durationMs: nowMs - startedAtMs,
      shared: !this.#circuit.isAlone,
      tenant,
      operation,
    };
    this.#emit(errorType === undefined ? success : { ...success, type: 'circuit.failure', errorType });
  }

  /** The error of a call that is refused. */
  refusal(retryAfterMs: number, call: CallContext): CircuitOpenError {
    this.#emit({ ...this.#about(call), type: 'circuit.refused', retryAfterMs });
    return new CircuitOpenError(this.#callbacks.name, retryAfterMs);
  }

  /** Has the fallback answer a refused call. A Lambda event that it has no answer to is answered with the refusal. */
  async answerWith(fallback: CircuitFallback, error: CircuitOpenError, call: CallContext, event: unknown): Promise<unknown> {
    const about = this.#about(call);
    const answer = await fallback(error, call, event);
    if (answer !== undefined || event === undefined) {
      this.#emit({ ...about, type: 'circuit.fallback', atMs: this.#dependencies.clock.nowMs() });
    }
    return answer;
  }

  /**
   * Reports a change of phase that this environment made: once for the fleet, after it is stored.
   *
   * @param evidence What an opening rests on; told only if the circuit did open.
   */
  async announce({ accepted, previous, state, shared }: KnownDecision, evidence?: OpeningEvidence): Promise<void> {
    if (!accepted || previous.phase === state.phase) return;
    const { generation } = state;
    const change: CircuitStateChangedEvent = {
      ...this.#now(),
      type: 'circuit.state_changed',
      from: previous.phase,
      to: state.phase,
      generation,
      shared,
      ...(state.phase === 'open' && evidence),
    };
    this.#emit(change);
    try {
      await this.#callbacks.onStateChange?.(change);
    } catch (error) {
      this.#emit({ ...this.#now(), type: 'circuit.callback_failed', error });
    }
  }

  /** What is told of a call that is decided on now. */
  #about({ tenant, operation }: CallContext): Omit<CircuitCallEvent, 'type'> {
    const { control, state, isAlone } = this.#circuit;
    const phase = control === 'forced_open' ? 'open' : state.phase;
    return { ...this.#now(), phase, shared: !isAlone, tenant, operation };
  }

  #now(): { readonly name: string; readonly atMs: number } {
    return { name: this.#callbacks.name, atMs: this.#dependencies.clock.nowMs() };
  }

  #emit(event: CircuitBreakerEvent): void {
    this.#dependencies.sink.emit(event);
  }
}
