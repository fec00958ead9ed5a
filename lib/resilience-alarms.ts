import { Annotations } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import type { ResilienceAlarmSettings } from './alarm-options';
import { compositeOf } from './private/alarm-composite';
import { optionsOf, ruleOf, type AlarmContext, type AlarmDefinition, type AlarmKind, type AlarmSubject } from './private/alarm-definition';
import { ALARMS } from './private/alarm-definitions';
import { settingsProblems } from './private/alarm-problems';
import { lateNames, seenNames } from './private/monitored-names';
import { show } from './private/option-problem';
import { RUNBOOK_URL } from './private/runbook';
import { ResilienceMetrics } from './resilience-metrics';
import type { IResilient } from './resilient';

/** What is watched, and who is told. */
export interface ResilienceAlarmsProps {
  /** The function and what protects it. */
  readonly resilient: IResilient;

  /**
   * What happens when an alarm rings, such as an `SnsAction`.
   *
   * @default - nothing: the alarms only show their state
   */
  readonly actions?: cloudwatch.IAlarmAction[];

  /**
   * What happens when it is over.
   *
   * @default - nothing
   */
  readonly okActions?: cloudwatch.IAlarmAction[];

  /**
   * Whether one composite alarm rings while any of the alarms does, so that an outage is one message.
   *
   * @default true
   */
  readonly composite?: boolean;

  /**
   * Whether the actions are those of each alarm in place of the composite one.
   *
   * @default - false where there is a composite alarm, else true
   */
  readonly actionsOnEach?: boolean;

  /**
   * How each kind of alarm behaves, and whether it exists.
   *
   * @default - all kinds, with the defaults that `ResilienceAlarmSettings` states
   */
  readonly settings?: ResilienceAlarmSettings;

  /**
   * Queues that should be empty, such as those that take what an event source could not get processed.
   *
   * @default - the function's own dead letter queue, which is watched anyway
   */
  readonly deadLetterQueues?: sqs.IQueue[];

  /**
   * Names of health checks to watch. Only the handler knows them.
   *
   * @default - health is not watched
   */
  readonly healthChecks?: string[];

  /**
   * The page that says what to do, with the anchor `#metrics`; every alarm links to it.
   *
   * @default - docs/operations.md of this project
   */
  readonly runbookUrl?: string;
}

interface NamedAlarm {
  readonly kind: AlarmKind;
  readonly name: string;
  readonly alarm: cloudwatch.Alarm;
}

/**
 * CloudWatch alarms on what protects a function, and one composite alarm over them.
 *
 * Declare circuits, rate limits, bulkheads and dependencies before: what comes later is reported as an error. An alarm costs 0.10 USD a month for
 * each metric that it reads, the composite alarm 0.50.
 */
@propertyInjectable
export class ResilienceAlarms extends Construct {
  /** Identifies the construct to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'resilient-lambda.ResilienceAlarms';

  /** The alarm that rings while any of the others does; undefined if switched off. */
  public readonly composite?: cloudwatch.CompositeAlarm;

  private readonly named: readonly NamedAlarm[];
  private readonly runbookUrl: string;

  /**
   * @param scope the scope to create the alarms in
   * @param id the id of the construct
   * @param props what is watched, and who is told
   * @throws if settings cannot be used (every problem at once), or if they leave no alarm
   */
  public constructor(scope: Construct, id: string, props: ResilienceAlarmsProps) {
    super(scope, id);
    this.runbookUrl = props.runbookUrl ?? RUNBOOK_URL;
    const context = contextOf(props);
    const problems = settingsProblems(context, this.node.path);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    this.named = ALARMS.flatMap((definition) => this.alarmsOf(definition, context));
    if (this.named.length === 0) throw new Error(`${this.node.path} has no alarm left: remove it, or enable a kind in settings`);
    if (props.composite ?? true) this.composite = compositeOf(this, 'Composite', this.alarms, this.describe(props.resilient, 'one of the alarms rings'));
    this.act(props);
    const seen = seenNames(props.resilient);
    this.node.addValidation({ validate: () => lateNames(seen, this.node.path) });
  }

  /** All alarms, without the composite one. */
  public get alarms(): cloudwatch.Alarm[] {
    return this.named.map(({ alarm }) => alarm);
  }

  /**
   * The alarm on a circuit that is not closed.
   *
   * @param circuit the circuit's name
   * @returns the alarm
   * @throws if there is no such alarm
   */
  public circuitOpen(circuit: string): cloudwatch.Alarm {
    return this.ofName('circuitOpen', circuit);
  }

  /**
   * The alarm on calls that fail under a circuit.
   *
   * @param circuit the circuit's name
   * @returns the alarm
   * @throws if there is no such alarm
   */
  public circuitFailures(circuit: string): cloudwatch.Alarm {
    return this.ofName('circuitFailures', circuit);
  }

  /**
   * The alarm on a rate limit that refuses many calls.
   *
   * @param limit the rate limit's name
   * @returns the alarm
   * @throws if there is no such alarm
   */
  public rateLimitRefused(limit: string): cloudwatch.Alarm {
    return this.ofName('rateLimitRefused', limit);
  }

  /**
   * The alarm on a bulkhead that refuses many calls.
   *
   * @param bulkhead the bulkhead's name
   * @returns the alarm
   * @throws if there is no such alarm
   */
  public bulkheadRefused(bulkhead: string): cloudwatch.Alarm {
    return this.ofName('bulkheadRefused', bulkhead);
  }

  /** The alarm on load that is shed; undefined if there is none. */
  public get loadShedding(): cloudwatch.Alarm | undefined {
    return this.one('loadShedding');
  }

