import type { GateMiddleware } from '../middy/gate-middleware.ts';
import { assemble } from './create.ts';
import type { ResilienceDependencies, ResilienceOptions } from './options.ts';
import type { Resilience } from './resilience.ts';

/** All middlewares of a function, for one `use`, and the policies behind them. */
export type ResilienceMiddleware = GateMiddleware[] & Pick<Resilience, 'circuit' | 'limiter' | 'bulkhead' | 'client' | 'health' | 'observability' | 'statistics'>;

/**
 * Everything that the stack declares for this function, in the order that works: observability, health, load shedding, rate limits,
 * circuits, bulkheads, timeout, retry, handler. Rate limits stand around the handler unless their `inbound` is false, circuits and
 * bulkheads if their `inbound` is true; the others are taken with `limiter(name)`, `circuit(name)` and `bulkhead(name)`, clients of
 * dependencies with `client(name)`. Load is shed, work cut short and the handler run again where the stack or the code says so.
 * Without a configuration in the environment there are only the observability, the health and what the code names. Works on stock
 * `@middy/core` and on the exported `middy`; timeout and retry need the latter, and so do clients to follow the request of the
 * handler (`followRequest`).
 *
 * @param options What code says of everything, over what the stack declares.
 * @param dependencies As for `createResilience`.
 * @throws ConfigurationError at init, with every problem at once.
 */
export function resilience(options: ResilienceOptions = {}, dependencies: ResilienceDependencies = {}): ResilienceMiddleware {
  const { resilience: made, middlewares } = assemble(options, dependencies);
  return Object.assign(middlewares, {
    circuit: (name: string) => made.circuit(name),
    limiter: (name: string) => made.limiter(name),
    bulkhead: (name: string) => made.bulkhead(name),
    client: (name: string) => made.client(name),
    health: made.health,
    observability: made.observability,
    statistics: () => made.statistics(),
  });
}
