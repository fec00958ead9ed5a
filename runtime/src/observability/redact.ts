import { types } from 'node:util';
import { cutText } from './members.ts';
import { isSecretKey, maskSecrets, REDACTED } from '../core/secrets.ts';

/** What is hidden besides the keys that name secrets, and how much is copied. */
export interface RedactOptions {
  /** Members to hide, such as `user.email` or `items.*.price`; `*` stands for any key or index, case does not matter. Default: none. */
  readonly paths?: readonly string[] | undefined;
  /** Levels of objects and lists; what is deeper becomes `[deep]`. Default 8. */
  readonly maxDepth?: number | undefined;
  /** Values copied; the rest becomes `[cut]`. Default 1,000. */
  readonly maxNodes?: number | undefined;
  /** Length of a text, in UTF-16 units; longer ones end with `…`. Default 1,024. */
  readonly maxStringLength?: number | undefined;
}

const MAXIMUM_DEPTH = 8;
const MAXIMUM_NODES = 1000;
const MAXIMUM_STRING_LENGTH = 1024;
const MAXIMUM_KEY_LENGTH = 128;

/** A secret that begins within the shown part of a text may end behind it, and masking moves what is behind it forward. */
const SLACK = 4096;
/** A secret of fixed length, cut in half, is not seen as one: so the end of a cut text is not shown. */
const LONGEST_FIXED_SECRET = 64;
/** JSON inside a text is redacted like any other, unless reading it would take long. */
const MAXIMUM_INNER_LENGTH = 65_536;

/** What is left of the paths that lead through the value at hand. */
type Paths = readonly (readonly string[])[];

interface Walk {
  readonly maxDepth: number;
  readonly maxStringLength: number;
  readonly above: Set<object>;
  nodesLeft: number;
}

/**
 * A copy of a JSON-like value for a log line, with `[redacted]` in the place of secrets: of members whose key names one, of the
 * configured paths, and of tokens inside texts. JSON inside a text is redacted too. Bounded in depth, values and length of
 * texts. Nothing of the value runs (no `toJSON`) but getters, and the value is never changed. Never throws.
 */
export function redact(value: unknown, options: RedactOptions = {}): unknown {
  const paths = (options.paths ?? []).map(segmentsOf);
  if (paths.some((path) => path.length === 0)) return REDACTED;
  const walk: Walk = {
    maxDepth: options.maxDepth ?? MAXIMUM_DEPTH,
    maxStringLength: options.maxStringLength ?? MAXIMUM_STRING_LENGTH,
    nodesLeft: options.maxNodes ?? MAXIMUM_NODES,
    above: new Set(),
  };
  return copyOf(walk, value, paths);
}

/** Every problem of a list of paths to hide, each as one sentence that names the option, the value seen and the remedy. */
export function redactPathProblems(option: string, paths: unknown): string[] {
  if (paths === undefined) return [];
  if (!Array.isArray(paths)) return [`${option} is no list: set a list of paths such as 'user.email' or 'items.*.price'`];
  return (paths as unknown[]).flatMap((path, index) => {
    if (typeof path === 'string' && path !== '' && !segmentsOf(path).includes('')) return [];
    return [`${option}[${index}] is ${typeof path === 'string' ? `'${path}'` : typeof path}: set a path such as 'user.email' or 'items.*.price'`];
  });
}

function segmentsOf(path: string): readonly string[] {
  const dotted = path.replace(/\[(\*|\d+)\]/g, '.$1').replace(/^\$(?:\.|$)/, '');
  return dotted === '' ? [] : dotted.toLowerCase().split('.');
}

function copyOf(walk: Walk, value: unknown, paths: Paths): unknown {
  if (walk.nodesLeft <= 0) return '[cut]';
  walk.nodesLeft -= 1;
  if (typeof value === 'string') return copyOfText(walk, value, paths);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  return typeof value === 'object' && value !== null ? copyOfObject(walk, value, paths) : value;
}

