import { Token } from 'aws-cdk-lib';
import type { ResilienceRateAlarmOptions } from '../alarm-options';
import { ruleOf, type AlarmDefinition, type AlarmContext } from './alarm-definition';
import { ALARMS } from './alarm-definitions';
import { isDuration, show } from './option-problem';

const OPTIONS = ['enabled', 'threshold', 'period', 'evaluationPeriods', 'datapointsToAlarm', 'treatMissingData'];
const WITH_MINIMUM = ['timeoutRate', 'retryExhausted', 'dependencyErrorRate', 'errorRate', 'functionErrors'];
const MISSING_DATA = ['breaching', 'notBreaching', 'ignore', 'missing'];

/** CloudWatch looks back no further: seven days where periods have an hour or more, else one. */
const LONGEST_LOOK_MS = 24 * 3_600_000;
const LONGEST_LOOK_BY_HOURS_MS = 7 * LONGEST_LOOK_MS;
const HOUR_MS = 3_600_000;

/** Everything that is wrong with the settings of alarms. */
export function settingsProblems(context: Pick<AlarmContext, 'settings'>, path: string): string[] {
  const kinds = ALARMS.map(({ kind }) => kind as string);
  const unknown = Object.keys(context.settings).filter((kind) => !kinds.includes(kind));
  return [
    ...unknown.map((kind) => `settings.${kind} of ${path} is no kind of alarm: use one of ${kinds.join(', ')}`),
    ...ALARMS.flatMap((definition) => kindProblems(definition, context).map((problem) => `settings.${definition.kind}${problem.replace('%', path)}`)),
  ];
}

/** Starts after the name of the kind; `%` stands for where. */
function kindProblems(definition: AlarmDefinition, context: Pick<AlarmContext, 'settings'>): string[] {
  const options: ResilienceRateAlarmOptions = context.settings[definition.kind] ?? {};
  const names = WITH_MINIMUM.includes(definition.kind) ? [...OPTIONS, 'minimumRequests'] : OPTIONS;
  const unknown = Object.keys(options).filter((name) => !names.includes(name));
  const problems = [...unknown.map((name) => `.${name} of % is not an option: use one of ${names.join(', ')}`), ...valueProblems(options)];
  return problems.length > 0 ? problems : lookProblems(definition, context);
}

function valueProblems(options: ResilienceRateAlarmOptions): string[] {
  const { enabled, threshold, period, evaluationPeriods, datapointsToAlarm, minimumRequests, treatMissingData } = options;
  const checks: [name: string, value: unknown, isGood: (value: never) => boolean, remedy: string][] = [
    ['enabled', enabled, (value: unknown) => typeof value === 'boolean', 'true or false'],
    ['threshold', threshold, (value: unknown) => isNumber(value) && value > 0, 'a number above 0'],
    ['minimumRequests', minimumRequests, (value: unknown) => isNumber(value) && value >= 0, 'a number from 0'],
    ['period', period, isPeriod, 'a Duration of whole minutes'],
    ['evaluationPeriods', evaluationPeriods, isCount, 'a whole number from 1'],
    ['datapointsToAlarm', datapointsToAlarm, isCount, 'a whole number from 1'],
    ['treatMissingData', treatMissingData, (value: unknown) => MISSING_DATA.includes(String(value)), 'a TreatMissingData'],
  ];
  return checks
    .filter(([, value, isGood]) => value !== undefined && !Token.isUnresolved(value) && !isGood(value as never))
    .map(([name, value, , remedy]) => `.${name} of % is ${show(value)}: set ${remedy}`);
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isCount = (value: unknown) => isNumber(value) && Number.isInteger(value) && value >= 1;

function isPeriod(value: unknown): boolean {
  if (!isDuration(value)) return false;
  return value.isUnresolved() || (value.toMilliseconds() > 0 && value.toMilliseconds() % 60_000 === 0);
}

/** What is wrong with values that are good each by itself. */
function lookProblems(definition: AlarmDefinition, context: Pick<AlarmContext, 'settings'>): string[] {
  const { period, evaluationPeriods, datapointsToAlarm } = ruleOf(definition, context);
  const problems: string[] = [];
  if (datapointsToAlarm > evaluationPeriods) {
    problems.push(`.datapointsToAlarm of % is ${datapointsToAlarm}: set at most evaluationPeriods, which is ${evaluationPeriods}`);
  }
  if (period.isUnresolved() || Token.isUnresolved(evaluationPeriods)) return problems;
  const longestMs = period.toMilliseconds() >= HOUR_MS ? LONGEST_LOOK_BY_HOURS_MS : LONGEST_LOOK_MS;
  if (period.toMilliseconds() * evaluationPeriods > longestMs) {
    const most = Math.floor(longestMs / period.toMilliseconds());
    problems.push(`.evaluationPeriods of % is ${evaluationPeriods}: set at most ${most} for periods of ${period.toHumanString()}`);
  }
  return problems;
}
