import { CONTRACT } from '../contract/contract.ts';
import type { CallContext } from '../core/call-context.ts';
import { ConfigurationError } from '../core/errors.ts';
import { LIMIT_PARTS, limitListProblems as listProblems, limitPartsProblems, type LimitParts, type LimitSchema } from '../core/limit-schema.ts';
import { nameProblem, schemaDefaults, schemaProblems, show, type OptionValues } from '../core/option-schema.ts';
import { givenOf, isRecord } from '../core/record.ts';
import type { RateLimitedError } from './errors.ts';
import type { RateLimitStrategy, Rule } from './rule.ts';

const SCHEMA = CONTRACT.configuration.rateLimit;
const LIMIT_SCHEMA: LimitSchema = {
  rule: CONTRACT.configuration.limitRule,
  maximumRules: CONTRACT.configuration.maximumRulesPerKey,
  keyParts: CONTRACT.configuration.limitKeyParts,
};

/** How many tokens there are in a period. */
export interface LimitRule {
  /** Tokens per period: 1 to 1000000000. */
  readonly limit: number;
  /** Length of the period in milliseconds: 1 ms to 31 days. */
  readonly periodMs: number;
  /**
   * Tokens that an unused token bucket holds, so that a period admits at most `limit + burst`: 1 to 1000000000; windows have
   * none. Default: the limit.
   */
  readonly burst?: number | undefined;
}

/** What stands for a caller in the key of a limit. */
export type KeyPartName = 'tenant' | 'user' | 'ip' | 'operation' | 'method' | 'path';

/** The options that a stack can declare as well; bounds and defaults are the contract's. */
export interface DeclaredRateLimitOptions {
  /** Whether anything is limited; switched off, every call passes and nothing is counted. Default true. */
  readonly enabled?: boolean | undefined;
  /** Whether the fleet shares the limits through DynamoDB; otherwise each environment has its own. Default true. */
  readonly shared?: boolean | undefined;
  /** Whether `resilience()` limits the requests of the function with it. Default true. */
  readonly inbound?: boolean | undefined;
  /** The limits of every key, 1 to 4 of different periods: all give a token or none does. */
  readonly limits?: readonly LimitRule[] | undefined;
  /** Limits of single tenants in place of `limits`. Default: none. */
  readonly tenantLimits?: Readonly<Record<string, readonly LimitRule[]>> | undefined;
  /** Limits of single users in place of `limits` and `tenantLimits`. Default: none. */
  readonly userLimits?: Readonly<Record<string, readonly LimitRule[]>> | undefined;
  /**
   * `token-bucket` refills steadily and admits bursts; `sliding-window` and `fixed-window` count in windows aligned to the
   * epoch, of which the sliding one also weighs in the window before. Default `token-bucket`.
   */
  readonly strategy?: RateLimitStrategy | undefined;
  /** What a key is made of; an empty list is one key for all. Default: an empty list. */
  readonly by?: readonly KeyPartName[] | undefined;
  /** Whether keys are stored as SHA-256, so that the table names no tenant, user or address. Default false. */
  readonly hashKeys?: boolean | undefined;
  /** What happens to calls while the table does not answer. Default `local`: this environment's share of the limit. */
  readonly onStoreFailure?: 'local' | 'allow' | 'deny' | undefined;
  /** Whether calls that are over a limit are only counted and reported, never refused. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Whether calls that succeed give their tokens back: those that neither throw nor answer with a status of 400 or more. Default false. */
  readonly skipSuccessful?: boolean | undefined;
  /** Whether calls that fail give their tokens back: those that throw, or answer with a status of 400 or more. Default false. */
  readonly skipFailed?: boolean | undefined;
  /** Share of a limit from which on its use is reported, 0 to 1; 0 means that it is not. Default 0. */
  readonly warnAt?: number | undefined;
  /** Longest time for which an environment takes tokens ahead in milliseconds: 0 to 10 s; 0 means never. Default 2 s. */
  readonly maxLeaseMs?: number | undefined;
  /** Longest time that a call waits for a token in milliseconds, 0 to 15 min; its deadline shortens it. Default 0. */
  readonly maxWaitMs?: number | undefined;
  /** By how much the clocks of two environments may differ in milliseconds, 0 to 1 s: bursts are smaller by what it is worth. Default 1 ms. */
  readonly clockSkewMs?: number | undefined;
  /** Keys that an environment remembers at most: 1 to 100000. Default 5000. */
  readonly maxKeys?: number | undefined;
  /** Parts into which a busy key is split at most: 1 to 64; a power of two. Default 32. */
  readonly maxShards?: number | undefined;
}

