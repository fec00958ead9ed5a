import { UNKNOWN_CALL, type CallContext } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import type { EventSink } from '../core/events.ts';
import { createPermit, FREE_PERMIT, runWithPermit, type Gate, type Operation, type Permit, type Policy } from '../core/gate.ts';
import type { Outcome } from '../core/outcome.ts';
import { uniform, type Random } from '../core/random.ts';
import { ThrottledError } from './errors.ts';
import type { ThrottleEvent } from './events.ts';
import type { ResolvedThrottleOptions } from './throttle-options.ts';

/** What a throttle has done since it was made, in this environment. */
export interface ThrottleStatistics {
  /** Calls decided: sent and held back together. */
  readonly calls: number;
  readonly sent: number;
  readonly refused: number;
  /** Calls that were accepted. */
  readonly accepted: number;
  /** Share of calls that is held back now, 0 to 1. */
  readonly rate: number;
}

/** What a throttle needs from outside. */
export interface ThrottleDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: EventSink;
}

/** Parts into which the window is divided. */
const SLOTS = 30;

/** What is added to the time after which a caller may try again, at most. */
const RETRY_SPREAD = 0.5;

interface Slot {
  index: number;
  calls: number;
  accepted: number;
}

/**
 * Holds calls back on the side of the caller while too few of them are accepted, with the probability
 * `max(0, (calls - multiplier * accepted) / (calls + 1))`, and at most `maxRate` (Google, "Site Reliability Engineering", chapter
 * "Handling Overload"). Calls count before they are sent, those that are held back included. It needs no shared state, and no trial:
 * some calls always pass.
 */
export class AdaptiveThrottle implements Gate, Policy {
  readonly name: string;
  readonly options: ResolvedThrottleOptions;
  readonly #dependencies: ThrottleDependencies;
  readonly #slots: readonly Slot[] = Array.from({ length: SLOTS }, emptySlot);
  #current = emptySlot();
  #sent = 0;
  #refused = 0;
  #accepted = 0;

  /**
   * @param options Resolved options, see `resolveThrottleOptions`; `createAdaptiveThrottle` does both.
   * @param dependencies Clock, random source and event sink.
   */
  constructor(options: ResolvedThrottleOptions, dependencies: ThrottleDependencies) {
    this.name = options.name;
    this.options = options;
    this.#dependencies = dependencies;
  }

  /**
   * Admits a call. Always synchronous.
   *
   * @throws ThrottledError if the call is held back.
   */
  acquire(_call: CallContext): Permit {
    if (!this.options.enabled) return FREE_PERMIT;
    const { random, clock } = this.#dependencies;
    const rate = this.#rate();
    const slot = this.#slot();
    const { index } = slot;
    slot.calls += 1;
    if (rate > 0 && random.next() < rate) throw this.#refusal(rate);
    this.#sent += 1;
    this.#emit({ type: 'throttle.admitted', name: this.name, atMs: clock.nowMs(), rate });
    return createPermit((outcome) => {
      if (outcome.kind !== 'abandoned') this.#count(outcome);
      // It was never sent after all.
      else if (slot.index === index) slot.calls -= 1;
    });
  }

  /**
   * Runs an operation unless it is held back.
   *
   * @throws ThrottledError if it is held back.
   */
  async execute<T>(operation: Operation<T>, call: CallContext = UNKNOWN_CALL): Promise<T> {
    return runWithPermit(this.acquire(call), operation, call);
  }

  /** What this throttle has done so far. Frozen. */
  get statistics(): ThrottleStatistics {
    const [sent, refused, accepted] = [this.#sent, this.#refused, this.#accepted];
    return Object.freeze({ calls: sent + refused, sent, refused, accepted, rate: this.#rate() });
  }

  #count(outcome: Exclude<Outcome, { readonly kind: 'abandoned' }>): void {
    if (!this.#isAccepted(outcome)) return;
    this.#accepted += 1;
    this.#slot().accepted += 1;
  }

  #isAccepted(outcome: Exclude<Outcome, { readonly kind: 'abandoned' }>): boolean {
    try {
      return this.options.isAccepted(outcome);
    } catch {
      return false;
    }
  }

  #refusal(rate: number): ThrottledError {
    const { clock, random } = this.#dependencies;
    const retryAfterMs = Math.ceil(this.options.retryAfterMs * uniform(random, 1, 1 + RETRY_SPREAD));
    this.#refused += 1;
    this.#emit({ type: 'throttle.refused', name: this.name, atMs: clock.nowMs(), rate, retryAfterMs });
    return new ThrottledError(this.name, retryAfterMs);
  }

  #emit(event: ThrottleEvent): void {
    this.#dependencies.sink.emit(event);
  }

  #rate(): number {
    const { multiplier, maxRate, minimumCalls } = this.options;
    const oldest = this.#index() - SLOTS;
    let [calls, accepted] = [0, 0];
    for (const slot of this.#slots) {
      if (slot.index <= oldest) continue;
      calls += slot.calls;
      accepted += slot.accepted;
    }
    return calls < minimumCalls ? 0 : Math.min(maxRate, Math.max(0, (calls - multiplier * accepted) / (calls + 1)));
  }

  #slot(): Slot {
    const index = this.#index();
    if (this.#current.index === index) return this.#current;
    const slot = this.#slots[index % SLOTS] ?? this.#current;
    this.#current = Object.assign(slot, { index, calls: 0, accepted: 0 });
    return slot;
  }

  #index(): number {
    return Math.floor((this.#dependencies.clock.nowMs() * SLOTS) / this.options.windowMs);
  }
}

function emptySlot(): Slot {
  return { index: -1, calls: 0, accepted: 0 };
}
