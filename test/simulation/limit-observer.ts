import type { CallContext } from '../../runtime/src/core/call-context.ts';
import { isStoreError, type EventSink, type ResilienceEvent } from '../../runtime/src/core/events.ts';
import type { Gate, Permit } from '../../runtime/src/core/gate.ts';
import type { ResolvedRateLimitOptions } from '../../runtime/src/rate-limit/options.ts';
import { limitFiguresOf, type LimitFigures } from './limit-figures.ts';
import { LimitReferee, type RefereeOptions } from './limit-referee.ts';
import type { FleetObserver, SimulationRun } from './policy-fleet.ts';
import type { StoreMeter } from './store-meter.ts';

/** Watches rate limiters from outside: the calls that they admit and refuse, and what they report. */
export class LimitObserver implements EventSink, FleetObserver {
  readonly referee: LimitReferee;
  defect: unknown;
  /** Writes of requests for tokens that brought none. */
  vainWrites = 0;
  /** Writes made because the one before expected another item than there was. */
  secondWrites = 0;
  /** Splits of a key, as reported. */
  splits = 0;
  readonly #keyOf: (call: CallContext) => string;
  readonly #nowMs: () => number;

  constructor({ by }: Pick<ResolvedRateLimitOptions, 'by'>, judged: RefereeOptions, nowMs: () => number) {
    this.referee = new LimitReferee(judged);
    this.#keyOf = by.includes('tenant') ? ({ tenant = '' }) => tenant : () => '';
    this.#nowMs = nowMs;
  }

  emit(event: ResilienceEvent): void {
    if (isStoreError(event) && event.reason === 'other') this.defect ??= event.error;
    if (event.type === 'limit.split') this.splits += 1;
  }

  /** A gate that is seen to admit and refuse. Its calls start at the instant at which it answers. */
  watch(gate: Gate): Gate {
    const { name } = gate;
    return { name, acquire: (call) => this.#acquire(gate, call) };
  }

  figures(run: SimulationRun, meter: StoreMeter): LimitFigures {
    return limitFiguresOf(run, this, meter);
  }

  #acquire(gate: Gate, call: CallContext): Permit | Promise<Permit> {
    const [key, tokens] = [this.#keyOf(call), call.cost ?? 1];
    const admitted = (permit: Permit) => {
      this.referee.started(key, tokens, this.#nowMs());
      return permit;
    };
    const refused = (error: unknown): never => {
      this.referee.refused(key, tokens, this.#nowMs());
      throw error;
    };
    this.referee.offered(key, tokens);
    let answer: Permit | Promise<Permit>;
    try {
      answer = gate.acquire(call);
    } catch (error) {
      return refused(error);
    }
    return answer instanceof Promise ? answer.then(admitted, refused) : admitted(answer);
  }
}