  /** The alarm on what takes too long; undefined if there is none. */
  public get timeoutRate(): cloudwatch.Alarm | undefined {
    return this.one('timeoutRate');
  }

  /**
   * The alarm on retries that end in failure.
   *
   * @param retry the name under which the calls report: `retry` for the work of the handler, else the dependency's
   * @returns the alarm
   * @throws if there is no such alarm
   */
  public retryExhausted(retry: string): cloudwatch.Alarm {
    return this.ofName('retryExhausted', retry);
  }

  /**
   * The alarm on calls to a dependency that fail.
   *
   * @param dependency the dependency's name
   * @returns the alarm
   * @throws if there is no such alarm
   */
  public dependencyErrorRate(dependency: string): cloudwatch.Alarm {
    return this.ofName('dependencyErrorRate', dependency);
  }

  /**
   * The alarm on a health check that fails.
   *
   * @param check the name of the check
   * @returns the alarm
   * @throws if there is no such alarm
   */
  public healthCheckFailures(check: string): cloudwatch.Alarm {
    return this.ofName('healthCheckFailures', check);
  }

  /** The alarms on state tables that do not answer, one for each table of the function. */
  public get storeErrors(): cloudwatch.Alarm[] {
    return this.all('storeErrors');
  }

  /** The alarms on state tables that are throttled, one for each table of the function. */
  public get storeThrottles(): cloudwatch.Alarm[] {
    return this.all('storeThrottles');
  }

  /** The alarms on dead letter queues, one for each. */
  public get deadLetters(): cloudwatch.Alarm[] {
    return this.all('deadLetters');
  }

  /** The alarm on the share of requests that fail; undefined if there is none. */
  public get errorRate(): cloudwatch.Alarm | undefined {
    return this.one('errorRate');
  }

  /** The alarm on the latency of requests; undefined if there is none. */
  public get latency(): cloudwatch.Alarm | undefined {
    return this.one('latency');
  }

  /** The alarm on the share of invocations that end in an error; undefined if there is none. */
  public get functionErrors(): cloudwatch.Alarm | undefined {
    return this.one('functionErrors');
  }

  /** The alarm on invocations that Lambda throttles; undefined if there is none. */
  public get functionThrottles(): cloudwatch.Alarm | undefined {
    return this.one('functionThrottles');
  }

  /** The alarm on health requests that are answered with 503; undefined if there is none. */
  public get healthAnswers(): cloudwatch.Alarm | undefined {
    return this.one('healthAnswers');
  }

  /** The alarm on reporting that fails; undefined if there is none. */
  public get observabilityErrors(): cloudwatch.Alarm | undefined {
    return this.one('observabilityErrors');
  }

  private alarmsOf(definition: AlarmDefinition, context: AlarmContext): NamedAlarm[] {
    const { kind } = definition;
    if (optionsOf(context, kind).enabled === false) return [];
    const rule = ruleOf(definition, context);
    const subjects = definition.subjects(context, rule.period);
    if (kind === 'latency' && subjects.length === 0) this.warnOfLatency(context.resilient);
    return subjects.map((subject) => ({ kind, name: subject.name, alarm: this.alarmOf(definition, context, subject) }));
  }

  private alarmOf(definition: AlarmDefinition, context: AlarmContext, { name, says, metric, threshold: own }: AlarmSubject): cloudwatch.Alarm {
    const { period: _period, threshold, ...rule } = ruleOf(definition, context);
    const { treatMissingData } = optionsOf(context, definition.kind);
    return new cloudwatch.Alarm(this, name === '' ? definition.id : `${definition.id}-${name}`, {
      ...rule,
      metric,
      threshold: own ?? threshold,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: treatMissingData ?? cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: this.describe(context.resilient, says),
    });
  }

  private describe({ serviceName }: IResilient, says: string): string {
    return `${serviceName}: ${says}. What to do: ${this.runbookUrl}#metrics`;
  }

  private warnOfLatency({ node }: IResilient): void {
    Annotations.of(this).addWarningV2(
      'resilient-lambda:noLatencyAlarm',
      `the timeout of the function of ${node.path} is not known, so there is no alarm on latency: set settings.latency.threshold, or switch it off`,
    );
  }

  private act({ actions = [], okActions = [], actionsOnEach = false }: ResilienceAlarmsProps): void {
    const targets = this.composite === undefined || actionsOnEach ? this.alarms : [this.composite];
    for (const target of targets) {
      target.addAlarmAction(...actions);
      target.addOkAction(...okActions);
    }
  }

  private one(kind: AlarmKind): cloudwatch.Alarm | undefined {
    return this.named.find((each) => each.kind === kind)?.alarm;
  }

  private all(kind: AlarmKind): cloudwatch.Alarm[] {
    return this.named.filter((each) => each.kind === kind).map(({ alarm }) => alarm);
  }

  private ofName(kind: AlarmKind, name: string): cloudwatch.Alarm {
    const ofKind = this.named.filter((each) => each.kind === kind);
    const found = ofKind.find((each) => each.name === name);
    if (found !== undefined) return found.alarm;
    const known = ofKind.map((each) => each.name).join(', ') || 'none';
    throw new Error(`${this.node.path} has no alarm ${kind} for ${show(name)}: there are alarms for ${known}`);
  }
}

function contextOf({ resilient, settings = {}, deadLetterQueues = [], healthChecks = [] }: ResilienceAlarmsProps): AlarmContext {
  return { resilient, metrics: ResilienceMetrics.of(resilient), settings, deadLetterQueues, healthChecks };
}
