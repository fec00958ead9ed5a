import { Annotations, AspectPriority, Aspects, Lazy, Token, TokenComparison } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ResilienceTables, type IResilienceTables } from '../resilience-tables';
import type { ConfigurationRegistry, Declarations } from './configuration-registry';
import { CONTRACT } from './contract';
import { CIRCUITS, RATE_LIMITS } from './declaration-kinds';
import { environmentProblems, serviceNameOf } from './function-environment';
import { CONNECTIONS, type TableConnection } from './table-connections';
import { WholeBatchWarning } from './whole-batches';

/**
 * Marks a function that is protected with the path of what protects it. Registered, because several copies of the library may be
 * loaded.
 */
const PROTECTOR = Symbol.for('resilient-lambda.protector');

/** What is attached to which function, and by whom. */
export interface AttachmentProps {
  /** The construct that protects the function: its own tables are created in it. */
  readonly owner: Construct;
  /** The function that is protected. */
  readonly target: lambda.Function;
  /** What is declared so far. */
  readonly registry: ConfigurationRegistry;
  /** The tables passed in. */
  readonly tables: IResilienceTables | undefined;
  /** Sets an environment variable that callers may not set. */
  readonly setVariable: (name: string, value: string) => void;
}

/** What makes a function find its configuration and its tables: the same for new functions and for those that exist. */
export class Attachment {
  private readonly props: AttachmentProps;
  private readonly connected = new Set<TableConnection>();
  private stateTables: IResilienceTables | undefined;
  private sizeDoubted = false;

  constructor(props: AttachmentProps) {
    this.props = props;
    this.stateTables = props.tables;
    const { owner, target, registry } = props;
    Object.defineProperty(target, PROTECTOR, { value: owner.node.path });
    target.node.addValidation({ validate: () => environmentProblems(target) });
    const limits = () => registry.namesOf(RATE_LIMITS).length > 0;
    Aspects.of(target).add(new WholeBatchWarning(limits), { priority: AspectPriority.READONLY });
    this.apply();
  }

  /** The tables passed in, or those that were created; undefined while there are none. */
  get tables(): IResilienceTables | undefined {
    return this.stateTables;
  }

  /** The service that the function reports as. */
  get serviceName(): string {
    return serviceNameOf(this.props.target);
  }

  /** Names of the circuits that are declared. */
  get circuitNames(): string[] {
    return this.props.registry.namesOf(CIRCUITS);
  }

  /** Names of the rate limits that are declared. */
  get rateLimitNames(): string[] {
    return this.props.registry.namesOf(RATE_LIMITS);
  }

  /**
   * Declares more.
   *
   * @throws one error with every problem
   */
  declare(declarations: Declarations): void {
    this.props.registry.declare(declarations);
    this.apply();
  }

  private apply(): void {
    const { owner, target, registry, setVariable } = this.props;
    if (registry.isEmpty) return;
    // Lazy: what is declared later is included, and every declaration repeats the same value.
    const document = Lazy.string({ produce: () => target.stack.toJsonString(registry.document) });
    setVariable(CONTRACT.environment.configuration.name, document);
    for (const connection of CONNECTIONS) if (registry.needsTable(connection.kind)) this.connect(connection);
    if (registry.sizeDoubt !== undefined && !this.sizeDoubted) {
      this.sizeDoubted = true;
      Annotations.of(owner).addWarningV2('resilient-lambda:configurationSize', registry.sizeDoubt);
    }
  }

  private connect(connection: TableConnection): void {
    if (this.connected.has(connection)) return;
    const { owner, target, setVariable } = this.props;
    this.stateTables ??= new ResilienceTables(owner, 'Tables');
    const table = connection.tableOf(this.stateTables);
    refuseDistantTable(owner, target, table);
    setVariable(connection.variable, table.tableName);
    connection.grant(this.stateTables, target);
    this.connected.add(connection);
  }
}

/** Path of what protects a function already; undefined if nothing does. */
export function protectorOf(target: object): string | undefined {
  return (target as { readonly [PROTECTOR]?: string })[PROTECTOR];
}

function refuseDistantTable(owner: Construct, target: lambda.Function, { env: { region, account } }: dynamodb.ITable): void {
  const differs = (here: string, there: string) => Token.compareStrings(here, there) === TokenComparison.DIFFERENT;
  if (!differs(target.env.region, region) && !differs(target.env.account, account)) return;
  // The runtime knows the table by name alone and asks for it where the function runs.
  throw new Error(
    `tables of ${owner.node.path} is in ${account}/${region}: use tables in ${target.env.account}/${target.env.region}, where the function is`,
  );
}
