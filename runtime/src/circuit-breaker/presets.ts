import { CONTRACT } from '../contract/contract.ts';
import type { FailurePredicate } from './classify.ts';
import type { CircuitBreakerOptions, CircuitFallback, DeclaredCircuitOptions } from './options.ts';

const { basic: BASIC, conservative, aggressive } = CONTRACT.presets.circuit;

/** Sets of options for a kind of dependency; spread one into the options. */
export const CIRCUIT_PROFILES = Object.freeze({
  /** For dependencies that must stay reachable: opens late, and tries again soon. */
  conservative: Object.freeze(conservative),
  /** For dependencies that hurt when they fail: opens early, and stays open for long. */
  aggressive: Object.freeze(aggressive),
}) satisfies Readonly<Record<string, DeclaredCircuitOptions>>;

/**
 * A circuit as servers use it: 5 failures in a row, or half of at least 10 calls in 5 minutes; 60 s open, 3 probes, 3 successes.
 */
export function basicCircuit(name: string): CircuitBreakerOptions {
  return { name, ...BASIC };
}

/** The basic circuit, one for every tenant. */
export function tenantCircuit(name: string): CircuitBreakerOptions {
  return { ...basicCircuit(name), perTenant: true };
}

/** The basic circuit, one for every operation. */
export function operationCircuit(name: string): CircuitBreakerOptions {
  return { ...basicCircuit(name), perOperation: true };
}

/** The basic circuit with its own idea of a failure and an answer while it is open. */
export function advancedCircuit(
  name: string,
  shouldTrip: FailurePredicate,
  fallback: CircuitFallback,
): CircuitBreakerOptions {
  return { ...basicCircuit(name), shouldTrip, fallback };
}
