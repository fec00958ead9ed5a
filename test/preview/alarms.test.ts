import { describe, expect, it } from '@jest/globals';
import { statesOf, type AlarmRule, type AlarmState } from '../../preview/alarm-states.ts';
import { alarmsOf } from '../../preview/alarms.ts';
import { ruleHolds } from '../../preview/composite-rule.ts';
import { readMetrics } from '../../preview/emf.ts';
import { gaugeRepeats } from '../../preview/gauge-repeats.ts';
import { RunMetrics } from '../../preview/run-metrics.ts';
import { ringAlarms } from '../../preview/rung-alarms.ts';
import { emf, LINES, PAYMENTS, templateWith } from './sample.ts';

const RULE: AlarmRule = { comparison: 'GreaterThanOrEqualToThreshold', threshold: 1, evaluationPeriods: 1, datapointsToAlarm: 1, missingData: 'notBreaching' };
const _ = undefined;
const LETTERS: Readonly<Record<AlarmState, string>> = { OK: 'o', ALARM: 'A', INSUFFICIENT_DATA: '?' };
const stretch = (rule: Partial<AlarmRule>, series: readonly (number | undefined)[]) =>
  statesOf({ ...RULE, ...rule }, series).map((state) => LETTERS[state]).join('');

describe('the state of an alarm after each period', () => {
  it.each<[string, Partial<AlarmRule>, readonly (number | undefined)[], string]>([
    ['rings at the threshold', {}, [0, 1, 2, 0], 'oAAo'],
    ['above it only', { comparison: 'GreaterThanThreshold' }, [0, 1, 2, 0], 'ooAo'],
    ['below it', { comparison: 'LessThanThreshold' }, [0, 1, 2, 0], 'AooA'],
    ['at it or below', { comparison: 'LessThanOrEqualToThreshold' }, [0, 1, 2, 0], 'AAoA'],
    ['rings for two in a row only', { evaluationPeriods: 2, datapointsToAlarm: 2 }, [1, 0, 1, 1, 1, 0], 'oooAAo'],
    ['rings for two of three', { evaluationPeriods: 3, datapointsToAlarm: 2 }, [1, 0, 1, 0, 0, 0], 'ooAooo'],
    ['takes what is missing for good', { evaluationPeriods: 2, datapointsToAlarm: 2 }, [_, _, 1, _, 1], 'ooooo'],
    ['takes what is missing for bad', { missingData: 'breaching' }, [0, _, 0], 'oAo'],
    ['knows nothing where everything is missing', { missingData: 'missing' }, [_, 0, _, 1], '?o?A'],
    ['keeps its state where data is missing', { missingData: 'ignore' }, [_, 1, _, 0, _], '?AAoo'],
  ])('%s', (_what, rule, series, expected) => {
    expect(stretch(rule, series)).toBe(expected);
  });
});

describe('the rule of a composite alarm', () => {
  const states: Readonly<Record<string, AlarmState>> = { rings: 'ALARM', rests: 'OK', waits: 'INSUFFICIENT_DATA' };
  const holds = (rule: string) => ruleHolds(rule, (alarm) => states[alarm]);

  it.each([
    ['ALARM("rings")', true],
    ['ALARM("rests") OR ALARM("rings")', true],
    ['ALARM("rings") AND ALARM("rests")', false],
    ['ALARM("rings") AND NOT (ALARM("rests") OR OK(waits))', true],
    ['OK("rests") AND INSUFFICIENT_DATA("waits")', true],
    ['ALARM("nobody knows") OR FALSE', false],
    ['NOT ALARM("nobody knows") AND TRUE', true],
  ])('%s', (rule, expected) => {
    expect(holds(rule)).toBe(expected);
  });

  it.each(['ALARM("rings"', 'SOON("rings")', 'ALARM("rings") ALARM("rests")'])('%s is refused', (rule) => {
    expect(() => holds(rule)).toThrow(/rule/);
  });
});

function rungBy(lines: readonly string[]) {
  const { points } = readMetrics(lines);
  const outcomes = ringAlarms(alarmsOf(templateWith(), {}), new RunMetrics([...points, ...gaugeRepeats(points, 1000)]));
  return Object.fromEntries(outcomes.map(({ alarm, ...outcome }) => [alarm.path, outcome]));
}

describe('alarms over a run, with a second for a minute', () => {
  it('ring when and as long as their figures say so', () => {
    const { Open, ErrorRate } = rungBy(LINES);
    // The circuit is open from second 3 to 7: two periods are over at second 5, and the first good one at second 8.
    expect(Open).toMatchObject({ isMeasured: true, rings: [{ fromMs: 5000, toMs: 8000 }], extreme: 1 });
    expect(ErrorRate).toMatchObject({ rings: [{ fromMs: 4000, toMs: 6000 }], extreme: expect.closeTo(33.3, 1) });
  });

  it('do not ring for less, and tell how close it was', () => {
    // A period of 300 s is one of 5 s, and all 40 failures are in the first of them.
    expect(rungBy(LINES)['Failures']).toEqual({ isMeasured: true, rings: [], unmeasured: 0, extreme: 40 });
  });

  it('do not ring in a healthy run', () => {
    const healthy = Array.from({ length: 5 }, (_each, second) => emf(second, { service: 'checkout' }, { Requests: 60 }));
    expect(Object.values(rungBy(healthy)).flatMap(({ rings }) => rings)).toEqual([]);
  });

  it('are left open where AWS alone measures, and ring together all the same', () => {
    const { Throttles, Any } = rungBy(LINES);
    expect(Throttles).toEqual({ isMeasured: false, rings: [], unmeasured: 0, extreme: undefined });
    expect(Any).toMatchObject({ isMeasured: true, rings: [{ fromMs: 5000, toMs: 8000 }], unmeasured: 1 });
  });

  it('ring together when the period of one that is longer is over, not before', () => {
    // All failures are in second 1 of a period of five seconds, so nothing is known of them until second 5.
    const lines = [emf(0, { service: 'checkout' }, { Requests: 1 }), emf(1, PAYMENTS, { CircuitFailures: 3000 }), emf(7, { service: 'checkout' }, { Requests: 1 })];
    expect(rungBy(lines)).toMatchObject({ Failures: { rings: [{ fromMs: 5000, toMs: 10_000 }] }, Any: { rings: [{ fromMs: 5000, toMs: 10_000 }] } });
  });

  it('that compare by an anomaly band are refused by name', () => {
    const { Resources } = templateWith();
    const odd = { Resources: { Odd: { ...Resources!['Open']!, Properties: { ComparisonOperator: 'LessThanLowerOrGreaterThanUpperThreshold', EvaluationPeriods: 1 } } } };
    expect(() => alarmsOf(odd, {})).toThrow('Open compares by LessThanLowerOrGreaterThanUpperThreshold');
  });
});
