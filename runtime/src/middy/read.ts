import { valueAt } from '../core/read.ts';

/** The text at a path; undefined if there is none or it is empty. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** How many entries the list at a path has; 0 if there is none. */
export function lengthAt(value: unknown, ...path: readonly string[]): number {
  const length = valueAt(value, ...path, 'length');
  return typeof length === 'number' && Number.isSafeInteger(length) && length > 0 ? length : 0;
}

/** The names of the members of an object; none if it is no object or cannot be read. */
export function keysOf(value: unknown): readonly string[] {
  try {
    return typeof value === 'object' && value !== null ? Object.keys(value) : [];
  } catch {
    return [];
  }
}