function copyOfObject(walk: Walk, value: object, paths: Paths): unknown {
  if (walk.above.has(value)) return '[circular]';
  if (walk.above.size >= walk.maxDepth) return '[deep]';
  walk.above.add(value);
  try {
    if (types.isAnyArrayBuffer(value) || ArrayBuffer.isView(value)) return '[binary]';
    if (types.isDate(value)) return copyOfText(walk, value.toISOString(), []);
    return Array.isArray(value) ? copyOfList(walk, value as unknown[], paths) : copyOfMembers(walk, value, paths);
  } catch {
    return '[unreadable]';
  } finally {
    walk.above.delete(value);
  }
}

function copyOfList(walk: Walk, list: readonly unknown[], paths: Paths): unknown[] {
  const copy: unknown[] = [];
  for (let index = 0; index < list.length; index += 1) {
    copy.push(copyOfMember(walk, list, String(index), paths));
    if (walk.nodesLeft <= 0) return index + 1 < list.length ? [...copy, '[cut]'] : copy;
  }
  return copy;
}

function copyOfMembers(walk: Walk, value: object, paths: Paths): object {
  const entries: [string, unknown][] = [];
  const names = value instanceof Error ? ['name', 'message', ...Object.keys(value)] : Object.keys(value);
  for (const [index, name] of names.entries()) {
    if (walk.nodesLeft <= 0) {
      entries.push(['[cut]', names.length - index]);
      break;
    }
    entries.push([shownName(name), isSecretKey(name) ? hidden(walk) : copyOfMember(walk, value, name, paths)]);
  }
  return Object.fromEntries(entries);
}

function copyOfMember(walk: Walk, value: object, name: string, paths: Paths): unknown {
  const inner = paths.length === 0 ? paths : pathsThrough(paths, name.toLowerCase());
  // What is hidden is not even read.
  return inner.some((path) => path.length === 0) ? hidden(walk) : copyOf(walk, readMember(value, name), inner);
}

function readMember(value: object, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name];
  } catch {
    return '[unreadable]';
  }
}

function pathsThrough(paths: Paths, name: string): Paths {
  return paths.filter(([first]) => first === '*' || first === name).map((path) => path.slice(1));
}

function hidden(walk: Walk): string {
  walk.nodesLeft -= 1;
  return REDACTED;
}

/** Keys may be made of secrets themselves; and a key that would be a prototype is none, for whoever merges the copy. */
function shownName(name: string): string {
  return name === '__proto__' ? '[__proto__]' : shorten(name, MAXIMUM_KEY_LENGTH);
}

function copyOfText(walk: Walk, text: string, paths: Paths): string {
  const inner = /^\s{0,64}[[{]/.test(text) ? innerJson(walk, text, paths) : undefined;
  return inner === undefined ? shorten(text, walk.maxStringLength) : withEllipsis(inner, walk.maxStringLength);
}

/** JSON inside a text, redacted; `[cut]` if it is too long to be read, undefined if it is no JSON. */
function innerJson(walk: Walk, text: string, paths: Paths): string | undefined {
  if (text.length > MAXIMUM_INNER_LENGTH) return '[cut]';
  const parsed = parseJson(text);
  return parsed === undefined ? undefined : JSON.stringify(copyOfObject(walk, parsed, paths));
}

function parseJson(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function shorten(text: string, maximumLength: number): string {
  const { text: masked, isCut } = maskedStart(text, maximumLength);
  return withEllipsis(masked, maximumLength, isCut || masked.length > maximumLength);
}

/**
 * The start of a text without secrets, and whether the text goes on behind it. Usually longer than the length asked for, to be cut
 * by the caller; made in time that depends on that length only.
 */
export function maskedStart(text: string, length: number): { readonly text: string; readonly isCut: boolean } {
  const start = text.slice(0, length + SLACK);
  const masked = maskSecrets(start);
  const isCut = start.length < text.length;
  return { text: isCut ? masked.slice(0, -LONGEST_FIXED_SECRET) : masked, isCut };
}

function withEllipsis(text: string, maximumLength: number, isCut = text.length > maximumLength): string {
  return isCut ? `${cutText(text, Math.max(0, maximumLength - 1))}…` : text;
}
