import { Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as pipes from 'aws-cdk-lib/aws-pipes';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import type { CircuitPhase } from './circuit-phase';
import { changePattern, DETAIL_TEMPLATE, EVENT, STREAM_FILTERS } from './private/events-pattern';
import { changeProblems, pipeProblems } from './private/events-problems';
import { newPipeRole } from './private/pipe-role';
import { streamArnOf } from './private/table-stream';
import type { IResilienceTables } from './resilience-tables';

/** Where changes come from and where they go. */
export interface ResilienceEventsProps {
  /** The tables that hold the circuits; their circuit table needs a stream: `circuitStream`. */
  readonly tables: IResilienceTables;

  /**
   * The bus that takes the events, in the account and region of this stack.
   *
   * @default - the default event bus
   */
  readonly eventBus?: events.IEventBus;

  /**
   * What takes the position of changes in the stream that could not be sent in time.
   *
   * @default - they are dropped
   */
  readonly deadLetterQueue?: sqs.IQueue;

  /**
   * How often a change is sent again that the bus did not take. Later changes wait meanwhile.
   *
   * A whole number from 0 to 10000.
   *
   * @default - as often as it takes, within `maxEventAge`
   */
  readonly retryAttempts?: number;

  /**
   * Age from which on a change is no longer sent.
   *
   * A whole number of seconds from 60 to 86400.
   *
   * @default Duration.hours(1)
   */
  readonly maxEventAge?: Duration;
}

/** Which changes a rule is for, and what happens then. */
export interface CircuitStateChangeOptions extends events.OnEventOptions {
  /**
   * Names of circuits. Those of their tenants and operations are included.
   *
   * @default - all circuits of the tables
   */
  readonly circuits?: string[];

  /**
   * The phases that are entered.
   *
   * @default - all phases
   */
  readonly to?: CircuitPhase[];
}

/**
 * Changes of circuits that a fleet shares, as events on an EventBridge bus: a pipe reads them from the stream of the circuit table, so
 * there is no function that polls and nothing in the handlers.
 *
 * Their source is `resilient-lambda`, their detail type `Circuit State Changed`, their resource the ARN of the table. The detail holds
 * `circuit` (the key in the table, such as `circuit#payments`), `from`, `to`, `generation` (a number as text that only grows) and
 * `at` (in seconds since 1970). An event may come twice, with the same generation; events of one circuit come in their order.
 */
@propertyInjectable
export class ResilienceEvents extends Construct {
  /** Identifies the construct to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'resilient-lambda.ResilienceEvents';

  /** The pipe from the stream to the bus. */
  public readonly pipe: pipes.CfnPipe;

  /** The role of the pipe. */
  public readonly role: iam.IRole;

  private readonly props: ResilienceEventsProps;

  /**
   * @param scope the scope to create the pipe in
   * @param id the id of the construct
   * @param props where changes come from and where they go
   * @throws if the table has no stream, is elsewhere, or if an option cannot be used, with every problem at once
   */
  public constructor(scope: Construct, id: string, props: ResilienceEventsProps) {
    super(scope, id);
    this.props = props;
    const { tables, eventBus, deadLetterQueue, retryAttempts, maxEventAge = Duration.hours(1) } = props;
    const table = tables.circuitTable;
    const { account, region } = Stack.of(this);
    const streamArn = streamArnOf(table) ?? '';
    this.refuse(pipeProblems({ env: { account, region }, tableEnv: table.env, streamArn, eventBusEnv: eventBus?.env, retryAttempts, maxEventAge }));
    const { eventBusArn } = eventBus ?? events.EventBus.fromEventBusName(this, 'DefaultEventBus', 'default');
    this.role = newPipeRole(this, 'Role', { table, streamArn, eventBusArn, deadLetterQueue });
    this.pipe = new pipes.CfnPipe(this, 'Resource', {
      description: 'Changes of circuits, as events',
      roleArn: this.role.roleArn,
      source: streamArn,
      sourceParameters: {
        dynamoDbStreamParameters: {
          startingPosition: 'LATEST',
          maximumRetryAttempts: retryAttempts ?? -1,
          maximumRecordAgeInSeconds: maxEventAge.toSeconds(),
          onPartialBatchItemFailure: 'AUTOMATIC_BISECT',
          ...(deadLetterQueue === undefined ? {} : { deadLetterConfig: { arn: deadLetterQueue.queueArn } }),
        },
        filterCriteria: { filters: STREAM_FILTERS.map((pattern) => ({ pattern })) },
      },
      target: eventBusArn,
      targetParameters: {
        eventBridgeEventBusParameters: { ...EVENT, resources: [table.tableArn] },
        inputTemplate: DETAIL_TEMPLATE,
      },
    });
    // A pipe that may not read its stream yet is not created.
    this.pipe.node.addDependency(this.role);
  }

  /**
   * Makes a rule for changes of circuits.
   *
   * @param id the id of the rule
   * @param options which changes, and what happens then
   * @returns the rule, for more targets
   * @throws if `circuits` or `to` cannot be used, with every problem at once
   */
  public onStateChange(id: string, options: CircuitStateChangeOptions = {}): events.Rule {
    const { circuits, to, target, crossStackScope, eventPattern, description, ruleName } = options;
    this.refuse(changeProblems(circuits, to));
    const { tables, eventBus } = this.props;
    const rule = new events.Rule(crossStackScope ?? this, id, { description, ruleName, eventBus, eventPattern });
    rule.addEventPattern(changePattern({ tableArn: tables.circuitTable.tableArn, circuits, to }));
    rule.addTarget(target);
    return rule;
  }

  private refuse(problems: readonly string[]): void {
    if (problems.length > 0) throw new Error(problems.map((problem) => `${this.node.path}: ${problem}`).join('\n'));
  }
}
