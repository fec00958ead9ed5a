type Options = Readonly<Record<string, unknown>>;

/** What the construct writes into RESILIENCE_CONFIG: options by name, under the kind of thing that they are for. */
type Document = Readonly<Record<string, number | Readonly<Record<string, Options>>>>;

/** A limit as the stack declares it: so many tokens per period, and so many at once. */
export interface DeclaredLimit {
  readonly limit: number;
  readonly periodMs: number;
  readonly burst: number;
}

/** Sections of the document that hold what may be shared. */
const SHARED = ['circuits', 'limits', 'bulkheads'];

/** The same environment variables, but every circuit, limit and bulkhead is kept in the memory of its environment alone. */
export function withoutSharing(variables: Readonly<Record<string, string>>): Record<string, string> {
  const document = Object.entries(documentOf(variables)).map(([kind, declared]) => [
    kind,
    typeof declared === 'number' || !SHARED.includes(kind) ? declared : Object.fromEntries(Object.entries(declared).map(unshared)),
  ]);
  return { ...variables, RESILIENCE_CONFIG: JSON.stringify(Object.fromEntries(document)) };
}

/**
 * The first limit that is declared under a name.
 *
 * @throws Error if there is none.
 */
export function declaredLimit(variables: Readonly<Record<string, string>>, name: string): DeclaredLimit {
  const { limits } = documentOf(variables) as { readonly limits?: Readonly<Record<string, { readonly limits: DeclaredLimit[] }>> };
  const first = limits?.[name]?.limits[0];
  if (first === undefined) throw new Error(`RESILIENCE_CONFIG declares no limit named ${name}`);
  const { limit, periodMs, burst = limit } = first as Omit<DeclaredLimit, 'burst'> & { readonly burst?: number };
  return { limit, periodMs, burst };
}

/**
 * How many calls a bulkhead lets run at once.
 *
 * @throws Error if there is none of that name.
 */
export function declaredSlots(variables: Readonly<Record<string, string>>, name: string): number {
  const { bulkheads } = documentOf(variables) as { readonly bulkheads?: Readonly<Record<string, { readonly maxConcurrent?: number }>> };
  const slots = bulkheads?.[name]?.maxConcurrent;
  if (slots === undefined) throw new Error(`RESILIENCE_CONFIG declares no bulkhead named ${name} with maxConcurrent`);
  return slots;
}

/**
 * Addresses of a dependency.
 *
 * @throws Error if there is none of that name, or it has a single one.
 */
export function declaredEndpoints(variables: Readonly<Record<string, string>>, name: string): readonly string[] {
  const { dependencies } = documentOf(variables) as { readonly dependencies?: Readonly<Record<string, { readonly endpoints?: readonly string[] }>> };
  const endpoints = dependencies?.[name]?.endpoints;
  if (endpoints === undefined) throw new Error(`RESILIENCE_CONFIG declares no dependency named ${name} with endpoints`);
  return endpoints;
}

/**
 * The same environment variables, but a dependency is at these addresses.
 *
 * @throws Error if there is none of that name, or it has a single one.
 */
export function withEndpoints(variables: Readonly<Record<string, string>>, name: string, urls: readonly string[]): Record<string, string> {
  declaredEndpoints(variables, name);
  const document = documentOf(variables) as { readonly dependencies: Readonly<Record<string, Options>> };
  const dependencies = { ...document.dependencies, [name]: { ...document.dependencies[name], endpoints: urls } };
  return { ...variables, RESILIENCE_CONFIG: JSON.stringify({ ...document, dependencies }) };
}

/**
 * Milliseconds that a request may take.
 *
 * @throws Error if nobody says.
 */
export function declaredTimeoutMs(variables: Readonly<Record<string, string>>): number {
  const { timeout } = documentOf(variables) as { readonly timeout?: { readonly timeoutMs?: number } };
  if (timeout?.timeoutMs === undefined) throw new Error('RESILIENCE_CONFIG declares no timeout of requests');
  return timeout.timeoutMs;
}

function documentOf(variables: Readonly<Record<string, string>>): Document {
  return JSON.parse(variables['RESILIENCE_CONFIG'] ?? '{}') as Document;
}

function unshared([name, options]: [string, Options]): [string, Options] {
  return [name, { ...options, shared: false }];
}
