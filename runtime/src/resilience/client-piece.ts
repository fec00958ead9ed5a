import { givenOf, isRecord } from '../core/record.ts';
import { createResilientClient, declaredDependency, type ClientOptions, type DependencyParts } from '../http-client/index.ts';
import { codeOptions, type Piece, type Workshop } from './workshop.ts';

/** What is left of a dependency that is switched off: requests are sent, and nothing protects them. */
const UNPROTECTED = { retry: false, hedgeAfterQuantile: 0, circuit: false, bulkhead: false, timeoutMs: false, attemptTimeoutMs: false } as const;

/** Before circuits and bulkheads, which are those of the clients where there are any; nothing of this meets requests. */
export const clientPiece: Piece = (workshop) => {
  const { circuitStore, bulkheadStore, retryBudgets, fetch, cloudMap } = workshop.dependencies;
  workshop.parts.clients = workshop.named('dependencies', (given) =>
    createResilientClient(clientOptions(workshop, given), { ...workshop.sources, ...givenOf({ circuitStore, bulkheadStore, retryBudgets, fetch, cloudMap }) }),
  );
  return () => [];
};

/** What clients have of a kind, by name: whoever asks for one of that name gets the one that the client has. */
export function partsOfClients<Kind extends 'circuit' | 'bulkhead'>({ parts: { clients } }: Workshop, kind: Kind): ReadonlyMap<string, NonNullable<DependencyParts[Kind]>> {
  const found = [...(clients ?? [])].map(([name, { dependency }]) => [name, dependency.parts[kind]] as const);
  return new Map(found.filter((entry): entry is [string, NonNullable<DependencyParts[Kind]>] => entry[1] !== undefined));
}

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
    circuit: over({ ...circuits, ...policyOptions(options.circuits?.[name]) }, own.circuit),
    bulkhead: over({ ...bulkheads, ...policyOptions(options.bulkheads?.[name]) }, own.bulkhead),
  };
}

function policyOptions(given: object | false | undefined): object {
  // What is about requests is the business of the middlewares.
  const { inbound: _inbound, identity: _identity, priorityFrom: _priority, ...own } = codeOptions(given) as Readonly<Record<string, unknown>>;
  return givenOf(own);
}

/** Options over others; what is switched off stays so. */
function over<Given extends object>(under: object, given: Given | boolean | undefined): Given | boolean {
  if (given === false) return false;
  return { ...under, ...(isRecord(given) && givenOf(given)) } as Given;
}
