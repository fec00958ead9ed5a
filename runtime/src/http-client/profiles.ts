import type { DependencyOptions } from './dependency-options.ts';

/** Sets of options for a kind of dependency; spread one into the options. The times hold in all of them. */
export const CLIENT_PROFILES = Object.freeze({
  /** What the function cannot do without: everything on. */
  critical: Object.freeze({ retry: true, circuit: true, bulkhead: true }),
  /** What the function can do without: given up quickly, by the circuit breaker only. */
  nonCritical: Object.freeze({ retry: false, circuit: true, bulkhead: false }),
  /** What is called very often: only the number of calls at a time is bounded. */
  highVolume: Object.freeze({ retry: false, circuit: false, bulkhead: true }),
}) satisfies Readonly<Record<string, Omit<DependencyOptions, 'name'>>>;
