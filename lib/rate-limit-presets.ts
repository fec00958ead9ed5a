import type { Duration } from 'aws-cdk-lib';
import { RateLimitKeyPart } from './rate-limit-enums';
import type { RateLimitOptions } from './rate-limit-options';

/**
 * Ready-made options of rate limits: who shares one.
 */
export class RateLimitPresets {
  /**
   * Every tenant may do that much; calls of unknown tenants share one limit.
   *
   * @param limit tokens per period
   * @param period the length of the period
   * @returns the options of the rate limit
   */
  public static perTenant(limit: number, period: Duration): RateLimitOptions {
    return RateLimitPresets.per([RateLimitKeyPart.TENANT], limit, period);
  }

  /**
   * Every user may do that much, from whatever address; calls of unknown users share one limit.
   *
   * @param limit tokens per period
   * @param period the length of the period
   * @returns the options of the rate limit
   */
  public static perUser(limit: number, period: Duration): RateLimitOptions {
    return RateLimitPresets.per([RateLimitKeyPart.USER], limit, period);
  }

  /**
   * Every address may do that much, an IPv6 network of 64 bits being one address.
   *
   * @param limit tokens per period
   * @param period the length of the period
   * @returns the options of the rate limit
   */
  public static perAddress(limit: number, period: Duration): RateLimitOptions {
    return RateLimitPresets.per([RateLimitKeyPart.IP], limit, period);
  }

  /**
   * Every endpoint may be called that often, by all callers together.
   *
   * @param limit tokens per period
   * @param period the length of the period
   * @returns the options of the rate limit
   */
  public static perEndpoint(limit: number, period: Duration): RateLimitOptions {
    return RateLimitPresets.per([RateLimitKeyPart.OPERATION], limit, period);
  }

  /**
   * Every combination of some parts may do that much, for example every user of every tenant.
   *
   * @param by the parts
   * @param limit tokens per period
   * @param period the length of the period
   * @returns the options of the rate limit
   */
  public static per(by: RateLimitKeyPart[], limit: number, period: Duration): RateLimitOptions {
    return { by, limits: [{ limit, period }] };
  }

  private constructor() {}
}
