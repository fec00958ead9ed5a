import type { GateMiddleware } from '../middy/gate-middleware.ts';
import type { ResilienceDependencies, ResilienceOptions } from './options.ts';
import { PIECES } from './pieces.ts';
import { Resilience } from './resilience.ts';
import { Workshop, type Lasting, type MadePart, type Parts } from './workshop.ts';

/** Something that has all pieces of a function. */
export interface Assembly {
  readonly resilience: Resilience;
  readonly middlewares: GateMiddleware[];
  readonly parts: Parts;
  /** What has been made, by path. */
  readonly made: ReadonlyMap<string, MadePart>;
}

/**
 * Creates all policies that the stack declares for this function, for functions without Middy. Options given here win over what
 * the stack declares, and that over the profile. Call it once, outside the handler.
 *
 * @throws ConfigurationError with every problem at once: options that cannot work, names that the stack does not declare, a
 * missing table.
 */
export function createResilience(options: ResilienceOptions = {}, dependencies: ResilienceDependencies = {}): Resilience {
  const workshop = new Workshop(options, dependencies);
  for (const piece of PIECES) piece(workshop);
  return new Resilience(workshop.finish(), workshop.inbound);
}

/**
 * Creates all policies and their middlewares; problems of both are told together.
 *
 * @param lasting What stays of an earlier assembly. Default: nothing, so that everything is made anew.
 */
export function assemble(options: ResilienceOptions, dependencies: ResilienceDependencies, lasting?: Lasting): Assembly {
  const workshop = new Workshop(options, dependencies, lasting);
  const adapters = PIECES.map((piece) => piece(workshop));
  const middlewares = adapters.flatMap((adapt) => adapt());
  const parts = workshop.finish();
  return { resilience: new Resilience(parts, workshop.inbound), middlewares, parts, made: workshop.made };
}
