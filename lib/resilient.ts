import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import type { IResilienceTables } from './resilience-tables';

/**
 * Something that protects a function: what dashboards and alarms need to know of it.
 */
export interface IResilient extends IConstruct {
  /**
   * The function that is protected.
   */
  readonly protectedFunction: lambda.IFunction;

  /**
   * The service under which the function's metrics are found: the value of their first dimension.
   */
  readonly serviceName: string;

  /**
   * Names of the circuits that are declared.
   */
  readonly circuitNames: string[];

  /**
   * Names of the rate limits that are declared.
   */
  readonly rateLimitNames: string[];

  /**
   * Names of the bulkheads that are declared and kept by the runtime. Of those that Lambda keeps, the runtime reports nothing.
   */
  readonly bulkheadNames: string[];

  /**
   * Names of the dependencies that are declared.
   */
  readonly dependencyNames: string[];

  /**
   * Names under which calls that are tried again report: `retry` where the work of the handler is, and dependencies whose calls are.
   */
  readonly retryNames: string[];

  /**
   * Whether the function bounds the time of its work.
   */
  readonly limitsTime: boolean;

  /**
   * Whether the function sheds load.
   */
  readonly shedsLoad: boolean;

  /**
   * The tables that hold shared state.
   *
   * @default - nothing is shared
   */
  readonly tables?: IResilienceTables;
}
