import type { Duration } from 'aws-cdk-lib';
import type { LoadSheddingStrategy } from './load-shedding-enums';

/**
 * When and how a function sheds load. Every option has a default, so `{}` switches it on.
 *
 * Values are checked when load shedding is declared; tokens are left to the runtime, which checks them when it starts.
 */
export interface LoadSheddingOptions {
  /**
   * Whether anything is shed; switched off, every request passes and nothing is measured.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * How the share of shed requests follows the load.
   *
   * @default LoadSheddingStrategy.ADAPTIVE
   */
  readonly strategy?: LoadSheddingStrategy;

  /**
   * Share of the processor time from which on there is overload; nothing counts it where an environment sees one request at a time.
   *
   * A number above 0 and up to 1.
   *
   * @default 0.8
   */
  readonly cpuThreshold?: number;

  /**
   * Share of the memory from which on there is overload; nothing counts it where an environment sees one request at a time.
   *
   * A number above 0 and up to 1.
   *
   * @default 0.85
   */
  readonly memoryThreshold?: number;

  /**
   * Share of the time that the event loop is busy from which on there is overload; nothing counts it where an environment sees one request at a time.
   *
   * A number above 0 and up to 1.
   *
   * @default 0.9
   */
  readonly eventLoopThreshold?: number;

  /**
   * Latency of 95 in 100 requests from which on there is overload.
   *
   * A whole number of milliseconds from 1 to 900000.
   *
   * @default Duration.seconds(5)
   */
  readonly latencyThreshold?: Duration;

  /**
   * Share of failed requests from which on there is overload.
   *
   * A number above 0 and up to 1.
   *
   * @default 0.1
   */
  readonly errorRateThreshold?: number;

  /**
   * Requests in flight in an environment from which on there is overload; 0 means that they are not looked at.
   *
   * A whole number from 0 to 100000.
   *
   * @default 0
   */
  readonly maxInFlight?: number;

  /**
   * Latency that the adaptive strategy keeps to, as far as shedding helps; 0 means that it goes by the thresholds alone.
   *
   * A whole number of milliseconds from 0 to 900000.
   *
   * @default Duration.millis(100)
   */
  readonly targetLatency?: Duration;

  /**
   * By how much the adaptive strategy changes the share of shed requests in a second.
   *
   * A number above 0 and up to 1.
   *
   * @default 0.1
   */
  readonly adaptationRate?: number;

  /**
   * Share of requests that is shed at least.
   *
   * A number from 0 to 1.
   *
   * @default 0
   */
  readonly minRate?: number;

  /**
   * Share of requests that is shed at most; while latency is over its target, what finds no room is refused on top of it.
   *
   * A number from 0 to 1.
   *
   * @default 0.9
   */
  readonly maxRate?: number;

  /**
   * How far, as a share of it, the load must fall below a threshold before shedding ends.
   *
   * A number from 0 to 0.9.
   *
   * @default 0.1
   */
  readonly hysteresis?: number;

  /**
   * Time between two looks at processor, memory and event loop.
   *
   * A whole number of milliseconds from 10 to 60000.
   *
   * @default Duration.seconds(1)
   */
  readonly sampleInterval?: Duration;

  /**
   * Age up to which latencies and failures count.
   *
   * A whole number of milliseconds from 1000 to 600000.
   *
   * @default Duration.seconds(30)
   */
  readonly metricsWindow?: Duration;

  /**
   * Share of the requests whose latency is measured.
   *
   * A number above 0 and up to 1.
   *
   * @default 1
   */
  readonly samplingRate?: number;

  /**
   * Age of an event from which on nobody waits for its result; 0 is that of its source where it is known, else none.
   *
   * A whole number of milliseconds from 0 to 86400000.
   *
   * @default Duration.millis(0)
   */
  readonly maxEventAge?: Duration;

  /**
   * Time after which a shed caller is asked to try again; spread by half of it.
   *
   * A whole number of milliseconds from 1000 to 3600000.
   *
   * @default Duration.seconds(5)
   */
  readonly retryAfter?: Duration;

  /**
   * Whether requests that would be shed are only counted and reported.
   *
   * @default false
   */
  readonly dryRun?: boolean;

  /**
   * Share of the requests of a priority that is shed at most, by priority: critical, high, normal, low or background.
   *
   * Numbers from 0 to 1.
   *
   * @default - 0 for critical requests, 1 for all others: `maxRate` is the bound
   */
  readonly priorityRateCaps?: { [priority: string]: number };
}
