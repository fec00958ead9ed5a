import type { Duration } from 'aws-cdk-lib';
import { LoadSheddingStrategy } from './load-shedding-enums';
import type { LoadSheddingOptions } from './load-shedding-options';

/**
 * Ready-made options of load shedding. What is passed in wins over them.
 */
export class LoadSheddingPresets {
  /**
   * The defaults: adaptive, with every threshold.
   *
   * @param options what is to be different
   * @returns the options of load shedding
   */
  public static basic(options: LoadSheddingOptions = {}): LoadSheddingOptions {
    return { ...options };
  }

  /**
   * The least important requests first.
   *
   * @param caps share of the requests of a priority that is shed at most, by priority
   * @param options what is to be different
   * @returns the options of load shedding
   */
  public static priority(caps: { [priority: string]: number } = {}, options: LoadSheddingOptions = {}): LoadSheddingOptions {
    return { strategy: LoadSheddingStrategy.PRIORITY, priorityRateCaps: { ...caps }, ...options };
  }

  /**
   * Keeps to a latency, as far as shedding helps.
   *
   * @param latency the latency
   * @param options what is to be different
   * @returns the options of load shedding
   */
  public static adaptive(latency: Duration, options: LoadSheddingOptions = {}): LoadSheddingOptions {
    return { strategy: LoadSheddingStrategy.ADAPTIVE, targetLatency: latency, ...options };
  }

  private constructor() {}
}
