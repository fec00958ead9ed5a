/** What a key is kept for, as far as its text tells. */
export interface LimitKeyName {
  /** The limit; null where keys are hashed. */
  readonly name: string | null;
  /** The parts, null for one that was not known; null altogether where keys are hashed or too long to be kept whole. */
  readonly parts: readonly (string | null)[] | null;
}

/** How a key looks that is stored as SHA-256. */
const FINGERPRINT = /^[\w-]{43}$/;

/** Text that neither a shell nor the eye takes for anything else. */
const PLAIN = /^(?!null$)[\w.@:/][\w.@:/-]*$/;

/** Whether a key is stored as SHA-256: a limit whose name is as long as that is taken for one. */
export function isFingerprint(key: string): boolean {
  return FINGERPRINT.test(key);
}

/** What a key is kept for, from the text that `limitKey` made. */
export function nameOfKey(key: string): LimitKeyName {
  if (isFingerprint(key)) return { name: null, parts: null };
  if (!key.startsWith('[')) return { name: key, parts: [] };
  try {
    const [name, ...parts] = JSON.parse(key) as unknown[];
    if (typeof name === 'string' && parts.every(isPart)) return { name, parts };
  } catch {
    // Cut, because it was too long.
  }
  return { name: /^\["([^"\\]+)"/.exec(key)?.[1] ?? null, parts: null };
}

/** The parts of a key as they can be given to a command: one that is not plain as JSON. */
export function partsText(parts: LimitKeyName['parts'], key: string): string {
  if (parts === null) return key;
  return parts.map((part) => (part !== null && PLAIN.test(part) ? part : JSON.stringify(part))).join(' ');
}

/** A key as people read it: the limit and the parts. */
export function keyText(key: string): string {
  const { name, parts } = nameOfKey(key);
  return parts === null ? key : `${String(name)} ${partsText(parts, key)}`.trimEnd();
}

function isPart(part: unknown): part is string | null {
  return typeof part === 'string' || part === null;
}
