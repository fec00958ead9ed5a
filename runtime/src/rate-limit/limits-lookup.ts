import type { CallContext } from '../core/call-context.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { LimitedKey } from './limited-key.ts';
import { limitListProblems, resolveRules, type LimitRule, type ResolvedRateLimitOptions } from './options.ts';
import type { Rule } from './rule.ts';

/** How long limits that were looked up are remembered; shorter after a failure. */
const REMEMBERED_MS = 60_000;
const RETRIED_MS = 10_000;

interface Looked {
  readonly untilMs: number;
  readonly looking: Promise<void> | undefined;
}

/**
 * Which limits a call has: those that are looked up for its key, else those of its user, of its tenant, of all. A look-up that
 * fails leaves the key the limits that it has, which at first are those of the configuration.
 */
export class LimitsLookup {
  readonly #options: ResolvedRateLimitOptions;
  readonly #clock: Clock;
  readonly #onFailure: (error: unknown) => void;
  // By key object: what is remembered goes with the key that it is remembered for.
  readonly #looked = new WeakMap<LimitedKey, Looked>();

  constructor(options: ResolvedRateLimitOptions, clock: Clock, onFailure: (error: unknown) => void) {
    this.#options = options;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /** The limits that the configuration gives a call. */
  declared({ user, tenant }: CallContext): readonly Rule[] {
    const { userRules, tenantRules, rules } = this.#options;
    return (user === undefined ? undefined : userRules.get(user)) ?? (tenant === undefined ? undefined : tenantRules.get(tenant)) ?? rules;
  }

  /** Sets the limits of a key. A promise only where they have to be looked up. */
  apply(key: LimitedKey, call: CallContext): Promise<void> | undefined {
    const { limitsOf } = this.#options;
    if (limitsOf === undefined) {
      key.stored.rules = this.declared(call);
      return undefined;
    }
    const looked = this.#looked.get(key);
    if (looked !== undefined && (looked.looking !== undefined || looked.untilMs > this.#clock.nowMs())) return looked.looking;
    return this.#look(key, call, limitsOf);
  }

  #look(key: LimitedKey, call: CallContext, limitsOf: NonNullable<ResolvedRateLimitOptions['limitsOf']>): Promise<void> | undefined {
    let found: ReturnType<typeof limitsOf>;
    try {
      found = limitsOf(call);
    } catch (error) {
      return this.#failed(key, call, error);
    }
    if (!(found instanceof Promise)) return this.#found(key, call, found);
    const looking = found.then(
      (limits) => this.#found(key, call, limits),
      (error: unknown) => this.#failed(key, call, error),
    );
    this.#looked.set(key, { untilMs: Infinity, looking });
    return looking;
  }

  #found(key: LimitedKey, call: CallContext, limits: readonly LimitRule[] | undefined): undefined {
    const problems = limits === undefined ? [] : limitListProblems('limitsOf(call)', limits, this.#options.strategy);
    if (problems.length > 0) return this.#failed(key, call, new ConfigurationError('limits that were looked up cannot work', problems));
    key.stored.rules = limits === undefined ? this.declared(call) : resolveRules(limits, this.#options);
    this.#looked.set(key, { untilMs: this.#clock.nowMs() + REMEMBERED_MS, looking: undefined });
  }

  #failed(key: LimitedKey, call: CallContext, error: unknown): undefined {
    this.#onFailure(error);
    if (key.stored.rules.length === 0) key.stored.rules = this.declared(call);
    this.#looked.set(key, { untilMs: this.#clock.nowMs() + RETRIED_MS, looking: undefined });
  }
}
