import type { Duration } from 'aws-cdk-lib';
import type { LimitRule } from './limit-rule';
import type { RateLimitKeyPart, RateLimitStoreFailure, RateLimitStrategy } from './rate-limit-enums';

/**
 * What one rate limit does. Only `limits` is needed: every other option has a default.
 *
 * Values are checked when the rate limit is declared; tokens are left to the runtime, which checks them when it starts.
 */
export interface RateLimitOptions {
  /**
   * The limits of every key: all of them give a token, or none does.
   *
   * 1 to 4 limits of different periods.
   */
  readonly limits: LimitRule[];

  /**
   * Limits of single tenants in place of `limits`, by tenant.
   *
   * All environment variables of a function share 4 KB: limits of many tenants are looked up by the code instead.
   *
   * @default - every tenant has `limits`
   */
  readonly tenantLimits?: { [tenant: string]: LimitRule[] };

  /**
   * Limits of single users in place of `limits` and `tenantLimits`, by user.
   *
   * @default - every user has the limits of its tenant, else `limits`
   */
  readonly userLimits?: { [user: string]: LimitRule[] };

  /**
   * What a key is made of, each part at most once.
   *
   * @default - one key for all calls
   */
  readonly by?: RateLimitKeyPart[];

  /**
   * Whether anything is limited; switched off, every call passes and nothing is counted.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Whether the limits are shared by the fleet through DynamoDB; otherwise each environment has its own.
   *
   * @default true
   */
  readonly shared?: boolean;

  /**
   * Whether resilience() limits the requests of the function with it.
   *
   * @default true
   */
  readonly inbound?: boolean;

  /**
   * How the limits count: a bucket that refills steadily, or windows aligned to the epoch.
   *
   * @default RateLimitStrategy.TOKEN_BUCKET
   */
  readonly strategy?: RateLimitStrategy;

  /**
   * Whether keys are stored as SHA-256, so that the table names no tenant, user or address.
   *
   * @default false
   */
  readonly hashKeys?: boolean;

  /**
   * What happens to calls while the table does not answer; local is the share of the limit that this environment used before.
   *
   * @default RateLimitStoreFailure.LOCAL
   */
  readonly onStoreFailure?: RateLimitStoreFailure;

  /**
   * Whether calls that are over a limit are only counted and reported, never refused.
   *
   * @default false
   */
  readonly dryRun?: boolean;

  /**
   * Whether calls that succeed give their tokens back.
   *
   * @default false
   */
  readonly skipSuccessful?: boolean;

  /**
   * Whether calls that fail give their tokens back.
   *
   * @default false
   */
  readonly skipFailed?: boolean;

  /**
   * Share of a limit from which on its use is reported; 0 means that it is not.
   *
   * A number from 0 to 1.
   *
   * @default 0
   */
  readonly warnAt?: number;

  /**
   * Longest time for which an environment takes tokens ahead; 0 means never.
   *
   * A whole number of milliseconds from 0 to 10000.
   *
   * @default Duration.seconds(2)
   */
  readonly maxLease?: Duration;

  /**
   * Longest time that a call waits for a token; the deadline of the invocation shortens it.
   *
   * A whole number of milliseconds from 0 to 900000.
   *
   * @default Duration.millis(0)
   */
  readonly maxWait?: Duration;

  /**
   * By how much the clocks of two environments may differ: bursts are smaller by what it is worth.
   *
   * A whole number of milliseconds from 0 to 1000.
   *
   * @default Duration.millis(1)
   */
  readonly clockSkew?: Duration;

  /**
   * Keys that an environment remembers at most.
   *
   * A whole number from 1 to 100000.
   *
   * @default 5000
   */
  readonly maxKeys?: number;

  /**
   * Parts into which a busy key is split at most; a power of two.
   *
   * A whole number from 1 to 64.
   *
   * @default 32
   */
  readonly maxShards?: number;
}
