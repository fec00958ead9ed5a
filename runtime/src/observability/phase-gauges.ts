import { CONTRACT } from '../contract/contract.ts';
import type { ResilienceEvent } from '../core/events.ts';
import { PHASE_GAUGE } from './figures.ts';
import type { MetricSums } from './metric-sums.ts';

const { state: STATE } = CONTRACT.metrics.circuitBreaker.names;

/** Circuits whose gauge is remembered; further ones are shown at changes only. */
const MAXIMUM_CIRCUITS = 1000;

/**
 * Times per interval that calls may turn the gauge. One circuit does not change as often; but circuits by tenant or operation
 * share a name, and their calls would turn it every time.
 */
const MAXIMUM_TURNS = 6;

/** What an event says of the phase of a circuit. */
interface Sight {
  readonly phase: string;
  /** When it was so. */
  readonly seenAtMs: number;
  /** Whether it has changed just now. */
  readonly isChange: boolean;
}

/** What the gauge of a circuit shows. */
interface Shown {
  phase: string;
  seenAtMs: number;
  atMs: number;
  turns: number;
  turnsSinceMs: number;
}

/**
 * Shows the phase of every circuit when it changes, and otherwise at most once per interval: a gauge that only moved at changes
 * would leave the dashboard empty, one per call would cost a line per call.
 */
export class PhaseGauges {
  readonly #intervalMs: number;
  readonly #shown = new Map<string, Shown>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Adds the gauge of the circuit that an event is about, if it is time to. */
  add(event: ResilienceEvent, sums: MetricSums): void {
    const sight = sightOf(event);
    if (sight === undefined || !this.#isDue(event, sight)) return;
    sums.add('circuitBreaker', event.name, STATE, PHASE_GAUGE[sight.phase]);
  }

  #isDue({ name, atMs }: ResilienceEvent, sight: Sight): boolean {
    const { phase, seenAtMs, isChange } = sight;
    const shown = this.#shown.get(name);
    if (shown === undefined) return this.#remember(name, atMs, sight);
    if (shown.phase === phase) {
      shown.seenAtMs = Math.max(shown.seenAtMs, seenAtMs);
      if (atMs - shown.atMs < this.#intervalMs) return false;
    } else if (!isChange) {
      // A call that was admitted before the change and ends after it says what was.
      if (seenAtMs <= shown.seenAtMs || !this.#mayTurn(shown, atMs)) return false;
    }
    Object.assign(shown, { phase, seenAtMs: Math.max(shown.seenAtMs, seenAtMs), atMs });
    return true;
  }

  #remember(name: string, atMs: number, { phase, seenAtMs, isChange }: Sight): boolean {
    if (this.#shown.size >= MAXIMUM_CIRCUITS) return isChange;
    this.#shown.set(name, { phase, seenAtMs, atMs, turns: 0, turnsSinceMs: atMs });
    return true;
  }

  #mayTurn(shown: Shown, nowMs: number): boolean {
    if (nowMs - shown.turnsSinceMs >= this.#intervalMs) {
      shown.turns = 0;
      shown.turnsSinceMs = nowMs;
    }
    shown.turns += 1;
    return shown.turns <= MAXIMUM_TURNS;
  }
}

function sightOf(event: ResilienceEvent): Sight | undefined {
  if (!event.type.startsWith('circuit.')) return undefined;
  const { atMs, phase: decidedIn, to, durationMs } = event as ResilienceEvent & Readonly<Record<string, unknown>>;
  const isChange = event.type === 'circuit.state_changed';
  const phase = isChange ? to : decidedIn;
  if (typeof phase !== 'string' || !Object.hasOwn(PHASE_GAUGE, phase)) return undefined;
  return { phase, seenAtMs: typeof durationMs === 'number' ? atMs - durationMs : atMs, isChange };
}
