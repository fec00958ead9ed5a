import { Duration } from 'aws-cdk-lib';
import { CONTRACT } from './private/contract';
import { RetryJitter } from './retry-enums';
import type { RetryOptions } from './retry-options';

const { basic: BASIC, database: DATABASE, transientErrors: TRANSIENT_ERRORS, slowServices: SLOW_SERVICES } = CONTRACT.presets.retry;

/**
 * Ready-made options of retries. What is passed in wins over them.
 *
 * All keep the default number of attempts, 3, unless they say otherwise, and the default times, so that they suit dependencies as well.
 */
export class RetryPresets {
  /**
   * Exponential from 100 ms to 30 s, spread by a tenth.
   *
   * @param options what is to be different
   * @returns the options of the retries
   */
  public static basic(options: RetryOptions = {}): RetryOptions {
    const { maxDelayMs, jitterRatio } = BASIC;
    return { jitter: RetryJitter.RATIO, jitterRatio, maxDelay: Duration.millis(maxDelayMs), ...options };
  }

  /**
   * The basic ones, for calls over HTTP: with the statuses that the runtime tries again anyway, and methods that are idempotent only.
   *
   * @param options what is to be different
   * @returns the options of the retries
   */
  public static http(options: RetryOptions = {}): RetryOptions {
    return RetryPresets.basic({ idempotentOnly: true, ...options });
  }

  /**
   * The basic ones in the small steps of a database: from 50 ms to 5 s, by a half each.
   *
   * @param options what is to be different
   * @returns the options of the retries
   */
  public static database(options: RetryOptions = {}): RetryOptions {
    const { initialDelayMs, maxDelayMs, ...rest } = DATABASE;
    return RetryPresets.basic({ ...rest, initialDelay: Duration.millis(initialDelayMs), maxDelay: Duration.millis(maxDelayMs), ...options });
  }

  /**
   * For failures that pass in a moment: 5 attempts, the second after 50 ms.
   *
   * @param options what is to be different
   * @returns the options of the retries
   */
  public static transientErrors(options: RetryOptions = {}): RetryOptions {
    const { initialDelayMs, ...rest } = TRANSIENT_ERRORS;
    return { ...rest, initialDelay: Duration.millis(initialDelayMs), ...options };
  }

  /**
   * For services that need time: 3 attempts, the second after 500 ms, with up to 10 s between them.
   *
   * @param options what is to be different
   * @returns the options of the retries
   */
  public static slowServices(options: RetryOptions = {}): RetryOptions {
    const { initialDelayMs, maxDelayMs, ...rest } = SLOW_SERVICES;
    return { ...rest, initialDelay: Duration.millis(initialDelayMs), maxDelay: Duration.millis(maxDelayMs), ...options };
  }

  private constructor() {}
}
