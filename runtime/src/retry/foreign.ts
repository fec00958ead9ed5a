import { isObject, valueAt } from '../core/read.ts';

/** The HTTP status of a response or an error in the shapes in use: Lambda's, that of fetch, the SDK's and that of axios. */
export function statusOf(value: unknown): number | undefined {
  if (!isObject(value)) return undefined;
  for (const path of STATUS_PATHS) {
    const status = valueAt(value, ...path);
    if (typeof status === 'number') return status;
  }
  return undefined;
}

const STATUS_PATHS = [['statusCode'], ['status'], ['$metadata', 'httpStatusCode'], ['response', 'status']] as const;

/** A header of a response, or of the response that an error carries; names are read in any case. */
export function headerOf(value: unknown, name: string): string | undefined {
  for (const headers of [valueAt(value, 'headers'), valueAt(value, 'response', 'headers'), valueAt(value, '$response', 'headers')]) {
    const found = headerIn(headers, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function headerIn(headers: unknown, name: string): string | undefined {
  if (!isObject(headers)) return undefined;
  try {
    const { get } = headers as { readonly get?: unknown };
    const found: unknown = typeof get === 'function' ? (get as (name: string) => unknown).call(headers, name) : ownHeader(headers, name);
    const first = Array.isArray(found) ? (found as unknown[])[0] : found;
    return typeof first === 'string' || typeof first === 'number' ? String(first) : undefined;
  } catch {
    return undefined;
  }
}

function ownHeader(headers: object, name: string): unknown {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] as unknown;
}

/** Whether a value is a stream, or a response whose body has yet to be read. */
export function hasOpenBody(value: unknown): boolean {
  return isStream(value) || isStream(valueAt(value, 'body'));
}

function isStream(value: unknown): boolean {
  return isObject(value) && ENDINGS.some((end) => typeof valueAt(value, end) === 'function');
}

/** What ends a stream of the web, and one of Node. */
const ENDINGS = ['cancel', 'destroy'] as const;

/**
 * Lets go of the body of a response that nobody will read: unread, it would keep its connection. Never throws.
 */
export function discardBody(value: unknown): void {
  const body = valueAt(value, 'body');
  if (!isObject(body)) return;
  for (const end of ENDINGS) {
    const method = valueAt(body, end);
    if (typeof method !== 'function') continue;
    try {
      const ending = (method as () => unknown).call(body);
      // A body that is being read cannot be cancelled, and says so by a rejection.
      if (ending instanceof Promise) ending.catch(() => undefined);
    } catch {
      // It is somebody else's.
    }
    return;
  }
}
