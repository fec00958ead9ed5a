import type { Alarm } from './alarms.ts';
import { ALWAYS_SENT, CONTRACT_METRICS, NAMESPACE } from './contract-metrics.ts';
import { queriesOf, type Dashboard } from './dashboards.ts';
import type { MetricIdentity } from './emf.ts';
import { metricsIn, type Query } from './queries.ts';
import { describeMetric, keyOf, type RunMetrics } from './run-metrics.ts';
import { parseSearch } from './search-expression.ts';

/** A metric that a run is known to have given cause to send. */
export interface ExercisedMetric {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What holds of the metrics of a template and those of a run. */
export interface Coverage {
  /** Metrics of the runtime that widgets and alarms ask for, once each. */
  readonly asked: readonly MetricIdentity[];
  /** Those of them that the run did not send. */
  readonly silent: readonly MetricIdentity[];
  /** Those that should have been sent and were not. */
  readonly missing: readonly MetricIdentity[];
  /** Metrics that the run sent and nothing asks for. */
  readonly unseen: readonly MetricIdentity[];
  /** What is wrong, as sentences. */
  readonly problems: readonly string[];
}

/**
 * Compares what dashboards and alarms ask for with what a run sent.
 *
 * @param exercised what the run gave cause to send; undefined: what every function sends that answers requests.
 */
export function coverageOf(
  dashboards: readonly Dashboard[],
  alarms: readonly Alarm[],
  run: RunMetrics,
  exercised: readonly ExercisedMetric[] | undefined,
): Coverage {
  const widgets = dashboards.flatMap(({ widgets: all }) => all.filter(({ type }) => type === 'metric'));
  const queries = [...widgets.flatMap(({ properties }) => queriesOf(properties)), ...alarms.flatMap(queriesOfAlarm)];
  const asked = distinct(metricsIn(queries).filter(({ namespace }) => namespace === NAMESPACE));
  const silent = asked.filter((metric) => !run.has(metric));
  const searches = queries.flatMap(({ expression }) => (expression === undefined ? [] : (parseSearch(expression) ?? [])));
  const isSeen = (metric: MetricIdentity) => contains(asked, metric) || searches.some(({ finds }) => finds(metric));
  const sent = run.identities.filter(({ namespace }) => namespace === NAMESPACE);
  const always = asked.filter(({ name }) => ALWAYS_SENT.includes(name));
  const expected = exercised?.map((metric) => ({ namespace: NAMESPACE, ...metric })) ?? always;
  return {
    asked,
    silent,
    missing: expected.filter((metric) => !run.has(metric)),
    unseen: distinct(sent.filter((metric) => !isSeen(metric))),
    problems: [
      ...expected.flatMap((metric) => expectationProblems(metric, run, isSeen(metric))),
      ...asked.flatMap((metric) => unitProblems(metric, run)),
      ...alarms.flatMap((alarm) => alarmUnitProblems(alarm, run)),
      ...asked.flatMap(contractProblems),
    ],
  };
}

function queriesOfAlarm(alarm: Alarm): readonly Query[] {
  return alarm.kind === 'metric' ? alarm.queries : [];
}

function expectationProblems(metric: MetricIdentity, run: RunMetrics, isSeen: boolean): string[] {
  if (!isSeen) return [`${describeMetric(metric)} was exercised, but no widget and no alarm asks for it`];
  if (run.has(metric)) return [];
  const others = run.identities.filter(({ name }) => name === metric.name).map(describeMetric);
  const instead = others.length === 0 ? 'and nothing of that name was sent' : `while the run sent ${others.join(', ')}`;
  return [`${describeMetric(metric)} has no data in a run that exercised it, ${instead}`];
}

function unitProblems(metric: MetricIdentity, run: RunMetrics): string[] {
  const wanted = CONTRACT_METRICS.get(metric.name)?.unit;
  const others = run.unitsOf(metric).filter((unit) => unit !== wanted);
  return others.map((unit) => `${describeMetric(metric)} was sent in ${unit}, and the contract has ${wanted ?? 'no such metric'}`);
}

/** An alarm with a unit sees nothing of a metric with another one. */
function alarmUnitProblems(alarm: Alarm, run: RunMetrics): string[] {
  if (alarm.kind === 'composite' || alarm.unit === undefined) return [];
  const { path, unit } = alarm;
  return metricsIn(alarm.queries).flatMap((metric) => {
    const others = run.unitsOf(metric).filter((sent) => sent !== unit);
    return others.map((sent) => `${path} watches ${describeMetric(metric)} in ${unit}, and it was sent in ${sent}`);
  });
}

/** What nobody ever sends. */
function contractProblems(metric: MetricIdentity): string[] {
  const known = CONTRACT_METRICS.get(metric.name);
  if (known === undefined) return [`${describeMetric(metric)} is on the dashboard, and the runtime sends no such metric`];
  const [wanted, seen] = [known.dimensions.toSorted().join(', '), Object.keys(metric.dimensions).sort().join(', ')];
  return wanted === seen ? [] : [`${describeMetric(metric)} is asked for by ${seen}, and the runtime sends it by ${wanted}`];
}

function distinct<Metric extends MetricIdentity>(metrics: readonly Metric[]): Metric[] {
  return [...new Map(metrics.map((metric) => [keyOf(metric), metric])).values()];
}

function contains(metrics: readonly MetricIdentity[], metric: MetricIdentity): boolean {
  const key = keyOf(metric);
  return metrics.some((each) => keyOf(each) === key);
}
