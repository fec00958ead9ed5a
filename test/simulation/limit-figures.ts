import type { LimitObserver } from './limit-observer.ts';
import type { SimulationRun } from './policy-fleet.ts';
import { rounded } from './round.ts';
import type { StoreMeter } from './store-meter.ts';

/** What a simulation finds of rate limiters. Tokens are counted where calls start, by the true time. */
export interface LimitFigures {
  /** Tokens of all calls that were admitted. */
  readonly admitted: number;
  /** Most tokens by which any key exceeded any of its limits in any stretch of time. */
  readonly overAdmission: number;
  readonly overAdmittedKeys: number;
  /** Share of what the traffic and the limits would have allowed. */
  readonly utilisation: number;
  readonly writesPerRequest: number;
  /** Writes that were needed because the one before expected another item than there was. */
  readonly secondWrites: number;
  /** Refusals of calls for which their limits had room at that instant; and the share of all refusals that they are. */
  readonly refusedUnderLimit: number;
  readonly refusedUnderLimitShare: number;
  /** Writes of requests for tokens that brought none: refused, split otherwise, or without an answer. */
  readonly refusalWritesPerEnvironmentPerSecond: number;
  readonly splits: number;
}

/** The figures of what an observer has seen. */
export function limitFiguresOf({ scenario, ledger }: SimulationRun, observer: LimitObserver, meter: StoreMeter): LimitFigures {
  const verdict = observer.referee.verdict(scenario.durationMs);
  const requests = ledger.timeline.total('requests');
  const refused = ledger.timeline.total('refused');
  const environmentSeconds = (scenario.fleet.environments * scenario.durationMs) / 1000;
  return {
    admitted: verdict.admitted,
    overAdmission: rounded(verdict.overAdmission, 6),
    overAdmittedKeys: verdict.overAdmittedKeys,
    utilisation: rounded(verdict.utilisation, 6),
    writesPerRequest: requests === 0 ? 0 : rounded(meter.writes / requests, 6),
    secondWrites: observer.secondWrites,
    refusedUnderLimit: verdict.refusedUnderLimit,
    refusedUnderLimitShare: refused === 0 ? 0 : rounded(verdict.refusedUnderLimit / refused, 6),
    refusalWritesPerEnvironmentPerSecond: rounded(observer.vainWrites / environmentSeconds, 6),
    splits: observer.splits,
  };
}
