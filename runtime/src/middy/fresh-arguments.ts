import type { HandlerArguments } from './handler-wrappers.ts';

/** What several runs of a handler share, unless they are kept apart. */
export type SharedArguments = Pick<HandlerArguments, 'event' | 'context'>;

/**
 * Keeps several runs of a handler apart: what one of them writes into its event or context, no other one sees. Objects and
 * arrays are copied with all that they hold; instances of classes, functions and buffers are shared.
 *
 * @returns What each run is to be called with. The first one gets what was given, so that middlewares further out see what it
 * writes; each later one gets a copy of that as it was before.
 */
export function freshArguments({ event, context }: SharedArguments): () => SharedArguments {
  const kept = { event: copyOf(event), context: copyOf(context) };
  let isFirst = true;
  return () => {
    if (!isFirst) return { event: copyOf(kept.event), context: copyOf(kept.context) };
    isFirst = false;
    return { event, context };
  };
}

type Members = Record<string, unknown>;

/** Goes on without recursion, because a body may be nested as deep as its sender likes; in cycles it ends. */
function copyOf(value: unknown): unknown {
  const copies = new Map<object, object>();
  const open: (readonly [from: Members, to: Members])[] = [];
  const copied = (member: unknown): unknown => {
    if (!isPlain(member)) return member;
    const known = copies.get(member);
    if (known !== undefined) return known;
    const copy = Array.isArray(member) ? [] : (Object.create(Object.getPrototypeOf(member) as object | null) as object);
    copies.set(member, copy);
    open.push([member as Members, copy as Members]);
    return copy;
  };
  try {
    const root = copied(value);
    for (let next = open.pop(); next !== undefined; next = open.pop()) copyMembers(...next, copied);
    return root;
  } catch {
    // What cannot be read cannot be copied: better shared than a request that fails.
    return value;
  }
}

function copyMembers(from: Members, to: Members, copied: (member: unknown) => unknown): void {
  for (const key of Object.keys(from)) {
    // Assigned, this one name would set the prototype.
    if (key === '__proto__') Object.defineProperty(to, key, { value: copied(from[key]), writable: true, enumerable: true, configurable: true });
    else to[key] = copied(from[key]);
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value) as object | null;
  // Asked like this, plain objects of other realms are plain too.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