/** Options of a rate limiter. */
export interface RateLimitOptions extends DeclaredRateLimitOptions {
  /** Name of the limit: 1 to 64 letters, digits, hyphens or underscores, starting with a letter. */
  readonly name: string;
  /** The key of a call, in place of `by`: its parts, which may hold any text. Default: none. */
  readonly keyOf?: ((call: CallContext) => string | readonly string[]) | undefined;
  /**
   * Limits of a call in place of all others; undefined leaves it to them. Its answers are remembered per key for a minute;
   * what it throws is reported and leaves it to them too. Default: none.
   */
  readonly limitsOf?: LimitsResolver | undefined;
  /** Calls that are not limited at all. Default: none. */
  readonly skip?: ((call: CallContext) => boolean) | undefined;
  /** Tokens that a call costs: a whole number from 0. Default: `CallContext.cost`, else 1. */
  readonly costOf?: ((call: CallContext) => number) | undefined;
  /** Answers in place of a call that was refused. Default: none. */
  readonly onLimited?: ((error: RateLimitedError, call: CallContext, event?: unknown) => unknown) | undefined;
}

/** Looks limits up, for example in the plan of a tenant. */
export type LimitsResolver = (call: CallContext) => readonly LimitRule[] | undefined | Promise<readonly LimitRule[] | undefined>;

const CALLBACKS = ['keyOf', 'limitsOf', 'skip', 'costOf', 'onLimited'] as const;

/** Options with every default filled in. */
export type ResolvedRateLimitOptions = OptionValues<typeof SCHEMA> &
  Pick<RateLimitOptions, 'name' | (typeof CALLBACKS)[number]> & {
    readonly strategy: RateLimitStrategy;
    readonly onStoreFailure: 'local' | 'allow' | 'deny';
    readonly by: readonly KeyPartName[];
    readonly rules: readonly Rule[];
    readonly tenantRules: ReadonlyMap<string, readonly Rule[]>;
    readonly userRules: ReadonlyMap<string, readonly Rule[]>;
  };

/** The value of every option that is not set. */
export const RATE_LIMIT_DEFAULTS: OptionValues<typeof SCHEMA> = schemaDefaults(SCHEMA);

/**
 * Fills in the defaults. Only `undefined` takes a default: a zero is a value, and may be refused.
 *
 * @throws ConfigurationError with every problem at once: unknown options, wrong types, values out of range, no limit.
 */
export function resolveRateLimitOptions(options: RateLimitOptions): ResolvedRateLimitOptions {
  const problems = rateLimitOptionProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the rate limiter cannot work', problems);
  const { limits = [], tenantLimits = {}, userLimits = {}, by = [], ...plain } = options;
  const filled = { ...RATE_LIMIT_DEFAULTS, ...givenOf(plain) } as Omit<ResolvedRateLimitOptions, 'rules' | 'tenantRules' | 'userRules' | 'by'>;
  const rulesOf = (declared: readonly LimitRule[]) => resolveRules(declared, filled);
  const mapOf = (declared: Readonly<Record<string, readonly LimitRule[]>>) =>
    new Map(Object.entries(declared).map(([id, rules]) => [id, rulesOf(rules)]));
  return Object.freeze({ ...filled, by, rules: rulesOf(limits), tenantRules: mapOf(tenantLimits), userRules: mapOf(userLimits) });
}

/** Makes rules of declared limits, the shortest period first. */
export function resolveRules(
  declared: readonly LimitRule[],
  { strategy, clockSkewMs }: Pick<ResolvedRateLimitOptions, 'strategy' | 'clockSkewMs'>,
): readonly Rule[] {
  const rules = declared.map(({ limit, periodMs, burst = limit }): Rule => {
    const disputed = Math.floor((clockSkewMs * limit) / periodMs);
    return { strategy, limit, periodMs, capacity: strategy === 'token-bucket' ? Math.max(1, burst - disputed) : limit };
  });
  return Object.freeze(rules.sort((a, b) => a.periodMs - b.periodMs));
}

/** Every problem of the options, each as one sentence that names the option, the value seen and the remedy. */
export function rateLimitOptionProblems(options: RateLimitOptions): string[] {
  const given: unknown = options;
  if (!isRecord(given)) return [`options is ${show(given)}: pass an object with a name and limits`];
  const { name, limits, tenantLimits, userLimits, by, ...rest } = options;
  const plain = Object.fromEntries(Object.entries(rest).filter(([key]) => !CALLBACKS.some((callback) => callback === key)));
  const badName = nameProblem(CONTRACT.configuration.name, 'options.name', name);
  return [
    ...(badName === undefined ? [] : [badName]),
    ...CALLBACKS.filter((key) => options[key] !== undefined && typeof options[key] !== 'function').map(
      (key) => `options.${key} is ${show(options[key])}: pass a function`,
    ),
    ...schemaProblems(SCHEMA, plain, 'options', ['name', ...LIMIT_PARTS, ...CALLBACKS]),
    ...declaredLimitsProblems('options', { limits, tenantLimits, userLimits, by, maxShards: rest.maxShards }, rest.strategy),
    ...(limits === undefined && rest.limitsOf === undefined
      ? ['options.limits is missing: set at least one { limit, periodMs }']
      : []),
  ];
}

/** Every problem of the parts of a declaration that no rule for a single value can state. */
function declaredLimitsProblems(path: string, parts: LimitParts, strategy: unknown): string[] {
  return limitPartsProblems(LIMIT_SCHEMA, path, { ...parts, strategy });
}

/** Every problem of a list of limits. */
export function limitListProblems(path: string, limits: unknown, strategy: unknown): string[] {
  return listProblems(LIMIT_SCHEMA, path, limits, strategy);
}
