import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import { contentProblems } from './private/dashboard-content';
import { resolvePrices } from './private/dashboard-prices';
import type { DashboardSettings, RowSubject } from './private/dashboard-row';
import { ROWS } from './private/dashboard-rows';
import { lateNames, seenNames, type SeenNames } from './private/monitored-names';
import { stateTablesOf } from './private/monitored-tables';
import { RUNBOOK_URL } from './private/runbook';
import { ResilienceMetrics } from './resilience-metrics';
import type { IResilient } from './resilient';

/** CloudWatch shows so many alarms in a widget. */
const ALARMS_PER_WIDGET = 100;

/** Prices for the estimate of costs, in USD. The defaults are list prices on demand in us-east-1, without free tier, as of November 2026. */
export interface ResiliencePrices {
  /**
   * A GB-second of Lambda.
   *
   * @default - 0.0000133334 on arm64, 0.0000166667 on x86_64
   */
  readonly lambdaGbSecond?: number;

  /**
   * A million requests of Lambda.
   *
   * @default 0.2
   */
  readonly lambdaMillionRequests?: number;

  /**
   * A million read request units of DynamoDB.
   *
   * @default 0.125
   */
  readonly dynamoDbMillionReads?: number;

  /**
   * A million write request units of DynamoDB.
   *
   * @default 0.625
   */
  readonly dynamoDbMillionWrites?: number;
}

/** What a dashboard shows, and how. */
export interface ResilienceDashboardProps {
  /**
   * The functions that are shown, in this order; `add` shows more.
   *
   * @default - none yet
   */
  readonly resilients?: IResilient[];

  /**
   * The dashboard to add to.
   *
   * @default - a new one
   */
  readonly dashboard?: cloudwatch.Dashboard;

  /**
   * Alarms whose state is shown at the top, usually those of `ResilienceAlarms`.
   *
   * @default - no alarms are shown
   */
  readonly alarms?: cloudwatch.IAlarm[];

  /**
   * Whether there are rows for metrics that are emitted at the detailed level only. They stay empty for functions whose
   * observability is at the essential level.
   *
   * @default false
   */
  readonly detailed?: boolean;

  /**
   * The time that a point of a graph stands for. CloudWatch takes longer ones for longer ranges, unless the dashboard
   * says otherwise.
   *
   * @default Duration.minutes(1)
   */
  readonly period?: Duration;

  /**
   * Prices for the estimate of costs.
   *
   * @default - list prices
   */
  readonly prices?: ResiliencePrices;

  /**
   * The page that says what to do, with the anchors `#metrics`, `#lines` and `#drills`.
   *
   * @default - docs/operations.md of this project
   */
  readonly runbookUrl?: string;
}

/**
 * A CloudWatch dashboard of what protects functions: requests, timeouts, retries, dependencies, circuits, rate limits, bulkheads, load
 * shedding, tables, health, costs, and who is refused most.
 *
 * Everything shown is emitted at the essential level or by AWS itself, unless `detailed` is set. Declare circuits, rate
 * limits, bulkheads and dependencies before the function is added: what comes later is reported as an error. A dashboard costs 3 USD a month after the
 * first three of an account.
 */
@propertyInjectable
export class ResilienceDashboard extends Construct {
  /** Identifies the construct to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'resilient-lambda.ResilienceDashboard';

  /** The dashboard that is added to. */
  public readonly dashboard: cloudwatch.Dashboard;

  private readonly settings: DashboardSettings;
  private readonly shown = new Map<IResilient, SeenNames>();
  private readonly tables = new Set<dynamodb.ITable>();
  private readonly content: cloudwatch.IWidget[] = [];

  /**
   * @param scope the scope to create the dashboard in
   * @param id the id of the construct
   * @param props what it shows, and how
   * @throws if a function is given twice, or if prices cannot be used
   */
  public constructor(scope: Construct, id: string, props: ResilienceDashboardProps = {}) {
    super(scope, id);
    const { detailed = false, period = Duration.minutes(1), prices = {}, runbookUrl = RUNBOOK_URL } = props;
    this.settings = { detailed, period, runbookUrl, prices: resolvePrices(prices, this.node.path) };
    this.dashboard = props.dashboard ?? new cloudwatch.Dashboard(this, 'Resource', { defaultInterval: Duration.hours(3) });
    this.showAlarms(props.alarms ?? []);
    for (const resilient of props.resilients ?? []) this.add(resilient);
    this.node.addValidation({ validate: () => this.problems() });
  }

  /**
   * Shows one more function.
   *
   * @param resilient the function and what protects it
   * @returns the dashboard, for chaining
   * @throws if the function is shown already
   */
  public add(resilient: IResilient): ResilienceDashboard {
    if (this.shown.has(resilient)) throw new Error(`${resilient.node.path} is on ${this.node.path} already: add it once`);
    this.shown.set(resilient, seenNames(resilient));
    const subject = this.subjectOf(resilient);
    for (const row of ROWS) for (const widgets of row(subject)) this.show(...widgets);
    return this;
  }

  private subjectOf(resilient: IResilient): RowSubject {
    const tables = stateTablesOf(resilient);
    const newTables = tables.filter(({ table }) => !this.tables.has(table));
    for (const { table } of newTables) this.tables.add(table);
    return { resilient, metrics: ResilienceMetrics.of(resilient), settings: this.settings, tables, newTables };
  }

  private showAlarms(alarms: cloudwatch.IAlarm[]): void {
    for (let from = 0; from < alarms.length; from += ALARMS_PER_WIDGET) {
      const some = alarms.slice(from, from + ALARMS_PER_WIDGET);
      this.show(new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: some, width: 24, height: 4 }));
    }
  }

  private show(...widgets: cloudwatch.IWidget[]): void {
    this.dashboard.addWidgets(...widgets);
    this.content.push(...widgets);
  }

  private problems(): string[] {
    const late = [...this.shown.values()].flatMap((seen) => lateNames(seen, `it was added to ${this.node.path}`));
    return [...late, ...contentProblems(this.node.path, this.content)];
  }
}
