import { givenOf, isRecord } from '../core/record.ts';
import { createResilientClient, declaredDependency, type ClientOptions } from '../http-client/index.ts';
import type { Piece, Workshop } from './workshop.ts';

/** What is left of a dependency that is switched off: requests are sent, and nothing protects them. */
const UNPROTECTED = { retry: false, hedgeAfterQuantile: 0, circuit: false, bulkhead: false, timeoutMs: false, attemptTimeoutMs: false } as const;

/** Before circuits and bulkheads, which are those of the clients where there are any; nothing of this meets requests. */
export const clientPiece: Piece = (workshop) => {
  const { dependencies, lent } = workshop;
  const { circuitStore, bulkheadStore, retryBudgets, fetch } = dependencies;
  const clients = workshop.named('dependencies', (given) =>
    createResilientClient(clientOptions(workshop, given), { ...workshop.sources, ...givenOf({ circuitStore, bulkheadStore, retryBudgets, fetch }) }),
  );
  for (const [name, { dependency }] of clients) {
    const { circuit, bulkhead } = dependency.parts;
    if (circuit !== undefined) lent.circuits.set(name, circuit);
    if (bulkhead !== undefined) lent.bulkheads.set(name, bulkhead);
  }
  workshop.parts.clients = clients;
  return () => [];
};

/** What code and environment say of a client: it asks itself for what the stack declares. */
function clientOptions({ configuration, options, dependencies }: Workshop, { name, ...given }: ClientOptions): ClientOptions {
  if (options.dependencies?.[name] === false) return { ...UNPROTECTED, name };
  const declared: Partial<ClientOptions> = declaredDependency(dependencies.environment ?? {}, name).options;
  const { overrides } = configuration;
  const own = { retry: declared.retry, circuit: declared.circuit, bulkhead: declared.bulkhead, ...givenOf(given) };
  // What the stack declares has what the environment overrides.
  const [circuits, bulkheads] = [configuration.circuits === undefined ? overrides.circuits : {}, configuration.bulkheads === undefined ? overrides.bulkheads : {}];
  const retries = configuration.dependencies === undefined ? overrides.retry : {};
  return {
    ...own,
    name,
    retry: over(retries, own.retry),
    circuit: over({ ...circuits, ...codeOptions(options.circuits?.[name]) }, own.circuit),
    bulkhead: over({ ...bulkheads, ...codeOptions(options.bulkheads?.[name]) }, own.bulkhead),
  };
}

function codeOptions(given: object | false | undefined): object {
  if (given === false) return { enabled: false };
  // What is about requests is the business of the middlewares.
  const { inbound: _inbound, identity: _identity, priorityFrom: _priority, ...own } = { ...given } as Readonly<Record<string, unknown>>;
  return givenOf(own);
}

/** Options over others; what is switched off stays so. */
function over<Given extends object>(under: object, given: Given | boolean | undefined): Given | boolean {
  if (given === false) return false;
  return { ...under, ...(isRecord(given) && givenOf(given)) } as Given;
}
