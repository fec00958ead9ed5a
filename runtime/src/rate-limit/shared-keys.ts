import { ConfigurationError } from '../core/errors.ts';
import type { ResolvedRateLimitOptions } from './options.ts';
import type { RateLimiter } from './policy.ts';

/**
 * Lets a limiter pass whose keys are known to tell apart whoever has limits of his own. Otherwise callers with different limits
 * would share one key, and its limits would be those of the latest of them.
 *
 * @throws ConfigurationError with every problem. Keys made by `keyOf` and limits looked up by `limitsOf` are the user's business.
 */
export function withKeysOfTheirOwn(limiter: RateLimiter): RateLimiter {
  const problems = sharedKeyProblems(limiter.options);
  if (problems.length > 0) throw new ConfigurationError('the rate limiter cannot work', problems);
  return limiter;
}

function sharedKeyProblems({ by, keyOf, limitsOf, tenantRules, userRules }: ResolvedRateLimitOptions): string[] {
  if (keyOf !== undefined || limitsOf !== undefined) return [];
  const owners = [
    { part: 'tenant', option: 'tenantLimits', count: tenantRules.size },
    { part: 'user', option: 'userLimits', count: userRules.size },
  ] as const;
  return owners
    .filter(({ part, count }) => count > 0 && !by.includes(part))
    .map(
      ({ part, option }) =>
        `options.by is ${by.join(', ') || 'an empty list'}, although options.${option} gives single ${part}s limits of their own: ` +
        `add ${part} to it, so that they do not share a key, or make the keys with keyOf`,
    );
}
