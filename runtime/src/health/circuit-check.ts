import type { CheckOptions, CheckResult, HealthCheck } from './check.ts';
import { makeCheck } from './check-schema.ts';

/** The part of a circuit breaker that is looked at. */
export interface CircuitLike {
  readonly name: string;
  snapshot(): { readonly phase: 'closed' | 'open' | 'half_open' };
}

/**
 * Looks at circuits, without calling anything: unhealthy if one is open, degraded if one is half-open. Not required by default,
 * because an open circuit has an answer of its own; shared, because the fleet opens it together. Of circuits per tenant or
 * operation it sees the one of calls that name none.
 *
 * @param name Name of the check.
 * @param circuits The circuit breakers, or a function that gives them.
 * @param options How the check counts.
 * @throws ConfigurationError with every problem at once.
 */
export function circuitCheck(
  name: string,
  circuits: readonly CircuitLike[] | (() => Iterable<CircuitLike>),
  options: CheckOptions = {},
): HealthCheck {
  function run(): CheckResult {
    const phases = [...(typeof circuits === 'function' ? circuits() : circuits)].map((circuit) => circuit.snapshot().phase);
    const [open, halfOpen] = [countOf(phases, 'open'), countOf(phases, 'half_open')];
    const details = { circuits: phases.length, open, half_open: halfOpen };
    if (open + halfOpen === 0) return { status: 'healthy', details };
    return { status: open > 0 ? 'unhealthy' : 'degraded', reason: 'circuit_open', details };
  }
  const isGiven = Array.isArray(circuits) || typeof circuits === 'function';
  const problems = isGiven ? [] : [`circuits is ${typeof circuits}: pass a list of circuit breakers or a function`];
  return makeCheck({ check: { name, required: false, shared: true, run }, options, problems });
}

function countOf(phases: readonly string[], wanted: string): number {
  return phases.filter((phase) => phase === wanted).length;
}
