import { valueAt } from '../core/read.ts';
import { keysOf } from './read.ts';

/** Headers by name. */
export type HeaderFields = Readonly<Record<string, string>>;

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

/** Whether a value can be the name of a header: 1 to 128 characters. */
export function isHeaderName(value: unknown): value is string {
  return typeof value === 'string' && HEADER_NAME.test(value);
}

/** All values of a header of an HTTP event, in the order in which they came; names are read in any case. */
export function requestHeader(event: unknown, name: string): readonly string[] {
  // Where both are there, the plain ones hold the last value only.
  const found = headerIn(valueAt(event, 'multiValueHeaders'), name) ?? headerIn(valueAt(event, 'headers'), name);
  return listOf(found).filter((value): value is string => typeof value === 'string' && value !== '');
}

function listOf(found: unknown): readonly unknown[] {
  try {
    return Array.isArray(found) ? [...(found as unknown[])] : [found];
  } catch {
    return []; // what another middleware has put there cannot be read
  }
}

function headerIn(headers: unknown, name: string): unknown {
  const wanted = name.toLowerCase();
  const found = keysOf(headers).find((key) => key.toLowerCase() === wanted && valueAt(headers, key) !== undefined);
  return found === undefined ? undefined : valueAt(headers, found);
}

/** Whether an event comes from an ALB that sends multi-value headers, and so reads no others in the answer. */
export function usesMultiValueHeaders(event: unknown): boolean {
  return typeof valueAt(event, 'multiValueHeaders') === 'object' && valueAt(event, 'requestContext', 'elb') !== undefined;
}

/** Headers in the form in which an ALB with multi-value headers reads them. */
export function multiValue(headers: Readonly<Record<string, unknown>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [String(value)]]));
}

/** A response as handlers return it, as far as its headers go. */
interface Answer {
  readonly headers?: Readonly<Record<string, unknown>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, unknown>> | null;
}

/**
 * The answer to an HTTP event with headers added, as a copy. A header that is there already stays as it is, in whatever case
 * it is written. What is no response object, such as text, a stream or the bare body that HTTP APIs accept, is given back.
 *
 * @param replaceable Headers that may be overwritten as long as they are what is said here.
 */
export function withHeaders(response: unknown, headers: HeaderFields, event: unknown, replaceable: HeaderFields = {}): unknown {
  if (!isAnswer(response)) return response;
  const taken = takenNames(response, replaceable);
  const added = Object.fromEntries(Object.entries(headers).filter(([name]) => !taken.has(name.toLowerCase())));
  if (Object.keys(added).length === 0) return response;
  const all = { ...response.headers, ...added };
  // The answer may be of a class, and frozen.
  const copy: object = Object.create(Object.getPrototypeOf(response) as object | null) as object;
  return Object.assign(copy, response, {
    headers: all,
    ...(usesMultiValueHeaders(event) && {
      multiValueHeaders: { ...(response.multiValueHeaders ?? multiValue(all)), ...multiValue(added) },
    }),
  });
}

function isAnswer(response: unknown): response is Answer {
  // An answer that renders itself may not survive being copied.
  return ['number', 'string'].includes(typeof valueAt(response, 'statusCode')) && typeof valueAt(response, 'toJSON') !== 'function';
}

function takenNames({ headers, multiValueHeaders }: Answer, replaceable: HeaderFields): Set<string> {
  const single = Object.entries(headers ?? {}).filter(([name, value]) => value !== replaceable[name]);
  const multiple = Object.entries(multiValueHeaders ?? {}).filter(([name, value]) => String(value) !== replaceable[name]);
  return new Set([...single, ...multiple].map(([name]) => name.toLowerCase()));
}
