/**
 * The leases of one part of a bulkhead: who holds its slots, and until when. Pure; what DynamoDB is asked to do is what these
 * functions say, and the store in memory runs them.
 *
 * A lease is one text: the end of the lease in milliseconds, in eight digits of base 36, and an id. That text stands among the
 * leases of all, the id alone among those of its tenant and its operation. A lease that has ended counts for nobody, whoever
 * looks; it is removed by the next who needs its place.
 */

/** The leases of one part, as stored. Sets that are empty are absent. */
export interface Leases {
  /** Every lease. */
  readonly all: ReadonlySet<string>;
  /** By scope, the ids of its leases. */
  readonly scopes: ReadonlyMap<string, ReadonlySet<string>>;
  /** Slots that an adaptive bulkhead has left to the part; undefined as long as it has changed nothing. */
  readonly size: number | undefined;
  /** When it last did, in epoch milliseconds. */
  readonly resizedAtMs: number | undefined;
  /** When it last took slots away, in epoch milliseconds. */
  readonly loweredAtMs: number | undefined;
}

/** Nothing is stored. */
export const NO_LEASES: Leases = Object.freeze({
  all: new Set<string>(),
  scopes: new Map<string, Set<string>>(),
  size: undefined,
  resizedAtMs: undefined,
  loweredAtMs: undefined,
});

/** What a tenant or an operation may have of one part. */
export interface ScopeQuota {
  readonly name: string;
  /** Slots of its own. */
  readonly limit: number;
  /** It may have more as long as more than this many slots are free; undefined: never. */
  readonly spare: number | undefined;
}

/** The wish for a slot in a part. */
export interface AcquireCommand {
  /** The lease: see `leaseText`. Unique to one slot, and the same in every repeat. */
  readonly lease: string;
  /** Slots of the part. */
  readonly size: number;
  /** Whether the size that is stored counts too, if it is less. */
  readonly adaptive: boolean;
  /** The narrowest first. */
  readonly scopes: readonly ScopeQuota[];
  readonly nowMs: number;
}

/** What comes of a wish for a slot. `full` with a number: the scope at that place; `all`: the part itself. */
export type AcquireOutcome = { readonly outcome: 'held' } | { readonly outcome: 'room' } | { readonly outcome: 'full'; readonly scope: number | 'all' };

/** A change of the number of slots of an adaptive bulkhead. */
export interface Resize {
  /** What is stored before: the change is not made if it is anything else. */
  readonly from: number | undefined;
  readonly to: number;
  /** Whether it takes slots away. */
  readonly lowers: boolean;
  readonly atMs: number;
  /** Nor is it made if there was one since. */
  readonly lastBeforeMs: number;
}

/** The return of a slot. */
export interface ReleaseCommand {
  readonly lease: string;
  /** Names of its scopes. */
  readonly scopes: readonly string[];
  readonly resize: Resize | undefined;
}

/** Leases in use. */
export interface LeaseCounts {
  readonly all: number;
  /** In the order of the scopes of the command. */
  readonly scopes: readonly number[];
}

const END_DIGITS = 8;
const LATEST_END_MS = 36 ** END_DIGITS - 1;

/** The text of a lease. */
export function leaseText(endsAtMs: number, id: string): string {
  return Math.min(LATEST_END_MS, Math.ceil(endsAtMs)).toString(36).padStart(END_DIGITS, '0') + id;
}

/** When a lease ends, in epoch milliseconds; at once if the text is none. */
export function leaseEndMs(lease: string): number {
  const endMs = Number.parseInt(lease.slice(0, END_DIGITS), 36);
  return Number.isNaN(endMs) ? 0 : endMs;
}

/** The part of a lease that its scopes know it by. */
export function leaseId(lease: string): string {
  return lease.slice(END_DIGITS);
}

/** Leases that have ended, the oldest first. */
export function endedLeases({ all }: Leases, nowMs: number): string[] {
  const ended: string[] = [];
  for (const lease of all) if (leaseEndMs(lease) <= nowMs) ended.push(lease);
  return ended.sort();
}

/** When the first of the leases ends that have not; infinite if there are none. */
export function nextEndMs({ all }: Leases, nowMs: number): number {
  let nextMs = Infinity;
  for (const lease of all) {
    const endMs = leaseEndMs(lease);
    if (endMs > nowMs && endMs < nextMs) nextMs = endMs;
  }
  return nextMs;
}

