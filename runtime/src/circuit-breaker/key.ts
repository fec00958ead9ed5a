/** What a circuit is kept for. */
export interface CircuitKey {
  readonly name: string;
  /** The tenant; absent where tenants share the circuit. */
  readonly tenant?: string;
  /** The operation; absent where operations share the circuit. */
  readonly operation?: string;
}

/**
 * One text for a key: the name itself or, with a tenant or an operation, a JSON array. Different keys have different texts,
 * whatever the values hold, for no name begins with a bracket.
 */
export function circuitId({ name, tenant, operation }: CircuitKey): string {
  if (tenant === undefined && operation === undefined) return name;
  return JSON.stringify([name, tenant ?? null, operation ?? null]);
}

/** The key that a text was made from. */
export function circuitKey(id: string): CircuitKey {
  if (!id.startsWith('[')) return { name: id };
  const [name, tenant, operation] = JSON.parse(id) as [string, string | null, string | null];
  return { name, ...(tenant !== null && { tenant }), ...(operation !== null && { operation }) };
}
