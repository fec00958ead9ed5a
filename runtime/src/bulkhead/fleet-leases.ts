import type { Clock } from '../core/clock.ts';
import { StoreUnavailableError } from '../core/store-unavailable.ts';
import type { Outage } from './fleet-outage.ts';
import { shareOf, type PartQuota } from './fleet-parts.ts';
import type { ScopeSet } from './fleet-scope-sets.ts';
import { FLEET_TUNING } from './fleet-tuning.ts';
import { endedLeases, NO_LEASES, sizeNow, type AcquireCommand, type Leases, type Resize } from './lease-state.ts';
import type { SlotUsage } from './slots.ts';
import type { AcquireDecision, BulkheadStore, SlotPart, StoredLeases, StoreRequest } from './store.ts';

/** A slot that this environment holds, or may hold. */
export interface FleetLease {
  readonly text: string;
  readonly endsAtMs: number;
  readonly takenAtMs: number;
  readonly quota: PartQuota;
  readonly set: ScopeSet;
  /** Whether so much was free when it was last asked for that nobody misses it. */
  isSpare: boolean;
  /** Whether a request for it or its return has had no answer, so that it may be held. */
  isDoubtful: boolean;
}

/** What happened, for whoever reports it. */
export interface FleetReport {
  /** Ended leases were removed by this environment. */
  reclaimed(leases: number): void;
  /** An adaptive bulkhead has changed the number of its slots. */
  resized(from: number, to: number): void;
  /** A call was decided without the store. */
  degraded(decision: 'local' | 'allow' | 'deny'): void;
}

/** What the leases of an environment have in common. */
export interface FleetLeasesContext {
  readonly options: { readonly name: string; readonly maxConcurrent: number; readonly adaptive: boolean };
  readonly parts: number;
  readonly store: BulkheadStore;
  readonly clock: Clock;
  readonly outage: Outage;
  readonly report: FleetReport;
  /** Called when a slot was given back. */
  readonly freed: () => void;
}

interface Seen {
  readonly leases: Leases;
  readonly active: number;
}

/**
 * The leases of one environment in the store. What need not be waited for is written alongside: it is awaited before the answer
 * of the call leaves. A lease of which nobody knows whether it is held is asked for again, or given back, as soon as the store
 * answers; its end frees it at the latest.
 */
export class FleetLeases {
  readonly #context: FleetLeasesContext;
  readonly #seen: (Seen | undefined)[] = [];
  readonly #alongside = new Set<Promise<void>>();
  #doubtful: FleetLease[] = [];
  #releasedAtMs = -Infinity;

  constructor(context: FleetLeasesContext) {
    this.#context = context;
  }

  /** Everything that is being written alongside; undefined if that is nothing. Never rejects. */
  get alongside(): Promise<unknown> | undefined {
    return this.#alongside.size === 0 ? undefined : Promise.all(this.#alongside);
  }

  /** When a slot was last given back here, in epoch milliseconds. */
  get releasedAtMs(): number {
    return this.#releasedAtMs;
  }

  /** A part as last seen. */
  seen({ part }: PartQuota): Seen {
    return this.#seen[part] ?? { leases: NO_LEASES, active: 0 };
  }

  /** Slots in use and slots that there are, as far as is known. */
  usage(): SlotUsage {
    const { parts, options } = this.#context;
    let active = 0;
    let capacity = 0;
    for (let part = 0; part < parts; part += 1) {
      const { leases = NO_LEASES, active: here = 0 } = this.#seen[part] ?? {};
      active += here;
      capacity += sizeNow(leases, { size: shareOf(options.maxConcurrent, parts, part), adaptive: options.adaptive });
    }
    return { active, capacity };
  }

  /** A lease of the same scopes that may be held and would do: to ask for it again settles what became of it. */
  takeDoubtful(set: ScopeSet, untilMs: number): FleetLease | undefined {
    const lease = this.#doubtful.find((each) => each.set === set && each.endsAtMs >= untilMs);
    if (lease !== undefined) this.#doubtful = this.#doubtful.filter((each) => each !== lease);
    return lease;
  }

  /**
   * Asks for a lease.
   *
   * @param looks Whether to look first: a write that is refused costs ten times as much as a look.
   * @throws StoreUnavailableError if the store gives no answer.
   */
  async ask(lease: FleetLease, looks: boolean, request: StoreRequest): Promise<AcquireDecision> {
    const { store, outage, options } = this.#context;
    const { quota } = lease;
    const command: AcquireCommand = { lease: lease.text, size: quota.size, adaptive: options.adaptive, scopes: quota.scopes, nowMs: request.nowMs };
    const part = this.#partOf(quota);
    if (looks) {
      const looked = await store.look(part, command, request);
      this.#see(quota, looked.leases, request.nowMs);
      outage.answered();
      this.#letGoDoubtful(request.nowMs);
      if (looked.outcome !== 'room') return looked;
    }
    try {
      const decision = await store.acquire(part, command, this.seen(quota).leases, request);
      this.#answered(quota, decision, request.nowMs);
      return decision;
    } catch (error) {
      // What was doubtful before stays so, even if this request has not left.
      if (lease.isDoubtful || mayBeDone(error)) this.#doubt(lease);
      throw error;
    }
  }

