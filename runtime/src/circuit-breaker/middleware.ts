import { ConfigurationError } from '../core/errors.ts';
import { describeCall } from '../middy/describe.ts';
import { gateMiddleware, type GateMiddleware } from '../middy/gate-middleware.ts';
import { createCircuitBreaker, type CircuitBreakerDependencies } from './create.ts';
import type { CircuitOpenError } from './errors.ts';
import type { CircuitBreakerOptions } from './options.ts';
import { CircuitBreaker } from './policy.ts';

/**
 * Protects the handler as a whole: a failing handler opens the circuit, and while it is open the handler is not run. HTTP
 * events are answered with 503 and `Retry-After`; others get the `CircuitOpenError`, so that the platform's own retry
 * applies. With `perTenant` the tenant of Lambda's tenant isolation has a circuit of its own, with `perOperation` the route of
 * API Gateway. Works on stock `@middy/core` and on the exported `middy`.
 *
 * @param target Options of the circuit, or a circuit breaker made by `createCircuitBreaker`.
 * @param dependencies As for `createCircuitBreaker`; only with options.
 * @throws ConfigurationError at init, with every problem at once.
 */
export function circuitBreaker(
  target: CircuitBreakerOptions | CircuitBreaker,
  dependencies?: CircuitBreakerDependencies,
): GateMiddleware {
  if (target instanceof CircuitBreaker && dependencies !== undefined) {
    throw new ConfigurationError('the circuit breaker cannot work', [
      'dependencies were passed beside a ready circuit breaker, which has its own: pass them to createCircuitBreaker',
    ]);
  }
  const breaker = target instanceof CircuitBreaker ? target : createCircuitBreaker(target, dependencies);
  const { fallback, clock } = breaker;
  return gateMiddleware<CircuitOpenError>(breaker, { fallback, clock, describe: describeCall });
}
