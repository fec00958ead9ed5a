import { textHash } from '../core/text-hash.ts';
import { FLEET_TUNING } from './fleet-tuning.ts';
import type { ScopeQuota } from './lease-state.ts';
import type { Scope } from './slots.ts';

/** What a call may have of one part. */
export interface PartQuota {
  readonly part: number;
  /** Slots of the part. */
  readonly size: number;
  /** Of the tenant and the operation, in the order of the scopes of the call. */
  readonly scopes: readonly ScopeQuota[];
}

/** What decides into how many parts the slots are split. */
export interface PartOptions {
  readonly maxConcurrent: number;
  /** Parts wanted; 0 for one per twenty slots. */
  readonly shards: number;
  /** The smallest limit of a tenant and of an operation, where there are any. */
  readonly smallestLimits: readonly number[];
}

/**
 * Into how many parts the slots are split: every environment comes to the same number. Where both tenants and operations are
 * limited, a call needs a part in which both have a slot; so one kind has to have slots in all of them.
 */
export function partCount({ maxConcurrent, shards, smallestLimits }: PartOptions): number {
  const { mostParts, slotsPerPart } = FLEET_TUNING;
  const wanted = Math.min(maxConcurrent, shards > 0 ? shards : Math.ceil(maxConcurrent / slotsPerPart), mostParts);
  return smallestLimits.length < 2 ? wanted : Math.max(1, Math.min(wanted, Math.max(...smallestLimits)));
}

/** The share of one part in a limit: all shares together are the limit. */
export function shareOf(limit: number, parts: number, part: number): number {
  return Math.floor(limit / parts) + (part < limit % parts ? 1 : 0);
}

/**
 * The parts in which a call may have a slot, and how many there are of each of its scopes. A scope with fewer slots than there
 * are parts has one in each of as many parts, which its key chooses.
 *
 * @param headroom Slots that have to stay free when a tenant takes more than its own; undefined if it never may.
 */
export function quotasOf(scopes: readonly Scope[], parts: number, headroom: number | undefined): readonly PartQuota[] {
  const total = scopes.find(({ kind }) => kind === 'global')?.limit ?? Infinity;
  const narrow = scopes.filter(({ kind }) => kind !== 'global');
  const places = narrow.map((scope) => placesOf(scope, parts));
  const quotas: PartQuota[] = [];
  for (let part = 0; part < parts; part += 1) {
    const size = shareOf(total, parts, part);
    const shares = narrow.map((scope, index): ScopeQuota => {
      const limit = Math.min(size, places[index]?.(part) ?? 0);
      const spare = scope.kind === 'tenant' && headroom !== undefined ? shareOf(headroom, parts, part) : undefined;
      return { name: scopeNameOf(scope), limit, spare };
    });
    if (size > 0 && shares.every(({ limit, spare }) => limit > 0 || spare !== undefined)) quotas.push({ part, size, scopes: shares });
  }
  return quotas;
}

/** A name that no other scope has. */
export function scopeNameOf({ kind, key }: Scope): string {
  return `${kind}:${key}`;
}

function placesOf(scope: Scope, parts: number): (part: number) => number {
  if (scope.limit >= parts) return (part) => shareOf(scope.limit, parts, part);
  const name = scopeNameOf(scope);
  const ranked = Array.from({ length: parts }, (_, part) => ({ part, rank: textHash(`${name}#${part}`) })).sort((a, b) => a.rank - b.rank);
  const chosen = new Set(ranked.slice(0, scope.limit).map(({ part }) => part));
  return (part) => (chosen.has(part) ? 1 : 0);
}
