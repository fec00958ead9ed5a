import type { Random } from '../core/random.ts';
import { adaptedLimit, type AdaptiveBounds } from './adaptive-limit.ts';
import type { PartQuota } from './fleet-parts.ts';
import { FLEET_TUNING } from './fleet-tuning.ts';
import { sizeNow, type Leases, type Resize } from './lease-state.ts';
import type { CallResult } from './slots.ts';

/** What a change of size is decided by. */
export interface ResizeContext {
  readonly options: AdaptiveBounds & { readonly adaptive: boolean };
  readonly nowMs: number;
  readonly random: Random;
}

/** Environments that propose a change at the same time, on average: more than one in a while would only be refused. */
const PROPOSALS = 2;

/**
 * The change of size that a call gives reason to; undefined if none. A part changes at most once a second, by whatever call
 * comes to its end then: so a few are chosen by chance.
 */
export function proposedResize(
  quota: PartQuota,
  { leases, active }: { readonly leases: Leases; readonly active: number },
  { durationMs, failed }: CallResult,
  { options, nowMs, random }: ResizeContext,
): Resize | undefined {
  if (!options.adaptive || durationMs === undefined) return undefined;
  const { resizeEveryMs } = FLEET_TUNING;
  if (leases.resizedAtMs !== undefined && nowMs - leases.resizedAtMs <= resizeEveryMs) return undefined;
  const limit = sizeNow(leases, { size: quota.size, adaptive: true });
  const share = quota.size / options.maxConcurrent;
  // A part without slots would never be asked again, and so never learn that it may have more.
  const bounds = { ...options, minConcurrent: Math.max(1, Math.ceil(options.minConcurrent * share)), maxConcurrent: quota.size };
  const sample = { durationMs, failed, active, nowMs };
  const to = adaptedLimit({ limit, loweredAtMs: leases.loweredAtMs ?? -Infinity }, sample, bounds).limit;
  if (to === limit || random.next() >= (PROPOSALS * durationMs) / (Math.max(1, active) * resizeEveryMs)) return undefined;
  return { from: leases.size, to, lowers: to < limit, atMs: nowMs, lastBeforeMs: nowMs - resizeEveryMs };
}
