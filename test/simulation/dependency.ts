import type { Random } from '../../runtime/src/core/random.ts';
import { isWithin, type ResolvedFault, type ResolvedScenario } from './scenario.ts';
import { START_MS } from './environment.ts';
import { jittered } from './random-streams.ts';

/** How one call of the dependency goes. */
export interface CallFate {
  durationMs: number;
  fails: boolean;
  /** Whether it is never answered. */
  hangs: boolean;
  /** The header `Retry-After` of its answer; undefined if there is none. */
  retryAfter: string | undefined;
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
  readonly #fate: CallFate = { durationMs: 0, fails: false, hangs: false, retryAfter: undefined };

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
    fate.hangs = false;
    fate.retryAfter = undefined;
    for (const { fault, befalls } of this.#faults) if (isWithin(fault, nowMs) && befalls(environment)) this.#suffer(fault);
    return fate;
  }

  #suffer(fault: ResolvedFault): void {
    const fate = this.#fate;
    if (fault.slowRate === 1 || this.#durations.next() < fault.slowRate) fate.durationMs += fault.slowByMs;
    if (fault.hangs) fate.hangs = true;
    if (this.#failures.next() >= fault.failureRate) return;
    fate.fails = true;
    fate.retryAfter = retryAfter(fault);
  }
}

function retryAfter({ retryAfterMs, retryAtEnd, toMs }: ResolvedFault): string | undefined {
  if (retryAtEnd) return new Date(START_MS + toMs).toUTCString();
  return retryAfterMs === 0 ? undefined : String(Math.ceil(retryAfterMs / 1000));
}

function befalls({ environments }: ResolvedFault): PlannedFault['befalls'] {
  if (environments === 'all') return () => true;
  if (typeof environments === 'number') return (environment) => environment < environments;
  const indexes = new Set(environments);
  return (environment) => indexes.has(environment);
}
