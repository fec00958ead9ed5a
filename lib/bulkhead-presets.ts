import { Duration } from 'aws-cdk-lib';
import type { BulkheadOptions } from './bulkhead-options';
import { CONTRACT } from './private/contract';

const { basic: BASIC, inbound: INBOUND, highThroughput: HIGH_THROUGHPUT, resourceConstrained: RESOURCE_CONSTRAINED } = CONTRACT.presets.bulkhead;

/**
 * Ready-made options of bulkheads. What is passed in wins over them.
 */
export class BulkheadPresets {
  /**
   * A bulkhead as servers use it: 10 calls at a time, and up to 30 seconds of waiting.
   *
   * @param options what is to be different
   * @returns the options of the bulkhead
   */
  public static basic(options: BulkheadOptions = {}): BulkheadOptions {
    const { maxWaitMs, ...rest } = BASIC;
    return { ...rest, maxWait: Duration.millis(maxWaitMs), ...options };
  }

  /**
   * Every tenant has slots of its own, so that none takes those of the others.
   *
   * @param limits slots of single tenants; the others have a tenth of `maxConcurrent`
   * @param options what is to be different
   * @returns the options of the bulkhead
   */
  public static perTenant(limits: { [tenant: string]: number } = {}, options: BulkheadOptions = {}): BulkheadOptions {
    return BulkheadPresets.basic({ perTenant: true, tenantLimits: { ...limits }, ...options });
  }

  /**
   * Every operation has slots of its own, so that a slow one does not take those of the others.
   *
   * @param limits slots of single operations; the others have a fifth of `maxConcurrent`
   * @param options what is to be different
   * @returns the options of the bulkhead
   */
  public static perOperation(limits: { [operation: string]: number } = {}, options: BulkheadOptions = {}): BulkheadOptions {
    return BulkheadPresets.basic({ perOperation: true, operationLimits: { ...limits }, ...options });
  }

  /**
   * Calls that wait are served by priority.
   *
   * @param options what is to be different
   * @returns the options of the bulkhead
   */
  public static priority(options: BulkheadOptions = {}): BulkheadOptions {
    return BulkheadPresets.basic({ priority: true, ...options });
  }

  /**
   * For the requests of the function: 100 at a time, and 50 that wait.
   *
   * @param options what is to be different
   * @returns the options of the bulkhead
   */
  public static inbound(options: BulkheadOptions = {}): BulkheadOptions {
    return { ...INBOUND, ...options };
  }

  /**
   * For dependencies that take a lot: 50 calls at a time, and 20 that wait for up to 10 seconds.
   *
   * @param options what is to be different
   * @returns the options of the bulkhead
   */
  public static highThroughput(options: BulkheadOptions = {}): BulkheadOptions {
    const { maxWaitMs, ...rest } = HIGH_THROUGHPUT;
    return { ...rest, maxWait: Duration.millis(maxWaitMs), ...options };
  }

  /**
   * For dependencies that take little: 5 calls at a time, and 2 that wait for up to 2 seconds.
   *
   * @param options what is to be different
   * @returns the options of the bulkhead
   */
  public static resourceConstrained(options: BulkheadOptions = {}): BulkheadOptions {
    const { maxWaitMs, ...rest } = RESOURCE_CONSTRAINED;
    return { ...rest, maxWait: Duration.millis(maxWaitMs), ...options };
  }

  private constructor() {}
}
