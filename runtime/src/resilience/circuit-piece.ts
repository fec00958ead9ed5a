import { CIRCUIT_BREAKER_DEFAULTS, circuitBreaker, createCircuitBreaker, type CircuitBreaker, type CircuitOpenError } from '../circuit-breaker/index.ts';
import { describeCaller, type CallerIdentity } from '../middy/caller.ts';
import { gateMiddleware, type GateMiddleware } from '../middy/gate-middleware.ts';
import { givenOf } from '../core/record.ts';
import { partsOfClients } from './client-piece.ts';
import type { Piece } from './workshop.ts';

/** Around bulkheads and handler: a call that finds no room in a bulkhead is no failure, and who is refused here takes no slot. */
export const circuitPiece: Piece = (workshop) => {
  const { dependencies, configuration, options } = workshop;
  // Where the stack declares circuits, they have what the environment overrides.
  const underCode = configuration.circuits === undefined ? configuration.overrides.circuits : {};
  const lent = partsOfClients(workshop, 'circuit');
  const circuits = workshop.named('circuits', (own) => {
    const make = () => createCircuitBreaker({ ...underCode, ...givenOf(own), name: own.name }, { ...workshop.sources, ...givenOf({ store: dependencies.circuitStore }) });
    return lent.get(own.name) ?? make();
  });
  workshop.parts.circuits = new Map([...lent, ...circuits]);
  const inbound = workshop.takeInbound('circuits', circuits, CIRCUIT_BREAKER_DEFAULTS.inbound);
  return () => inbound.map((circuit) => circuitMiddleware(circuit, options.identity));
};

function circuitMiddleware(circuit: CircuitBreaker, identity: CallerIdentity | undefined): GateMiddleware {
  if (identity?.tenant === undefined) return circuitBreaker(circuit);
  const { fallback, clock } = circuit;
  return gateMiddleware<CircuitOpenError>(circuit, { fallback, clock, describe: describeCaller({ tenant: identity.tenant }) });
}
