import { createRateLimiter, RATE_LIMIT_DEFAULTS, rateLimit, type RateLimitOptions, type RateLimitRequestOptions } from '../rate-limit/index.ts';
import { givenOf } from '../core/record.ts';
import { codeOptions, type Piece, type Workshop } from './workshop.ts';

/** Stands in for the limits of one that is switched off and was declared nowhere. */
const NO_LIMITS = [{ limit: 1, periodMs: 1000 }];

/** Outside of circuits, so that a refusal costs as little as possible and no circuit hears of it. */
export const rateLimitPiece: Piece = (workshop) => {
  const { dependencies, configuration } = workshop;
  const limiters = workshop.named('rateLimits', (options) => {
    const { identity: _identity, headers: _headers, headerPrefix: _prefix, ...own } = options as RateLimitOptions & RateLimitRequestOptions;
    const isOff = configuration.rateLimits === undefined && own.enabled === false;
    return createRateLimiter({ ...(isOff && { limits: NO_LIMITS }), ...own }, { ...workshop.sources, ...givenOf({ store: dependencies.rateLimitStore }) });
  });
  workshop.parts.rateLimits = limiters;
  const inbound = workshop.takeInbound('rateLimits', limiters, RATE_LIMIT_DEFAULTS.inbound);
  return () =>
    inbound.flatMap((limiter) => workshop.adapted(`rateLimits.${limiter.name}`, () => rateLimit(limiter, requestOptions(workshop, limiter.name))));
};

function requestOptions({ options: { identity: common, rateLimits } }: Workshop, name: string): RateLimitRequestOptions {
  const { identity = common, headers, headerPrefix }: RateLimitRequestOptions = codeOptions(rateLimits?.[name]);
  return { identity, headers, headerPrefix };
}
