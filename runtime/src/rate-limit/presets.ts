import type { KeyPartName, RateLimitOptions } from './options.ts';

/** Every tenant may do that much; calls of unknown tenants share one limit. */
export function tenantRateLimit(name: string, limit: number, periodMs: number): RateLimitOptions {
  return compositeRateLimit(name, ['tenant'], limit, periodMs);
}

/** Every user may do that much, from whatever address; calls of unknown users share one limit. */
export function userRateLimit(name: string, limit: number, periodMs: number): RateLimitOptions {
  return compositeRateLimit(name, ['user'], limit, periodMs);
}

/** Every address may do that much, an IPv6 network of 64 bits being one address; calls from unknown addresses share one limit. */
export function ipRateLimit(name: string, limit: number, periodMs: number): RateLimitOptions {
  return compositeRateLimit(name, ['ip'], limit, periodMs);
}

/**
 * Every endpoint may be called that often, by all callers together. An endpoint is a route as API Gateway names it, such as
 * `GET /orders/{id}`; where there are no routes, as behind function URLs, there is one limit.
 */
export function endpointRateLimit(name: string, limit: number, periodMs: number): RateLimitOptions {
  return compositeRateLimit(name, ['operation'], limit, periodMs);
}

/** Every combination of some parts may do that much, for example every user of every tenant. */
export function compositeRateLimit(name: string, by: readonly KeyPartName[], limit: number, periodMs: number): RateLimitOptions {
  return { name, by, limits: [{ limit, periodMs }] };
}
