import type { Random } from '../../runtime/src/core/random.ts';
import { isWithin, type ResolvedFault, type ResolvedScenario } from './scenario.ts';
import { jittered } from './random-streams.ts';

/** How one call of the dependency goes. */
export interface CallFate {
  durationMs: number;
  fails: boolean;
}

interface PlannedFault {
  readonly fault: ResolvedFault;
  readonly befalls: (environment: number) => boolean;
}

/** The protected dependency: how long its calls take, and which of them fail. */
export class Dependency {
  readonly #call: ResolvedScenario['call'];
  readonly #faults: readonly PlannedFault[];
  readonly #durations: Random;
  readonly #failures: Random;
  readonly #fate: CallFate = { durationMs: 0, fails: false };

  /** @param random Streams for how long calls take and for which of them fail. */
  constructor({ call, faults }: ResolvedScenario, random: { readonly durations: Random; readonly failures: Random }) {
    this.#call = call;
    this.#faults = faults.map((fault) => ({ fault, befalls: befalls(fault) }));
    this.#durations = random.durations;
    this.#failures = random.failures;
  }

  /** What becomes of a call that starts now. The object is used again for the next call. */
  fate(environment: number, nowMs: number): CallFate {
    const fate = this.#fate;
    fate.durationMs = jittered(this.#call.durationMs, this.#call.jitter, this.#durations);
    fate.fails = false;
    for (const { fault, befalls } of this.#faults) {
      if (!isWithin(fault, nowMs) || !befalls(environment)) continue;
      fate.durationMs += fault.slowByMs;
      if (this.#failures.next() < fault.failureRate) fate.fails = true;
    }
    return fate;
  }
}

function befalls({ environments }: ResolvedFault): PlannedFault['befalls'] {
  if (environments === 'all') return () => true;
  if (typeof environments === 'number') return (environment) => environment < environments;
  const indexes = new Set(environments);
  return (environment) => indexes.has(environment);
}
