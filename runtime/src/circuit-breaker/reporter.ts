import type { Outcome } from '../core/outcome.ts';
import { classify, type Verdict } from './classify.ts';
import { CircuitOpenError } from './errors.ts';
import type { CircuitBreakerEvent, CircuitStateChangedEvent } from './events.ts';
import type { CircuitBreakerOptions } from './options.ts';
import type { CircuitDependencies, KnownDecision } from './shared-circuit.ts';

type Callbacks = Pick<CircuitBreakerOptions, 'name' | 'shouldTrip' | 'onStateChange'>;

/** Tells events to the sink and changes to the user's callbacks, none of whose errors reaches a call. */
export class CircuitReporter {
  readonly #callbacks: Callbacks;
  readonly #dependencies: CircuitDependencies;

  constructor(callbacks: Callbacks, dependencies: CircuitDependencies) {
    this.#callbacks = callbacks;
    this.#dependencies = dependencies;
  }

  /** What an outcome means, by the user's predicate if there is one. */
  classify(outcome: Outcome): Verdict {
    try {
      const verdict = classify(outcome, this.#callbacks.shouldTrip);
      if (verdict === 'failure') this.#emit({ ...this.#now(), type: 'circuit.failure' });
      return verdict;
    } catch (error) {
      this.#emit({ ...this.#now(), type: 'circuit.callback_failed', error });
      return 'ignored';
    }
  }

  /** The error of a call that is refused. */
  refusal(retryAfterMs: number): CircuitOpenError {
    this.#emit({ ...this.#now(), type: 'circuit.refused', retryAfterMs });
    return new CircuitOpenError(this.#callbacks.name, retryAfterMs);
  }

  /** Reports a change of phase that this environment made: once for the fleet, after it is stored. */
  async announce({ accepted, previous, state, shared }: KnownDecision): Promise<void> {
    if (!accepted || previous.phase === state.phase) return;
    const { generation } = state;
    const change: CircuitStateChangedEvent = {
      ...this.#now(),
      type: 'circuit.state_changed',
      from: previous.phase,
      to: state.phase,
      generation,
      shared,
    };
    this.#emit(change);
    try {
      await this.#callbacks.onStateChange?.(change);
    } catch (error) {
      this.#emit({ ...this.#now(), type: 'circuit.callback_failed', error });
    }
  }

  #now(): { readonly name: string; readonly atMs: number } {
    return { name: this.#callbacks.name, atMs: this.#dependencies.clock.nowMs() };
  }

  #emit(event: CircuitBreakerEvent): void {
    this.#dependencies.sink.emit(event);
  }
}