  /** Gives a lease back. Never rejects. */
  async giveBack(lease: FleetLease, resize?: Resize): Promise<void> {
    const { store, outage, clock, freed } = this.#context;
    const request = { nowMs: clock.nowMs() };
    const part = this.#partOf(lease.quota);
    const command = { lease: lease.text, scopes: lease.quota.scopes.map(({ name }) => name) };
    try {
      let answer = await store.release(part, { ...command, resize }, request);
      if (resize !== undefined && isDone(answer, lease, resize)) this.#resized(lease.quota, answer.leases, request.nowMs);
      // Somebody else has changed the size: the slot is given back all the same.
      else if (resize !== undefined && answer.leases.all.has(lease.text)) answer = await store.release(part, { ...command, resize: undefined }, request);
      this.#see(lease.quota, answer.leases, request.nowMs);
      outage.answered();
      this.#releasedAtMs = clock.nowMs();
    } catch (error) {
      outage.failed(failureOf(error), request.nowMs, clock.nowMs());
      this.#doubt(lease);
      return;
    }
    freed();
  }

  /** Gives leases back alongside. */
  letGo(leases: readonly FleetLease[]): void {
    for (const lease of leases) this.#run(this.giveBack(lease));
  }

  #answered(quota: PartQuota, { outcome, leases, reclaimed }: AcquireDecision, nowMs: number): void {
    const { outage, report } = this.#context;
    outage.answered();
    this.#see(quota, leases, nowMs);
    if (reclaimed > 0) report.reclaimed(reclaimed);
    const ended = endedLeases(leases, nowMs);
    if (outcome === 'held' && ended.length > 0) this.#run(this.#reclaim(quota, leases, ended));
    this.#letGoDoubtful(nowMs);
  }

  /** Gives back what may be held, now that the store answers. */
  #letGoDoubtful(nowMs: number): void {
    const doubtful = this.#doubtful.filter(({ endsAtMs }) => endsAtMs > nowMs);
    this.#doubtful = [];
    this.letGo(doubtful);
  }

  async #reclaim(quota: PartQuota, known: Leases, ended: readonly string[]): Promise<void> {
    const { store, clock, report } = this.#context;
    const nowMs = clock.nowMs();
    try {
      const { applied, leases } = await store.reclaim(this.#partOf(quota), known, ended, { nowMs });
      this.#see(quota, leases, nowMs);
      if (applied) report.reclaimed(ended.length);
    } catch {
      // They are in nobody's way.
    }
  }

  #resized(quota: PartQuota, leases: Leases, nowMs: number): void {
    const { capacity: from } = this.usage();
    this.#see(quota, leases, nowMs);
    const { capacity: to } = this.usage();
    if (from !== to) this.#context.report.resized(from, to);
  }

  #doubt(lease: FleetLease): void {
    lease.isDoubtful = true;
    this.#doubtful.push(lease);
    if (this.#doubtful.length > FLEET_TUNING.mostLoose) this.#doubtful.shift();
  }

  #see({ part }: PartQuota, leases: Leases, nowMs: number): void {
    this.#seen[part] = { leases, active: leases.all.size - endedLeases(leases, nowMs).length };
  }

  #partOf({ part }: PartQuota): SlotPart {
    const { options, parts } = this.#context;
    return { name: options.name, part, parts };
  }

  #run(work: Promise<void>): void {
    const tracked = work.finally(() => this.#alongside.delete(tracked));
    this.#alongside.add(tracked);
  }
}

/** Why a store gave no answer. */
export function failureOf(error: unknown): StoreUnavailableError['reason'] {
  return error instanceof StoreUnavailableError ? error.reason : 'other';
}

/** Whether a change of size was made, also where the answer to it was lost and the repeat came too late. */
function isDone({ applied, leases }: StoredLeases, { text }: FleetLease, { to, atMs }: Resize): boolean {
  return applied || (leases.size === to && leases.resizedAtMs === atMs && !leases.all.has(text));
}

/** Whether a write without an answer may have been made. */
function mayBeDone(error: unknown): boolean {
  const reason = failureOf(error);
  return reason !== 'paused' && reason !== 'no_time_left';
}
