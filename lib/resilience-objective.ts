import { Duration, Names, Token } from 'aws-cdk-lib';
import { CfnServiceLevelObjective } from 'aws-cdk-lib/aws-applicationsignals';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import { isDuration, show } from './private/option-problem';
import { ResilienceMetrics } from './resilience-metrics';
import type { IResilient } from './resilient';

/** What is promised. */
export interface ResilienceObjectiveProps {
  /** The function and what protects it. */
  readonly resilient: IResilient;

  /**
   * The share of requests that must not fail, in percent: above 0, below 100. Refusals are no failures.
   *
   * @default 99.9
   */
  readonly goal?: number;

  /**
   * The time over which the promise holds: 1 to 30 whole days.
   *
   * @default Duration.days(28)
   */
  readonly interval?: Duration;

  /**
   * The times over which burn rates are reported, each 1 minute to 10,080 minutes. A rate above 1 uses up the error budget
   * before the interval ends.
   *
   * @default - 1 hour and 6 hours
   */
  readonly burnRateWindows?: Duration[];
}

/** CloudWatch takes names of up to 128 characters. */
const MAXIMUM_NAME = 120;
const [DAY_MS, MINUTE_MS] = [24 * 3_600_000, 60_000];

/**
 * A service-level objective of CloudWatch Application Signals on the availability of a function, with its error budget and
 * burn rates: `RequestErrors` are the bad ones among `Requests`.
 *
 * Application Signals must be on in the account and region, and bills for objectives.
 */
@propertyInjectable
export class ResilienceObjective extends Construct {
  /** Identifies the construct to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'resilient-lambda.ResilienceObjective';

  /** The objective. */
  public readonly objective: CfnServiceLevelObjective;

  /**
   * @param scope the scope to create the objective in
   * @param id the id of the construct
   * @param props what is promised
   * @throws if the promise cannot be one, with every problem at once
   */
  public constructor(scope: Construct, id: string, props: ResilienceObjectiveProps) {
    super(scope, id);
    const { resilient, goal = 99.9, interval = Duration.days(28), burnRateWindows = [Duration.hours(1), Duration.hours(6)] } = props;
    const problems = [
      ...goalProblems(goal),
      ...durationProblems('interval', interval, 30 * DAY_MS, DAY_MS),
      ...burnRateWindows.flatMap((window, index) => durationProblems(`burnRateWindows[${index}]`, window, 10_080 * MINUTE_MS, MINUTE_MS)),
    ];
    if (problems.length > 0) throw new Error(problems.map((problem) => `${this.node.path}: ${problem}`).join('\n'));
    const metrics = ResilienceMetrics.of(resilient);
    this.objective = new CfnServiceLevelObjective(this, 'Resource', {
      // CloudFormation asks for a name; this one differs in every stack.
      name: Names.uniqueResourceName(this, { maxLength: MAXIMUM_NAME, separator: '-' }),
      description: `${resilient.serviceName}: requests that do not fail`,
      goal: { attainmentGoal: goal, interval: { rollingInterval: { duration: interval.toDays(), durationUnit: 'DAY' } } },
      requestBasedSli: {
        requestBasedSliMetric: {
          totalRequestCountMetric: [query('total', metrics.requests())],
          monitoredRequestCountMetric: { badCountMetric: [query('bad', metrics.requestErrors())] },
        },
      },
      burnRateConfigurations: burnRateWindows.map((window) => ({ lookBackWindowMinutes: window.toMinutes() })),
    });
  }
}

function goalProblems(goal: number): string[] {
  if (Token.isUnresolved(goal) || (goal > 0 && goal < 100)) return [];
  return [`goal is ${show(goal)}: set a number above 0 and below 100`];
}

function durationProblems(name: string, value: unknown, longestMs: number, unitMs: number): string[] {
  const unit = unitMs === DAY_MS ? 'days' : 'minutes';
  const remedy = `set a Duration of 1 to ${longestMs / unitMs} whole ${unit}, no token`;
  if (!isDuration(value) || value.isUnresolved()) return [`${name} is ${isDuration(value) ? 'a token' : show(value)}: ${remedy}`];
  const ms = value.toMilliseconds({ integral: false });
  return ms >= unitMs && ms <= longestMs && ms % unitMs === 0 ? [] : [`${name} is ${show(value)}: ${remedy}`];
}

function query(id: string, { namespace, metricName, dimensions = {} }: cloudwatch.Metric): CfnServiceLevelObjective.MetricDataQueryProperty {
  const named = Object.entries(dimensions as Readonly<Record<string, string>>).map(([name, value]) => ({ name, value }));
  return { id, metricStat: { metric: { namespace, metricName, dimensions: named }, period: 60, stat: 'Sum' }, returnData: true };
}
