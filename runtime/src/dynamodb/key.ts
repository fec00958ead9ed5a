import { createHash } from 'node:crypto';

/** The parts of the key under which shared state is kept. */
export interface KeyParts {
  /** Name of the circuit, limit or bulkhead. */
  readonly name: string;
  /** The tenant it is kept for; absent where tenants share it. */
  readonly tenant?: string;
  /** The operation it is kept for; absent where operations share it. */
  readonly operation?: string;
}

const MAXIMUM_PART_LENGTH = 200;
const FINGERPRINT_LENGTH = 43;

/**
 * Builds the key of a shared item. Different parts never give the same key: everything but letters, digits, `-`, `_` and
 * `.` is written as `%` and four hexadecimal digits, so that a separator inside a value cannot be mistaken for one. A value
 * that is longer than 200 characters when written so is cut and ends in its SHA-256, which keeps keys within DynamoDB's limit.
 */
export function sharedKey(prefix: string, parts: KeyParts): string {
  let key = `${prefix}#${encodePart(parts.name)}`;
  if (parts.tenant !== undefined) key += `#tenant=${encodePart(parts.tenant)}`;
  if (parts.operation !== undefined) key += `#operation=${encodePart(parts.operation)}`;
  return key;
}

function encodePart(value: string): string {
  const encoded = value.replace(/[^A-Za-z0-9._-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  if (encoded.length <= MAXIMUM_PART_LENGTH) return encoded;
  // `~` never comes out of the encoding above, so a cut value cannot equal one that was not cut.
  return `${encoded.slice(0, MAXIMUM_PART_LENGTH - FINGERPRINT_LENGTH - 1)}~${fingerprint(encoded)}`;
}

/** The SHA-256 of a text, in 43 characters that need no encoding. */
export function fingerprint(value: string): string {
  return createHash('sha256').update(value).digest('base64url');
}
