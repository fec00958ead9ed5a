import type { CircuitKey } from '../circuit-breaker/index.ts';
import { CONTRACT } from '../contract/contract.ts';
import type { KeyPart } from '../rate-limit/index.ts';

/** What the keys of all circuits begin with. */
export const CIRCUIT_KEY_PREFIX = `${CONTRACT.tables.circuit.keyPrefix}#`;

/** What the keys of all limits begin with. */
export const LIMIT_KEY_PREFIX = `${CONTRACT.tables.rateLimit.keyPrefix}#`;

/**
 * The circuit that an item is kept for, from the key that `sharedKey` made. A value that was too long for a key comes back
 * as the key has it: cut, and ending in its fingerprint.
 */
export function circuitFromItemKey(key: string): CircuitKey {
  const [name = '', ...parts] = key.slice(CIRCUIT_KEY_PREFIX.length).split('#');
  const part = (label: string) => parts.find((text) => text.startsWith(`${label}=`))?.slice(label.length + 1);
  const [tenant, operation] = [part('tenant'), part('operation')];
  return {
    name: decoded(name),
    ...(tenant !== undefined && { tenant: decoded(tenant) }),
    ...(operation !== undefined && { operation: decoded(operation) }),
  };
}

/** The part of a limit's key that an item is kept for. A key that was too long comes back cut, as above. */
export function limitFromItemKey(itemKey: string): KeyPart {
  const [key = '', label = ''] = itemKey.slice(LIMIT_KEY_PREFIX.length).split('#');
  const [, part = '0'] = /^part=(\d+)$/.exec(label) ?? [];
  return { key: decoded(key), part: Number(part) };
}

function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{4})/g, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)));
}