/** The slots that a part has now. */
export function sizeNow({ size }: Leases, command: Pick<AcquireCommand, 'size' | 'adaptive'>): number {
  return command.adaptive && size !== undefined ? Math.min(size, command.size) : command.size;
}

/** Counts the leases that have not ended. */
export function countLeases(leases: Leases, { scopes, nowMs }: Pick<AcquireCommand, 'scopes' | 'nowMs'>): LeaseCounts {
  return countWithout(leases, scopes, endedLeases(leases, nowMs));
}

function countWithout(leases: Leases, scopes: readonly ScopeQuota[], ended: readonly string[]): LeaseCounts {
  const endedIds = ended.map(leaseId);
  return {
    all: leases.all.size - ended.length,
    scopes: scopes.map(({ name }) => {
      const ids = leases.scopes.get(name);
      return ids === undefined ? 0 : ids.size - endedIds.filter((id) => ids.has(id)).length;
    }),
  };
}

/** Decides a wish: all scopes have room, or it gets none. */
export function decide(leases: Leases, command: AcquireCommand): AcquireOutcome {
  return decideWithout(leases, command, endedLeases(leases, command.nowMs));
}

/** Decides a wish where only some of the ended leases are known to count for nobody. */
function decideWithout(leases: Leases, command: AcquireCommand, ended: readonly string[]): AcquireOutcome {
  if (leases.all.has(command.lease)) return { outcome: 'held' };
  const counts = countWithout(leases, command.scopes, ended);
  const size = sizeNow(leases, command);
  const id = leaseId(command.lease);
  const full = command.scopes.findIndex(({ name, limit, spare }, index) => {
    // The same id by chance: it would not be counted.
    if (leases.scopes.get(name)?.has(id) === true) return true;
    return (counts.scopes[index] ?? 0) >= limit && !(spare !== undefined && counts.all < size - spare);
  });
  if (full >= 0) return { outcome: 'full', scope: full };
  return counts.all < size ? { outcome: 'room' } : { outcome: 'full', scope: 'all' };
}

/**
 * The ended leases whose places a wish needs: none where there is room beside them. Undefined if they are too many for one
 * write, which then has to remove them first.
 */
export function endedToPass(leases: Leases, command: AcquireCommand, most: number): readonly string[] | undefined {
  if (decideWithout(leases, command, []).outcome !== 'full') return [];
  const ended = endedLeases(leases, command.nowMs);
  const isInScope = (lease: string) => command.scopes.some(({ name }) => leases.scopes.get(name)?.has(leaseId(lease)) === true);
  const passed = [...ended.filter(isInScope), ...ended.filter((lease) => !isInScope(lease))].slice(0, most);
  return decideWithout(leases, command, passed).outcome === 'full' ? undefined : passed;
}

/** The leases with one more. */
export function withLease(leases: Leases, { lease, scopes }: Pick<AcquireCommand, 'lease' | 'scopes'>): Leases {
  const added = new Map(leases.scopes);
  for (const { name } of scopes) added.set(name, new Set(added.get(name)).add(leaseId(lease)));
  return { ...leases, all: new Set(leases.all).add(lease), scopes: added };
}

/** The leases without some, and their scopes without their ids. */
export function withoutLeases(leases: Leases, gone: readonly string[]): Leases {
  const all = new Set(leases.all);
  for (const lease of gone) all.delete(lease);
  const scopes = new Map<string, ReadonlySet<string>>();
  const ids = new Set(gone.map(leaseId));
  for (const [name, held] of leases.scopes) {
    const left = new Set([...held].filter((id) => !ids.has(id)));
    if (left.size > 0) scopes.set(name, left);
  }
  return { ...leases, all, scopes };
}

/** Whether a slot can be given back, with the change of size that comes along: never one that is somebody else's by now. */
export function mayRelease(leases: Leases, { lease, resize }: ReleaseCommand): boolean {
  if (!leases.all.has(lease)) return false;
  return resize === undefined || (leases.size === resize.from && (leases.resizedAtMs === undefined || leases.resizedAtMs < resize.lastBeforeMs));
}

/** The leases after a slot was given back. */
export function released(leases: Leases, { lease, resize }: ReleaseCommand): Leases {
  const left = withoutLeases(leases, [lease]);
  if (resize === undefined) return left;
  const { to, atMs, lowers } = resize;
  return { ...left, size: to, resizedAtMs: atMs, loweredAtMs: lowers ? atMs : left.loweredAtMs };
}
