import type { Duration } from 'aws-cdk-lib';
import type { TimeoutOptions } from './timeout-options';

/**
 * Ready-made options of the timeout. What is passed in wins over them.
 */
export class TimeoutPresets {
  /**
   * One time for everything. Answers with 504, since it is not the caller who was slow.
   *
   * @param limit time that the work may take
   * @param options what is to be different
   * @returns the options of the timeout
   */
  public static basic(limit: Duration, options: TimeoutOptions = {}): TimeoutOptions {
    return { timeout: limit, ...options };
  }

  /**
   * A time for each operation that is named, and one for all others.
   *
   * @param limit time of all others
   * @param limits times by operation: a route such as `GET /orders/{id}`
   * @param options what is to be different
   * @returns the options of the timeout
   */
  public static perOperation(limit: Duration, limits: { [operation: string]: Duration }, options: TimeoutOptions = {}): TimeoutOptions {
    return { timeout: limit, operationTimeouts: { ...limits }, ...options };
  }

  /**
   * A time for each tenant that is named, and one for all others.
   *
   * @param limit time of all others
   * @param limits times by tenant
   * @param options what is to be different
   * @returns the options of the timeout
   */
  public static perTenant(limit: Duration, limits: { [tenant: string]: Duration }, options: TimeoutOptions = {}): TimeoutOptions {
    return { timeout: limit, tenantTimeouts: { ...limits }, ...options };
  }

  private constructor() {}
}
