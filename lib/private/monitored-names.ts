import type { IResilient } from '../resilient';

/** What was declared of a function when it was looked at. */
export interface SeenNames {
  readonly resilient: IResilient;
  readonly names: readonly string[];
}

const namesOf = ({ circuitNames, rateLimitNames, bulkheadNames, dependencyNames }: IResilient): string[] => [
  ...circuitNames.map((name) => `circuit '${name}'`),
  ...rateLimitNames.map((name) => `rate limit '${name}'`),
  ...bulkheadNames.map((name) => `bulkhead '${name}'`),
  ...dependencyNames.map((name) => `dependency '${name}'`),
];

/** Whether something of a function has a time of its own: its requests, or calls to dependencies. */
export function boundsTime({ limitsTime, dependencyNames }: IResilient): boolean {
  return limitsTime || dependencyNames.length > 0;
}

/** Notes what is declared of a function now. */
export function seenNames(resilient: IResilient): SeenNames {
  return { resilient, names: namesOf(resilient) };
}

/** What was declared only later and therefore is missing, as problems to report at the end. */
export function lateNames({ resilient, names }: SeenNames, what: string): string[] {
  const late = namesOf(resilient).filter((name) => !names.includes(name));
  if (late.length === 0) return [];
  return [`${late.join(', ')} of ${resilient.node.path} came after ${what}, which therefore lacks it: declare it before`];
}
