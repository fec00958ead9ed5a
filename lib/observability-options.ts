import type { Duration } from 'aws-cdk-lib';
import type { ReportLevel } from './observability-enums';

/**
 * What a function reports, where its handler uses the observability of the runtime. Every option has a default.
 *
 * Values are checked when they are declared; tokens are left to the runtime, which checks them when it starts.
 */
export interface ObservabilityOptions {
  /**
   * Whether requests and events are logged.
   *
   * @default true
   */
  readonly logging?: boolean;

  /**
   * Whether requests and events are counted in CloudWatch.
   *
   * @default true
   */
  readonly metrics?: boolean;

  /**
   * Whether requests are traced in X-Ray; a Tracer has to be given.
   *
   * @default false
   */
  readonly tracing?: boolean;

  /**
   * How much is reported: what alarms need, or all there is.
   *
   * @default ReportLevel.ESSENTIAL
   */
  readonly level?: ReportLevel;

  /**
   * Share of the requests that went well whose line is written at the detailed level.
   *
   * A number from 0 to 1.
   *
   * @default 1
   */
  readonly sampleRate?: number;

  /**
   * Whether the line of a request shows its body, with secrets replaced.
   *
   * @default false
   */
  readonly logRequestBody?: boolean;

  /**
   * Whether the line of a request shows the body of its answer, with secrets replaced.
   *
   * @default false
   */
  readonly logResponseBody?: boolean;

  /**
   * Bytes of a body that a line shows at most.
   *
   * A whole number from 64 to 65536.
   *
   * @default 1024
   */
  readonly maxBodyLogBytes?: number;

  /**
   * Values of one dimension that are told apart; more are counted as "other".
   *
   * A whole number from 1 to 1000.
   *
   * @default 50
   */
  readonly maxDimensionValues?: number;

  /**
   * How often an environment repeats a gauge that has hardly changed.
   *
   * A whole number of milliseconds from 1000 to 3600000.
   *
   * @default Duration.seconds(60)
   */
  readonly gaugeInterval?: Duration;
}
