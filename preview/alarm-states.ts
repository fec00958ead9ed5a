import { COMPARISONS, type MetricAlarm, type MissingData } from './alarms.ts';
import type { Series } from './metric-math.ts';

/** What an alarm says at the end of a period. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** What decides the state of an alarm. */
export type AlarmRule = Pick<MetricAlarm, 'comparison' | 'threshold' | 'evaluationPeriods' | 'datapointsToAlarm' | 'missingData'>;

/**
 * The state of an alarm after each period: it rings where at least M of the last N periods breach. Periods before the first are
 * missing. CloudWatch looks further back than N for data that comes late, which a run does not have.
 */
export function statesOf(rule: AlarmRule, series: Series): AlarmState[] {
  const { breaches } = COMPARISONS[rule.comparison];
  let state: AlarmState = 'INSUFFICIENT_DATA';
  return series.map((_value, index) => {
    const first = index - rule.evaluationPeriods + 1;
    const window = Array.from({ length: rule.evaluationPeriods }, (_, offset) => series[first + offset]);
    const verdicts = window.map((value) => (value === undefined ? missing(rule.missingData) : breaches(value, rule.threshold)));
    state = stateOf(verdicts, rule, state);
    return state;
  });
}

/** Whether a period without data breaches; undefined where it says nothing. */
function missing(treatment: MissingData): boolean | undefined {
  if (treatment === 'breaching') return true;
  return treatment === 'notBreaching' ? false : undefined;
}

function stateOf(verdicts: readonly (boolean | undefined)[], { datapointsToAlarm, missingData }: AlarmRule, before: AlarmState): AlarmState {
  if (verdicts.filter((verdict) => verdict === true).length >= datapointsToAlarm) return 'ALARM';
  if (verdicts.some((verdict) => verdict !== undefined)) return 'OK';
  return missingData === 'ignore' ? before : 'INSUFFICIENT_DATA';
}
