import type { Clock } from '../core/clock.ts';
import { randomId, uniform, type Random } from '../core/random.ts';
import { failureOf, FleetLeases, type FleetLease, type FleetReport } from './fleet-leases.ts';
import { KeptLeases } from './fleet-kept.ts';
import { CallsHere, Outage } from './fleet-outage.ts';
import { partCount, type PartQuota } from './fleet-parts.ts';
import { proposedResize } from './fleet-resize.ts';
import { ScopeSets, type ScopeSet } from './fleet-scope-sets.ts';
import { FLEET_TUNING } from './fleet-tuning.ts';
import { leaseText, nextEndMs } from './lease-state.ts';
import type { ResolvedBulkheadOptions } from './options.ts';
import type { CallResult, Claim, NoSlot, Slot, SlotSource, SlotUsage } from './slots.ts';
import type { AcquireDecision, BulkheadStore } from './store.ts';

/** What the slots of a fleet need from outside. */
export interface FleetSlotsDependencies {
  readonly store: BulkheadStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: FleetReport;
}

const ID_LENGTH = 7;

/**
 * Slots that a fleet shares through a store. A slot is a lease: it ends by itself a margin after the deadline of its call, so
 * that nobody who crashed holds one for ever. A call takes its slots in all scopes by one write, or none, and gives them back
 * by another. While few slots are in use, an environment with many calls keeps a slot for a moment and spends neither.
 *
 * The price of that: an environment that is frozen or killed with a slot that it keeps holds it until the lease ends, as one does
 * that is killed during a call. At most half of the slots can be lost in this way, and none with a `keepDurationMs` of 0.
 */
export class FleetSlots implements SlotSource {
  readonly #options: ResolvedBulkheadOptions;
  readonly #dependencies: FleetSlotsDependencies;
  readonly #sets: ScopeSets;
  readonly #leases: FleetLeases;
  readonly #kept: KeptLeases;
  readonly #here: CallsHere;
  readonly #outage = new Outage();
  #freed: () => void = () => undefined;

  constructor(options: ResolvedBulkheadOptions, dependencies: FleetSlotsDependencies) {
    const { store, clock, random, report } = dependencies;
    const parts = partsOf(options);
    const headroom = options.borrow ? Math.max(1, options.defaultTenantLimit) : undefined;
    this.#options = options;
    this.#dependencies = dependencies;
    this.#sets = new ScopeSets(options.maxKeys, { parts, headroom, random });
    this.#leases = new FleetLeases({ options, parts, store, clock, outage: this.#outage, report, freed: () => this.#freed() });
    this.#kept = new KeptLeases(options);
    this.#here = new CallsHere(headroom);
  }

  take(claim: Claim): Slot | NoSlot | Promise<Slot | NoSlot> {
    const nowMs = this.#dependencies.clock.nowMs();
    const set = this.#sets.of(claim.scopes);
    if (claim.attempts === 0) set.arrived(nowMs);
    return this.#take(claim, set, nowMs);
  }

  onFreed(listener: () => void): void {
    this.#freed = listener;
  }

  usage(): SlotUsage {
    const { active, capacity } = this.#leases.usage();
    return { active: Math.max(active, this.#here.all), capacity };
  }

  #take(claim: Claim, set: ScopeSet, nowMs: number): Slot | NoSlot | Promise<Slot | NoSlot> {
    const { clock } = this.#dependencies;
    const kept = this.#kept.take(set, this.#lastsUntilMs(claim, nowMs), nowMs);
    if (kept !== undefined) return this.#hold(kept);
    this.#leases.letGo(this.#kept.takeDue(nowMs));
    // One asks for all: where it is refused, so would be the others.
    if (set.asking !== undefined && set.isContended(nowMs)) return set.asking.then((answer) => (answer.kind === 'none' ? answer : this.#take(claim, set, clock.nowMs())));
    const asking = this.#ask(claim, set, nowMs).finally(() => {
      if (set.asking === asking) set.asking = undefined;
    });
    set.asking = asking;
    return asking;
  }

  /** How long a call may last. */
  #lastsUntilMs({ call: { deadlineMs } }: Claim, nowMs: number): number {
    return deadlineMs !== undefined && Number.isFinite(deadlineMs) ? Math.max(deadlineMs, nowMs) : nowMs + this.#options.leaseDurationMs;
  }

  async #ask(claim: Claim, set: ScopeSet, nowMs: number): Promise<Slot | NoSlot> {
    const { random } = this.#dependencies;
    const { leaseMarginMs, keepDurationMs } = this.#options;
    // Not where a slot has just been given back here.
    const looks = set.isBusy(nowMs) && nowMs > this.#leases.releasedAtMs;
    const endsAtMs = this.#lastsUntilMs(claim, nowMs) + leaseMarginMs + keepDurationMs;
    const doubtful = this.#leases.takeDoubtful(set, endsAtMs - keepDurationMs);
    const others = set.partsToAsk(claim.attempts > 0 ? FLEET_TUNING.partsAskedAgain : FLEET_TUNING.partsAsked, random);
    const asked = others.filter((quota) => quota !== doubtful?.quota).map((quota) => this.#newLease(set, quota, endsAtMs, nowMs));
    if (doubtful !== undefined) asked.unshift(doubtful);
    let decision: AcquireDecision | undefined;
    try {
      for (const lease of asked) {
        decision = await this.#leases.ask(lease, looks && lease !== doubtful, { nowMs, deadlineMs: claim.call.deadlineMs });
        if (decision.outcome === 'held') return this.#granted(lease, decision);
      }
    } catch (error) {
      return this.#withoutStore(set, error, nowMs);
    }
    return this.#refused(set, decision);
  }

  #newLease(set: ScopeSet, quota: PartQuota, endsAtMs: number, nowMs: number): FleetLease {
    const text = leaseText(endsAtMs, randomId(this.#dependencies.random).slice(0, ID_LENGTH));
    return { text, endsAtMs, takenAtMs: nowMs, quota, set, isSpare: false, isDoubtful: false };
  }

  #granted(lease: FleetLease, { counts }: AcquireDecision): Slot {
    const { size, scopes } = lease.quota;
    const { keptWhileUsed } = FLEET_TUNING;
    lease.isSpare = counts.all <= size * keptWhileUsed && scopes.every(({ limit }, index) => (counts.scopes[index] ?? 0) <= limit * keptWhileUsed);
    lease.isDoubtful = false;
    lease.set.granted(lease.quota);
    return this.#hold(lease);
  }

  #hold(lease: FleetLease): Slot {
    this.#here.add(lease.set);
    return slot(lease.endsAtMs - this.#options.leaseMarginMs, (result) => this.#give(lease, result));
  }

  #give(lease: FleetLease, result: CallResult): void | Promise<void> {
    const { clock, random } = this.#dependencies;
    const nowMs = clock.nowMs();
    this.#here.remove(lease.set);
    lease.set.goesTo(lease.quota);
    const resize = proposedResize(lease.quota, this.#leases.seen(lease.quota), result, { options: this.#options, nowMs, random });
    if (resize === undefined && this.#kept.isUsable(lease, nowMs) && this.#handOn(lease, nowMs)) return settled(this.#leases.alongside);
    const released = this.#leases.giveBack(lease, resize);
    return released.then(() => settled(this.#leases.alongside));
  }

  /** Leaves a slot to a call of this environment: one that waits or, where nobody misses it, the next one. */
  #handOn(lease: FleetLease, nowMs: number): boolean {
    const { isSpare, set } = lease;
    const isContended = set.isContended(nowMs);
    // Only where that call is probable; and while calls wait anywhere, slots are not kept for those that have not come.
    const isKept = isSpare && !isContended && set.gapMs <= this.#options.keepDurationMs / 2;
    if (!isContended && !isKept) return false;
    this.#kept.keep(lease);
    this.#freed();
    return isKept || !this.#kept.remove(lease);
  }

  #refused(set: ScopeSet, decision: AcquireDecision | undefined): NoSlot {
    const { clock, random } = this.#dependencies;
    const nowMs = clock.nowMs();
    // Somebody may wait for what is only kept here.
    this.#leases.letGo(this.#kept.takeAll());
    const waitedForMs = nowMs + set.refused(nowMs, random);
    const endMs = decision === undefined ? Infinity : nextEndMs(decision.leases, nowMs);
    return { kind: 'none', scope: this.#fullScope(set, decision), retryAtMs: Math.min(waitedForMs, endMs) };
  }

  #fullScope({ scopes, quotas }: ScopeSet, decision: AcquireDecision | undefined): NoSlot['scope'] {
    const [narrowest] = scopes;
    if (typeof decision?.full === 'number') return scopes[decision.full];
    // In other parts there may be room, though not for these.
    const isEverywhere = quotas.length === partsOf(this.#options);
    return isEverywhere ? scopes.find(({ kind }) => kind === 'global') : narrowest;
  }

  #withoutStore(set: ScopeSet, error: unknown, askedAtMs: number): Slot | NoSlot {
    const { clock, random, report } = this.#dependencies;
    const { onStoreFailure, queueSize, maxWaitMs } = this.#options;
    const nowMs = clock.nowMs();
    const reason = failureOf(error);
    // An item that gets too many requests is in use, not out of use.
    if (reason === 'no_time_left' || (reason === 'throttled' && onStoreFailure === 'local')) {
      return { kind: 'none', scope: undefined, retryAtMs: nowMs + set.refused(nowMs, random) };
    }
    this.#outage.failed(reason, askedAtMs, nowMs);
    const retryAtMs = nowMs + uniform(random, FLEET_TUNING.storeRetryMs / 2, FLEET_TUNING.storeRetryMs);
    const canWait = queueSize > 0 && maxWaitMs >= FLEET_TUNING.waitableMs;
    if (canWait && !this.#outage.isOut(nowMs)) return { kind: 'none', scope: undefined, retryAtMs };
    report.degraded(onStoreFailure);
    if (onStoreFailure === 'deny') return { kind: 'none', scope: undefined, retryAtMs: Infinity };
    const scope = onStoreFailure === 'local' ? this.#here.fullFor(set, this.#options.maxConcurrent) : undefined;
    return scope === undefined ? this.#holdLocally(set) : { kind: 'none', scope, retryAtMs };
  }

  #holdLocally(set: ScopeSet): Slot {
    this.#here.add(set);
    return slot(Infinity, () => {
      this.#here.remove(set);
      this.#freed();
    });
  }
}

function partsOf({ maxConcurrent, shards, ...options }: ResolvedBulkheadOptions): number {
  const { perTenant, tenantLimits, defaultTenantLimit, perOperation, operationLimits, defaultOperationLimit } = options;
  const smallestLimits = [
    ...(perTenant ? [Math.min(defaultTenantLimit, ...tenantLimits.values())] : []),
    ...(perOperation ? [Math.min(defaultOperationLimit, ...operationLimits.values())] : []),
  ];
  return partCount({ maxConcurrent, shards, smallestLimits });
}

function slot(expiresAtMs: number, give: Slot['give']): Slot {
  let given = false;
  return {
    kind: 'slot',
    expiresAtMs,
    give: (result) => {
      if (given) return undefined;
      given = true;
      return give(result);
    },
  };
}

/** Whatever it resolves to is nobody's business. */
function settled(work: Promise<unknown> | undefined): void | Promise<void> {
  return work?.then(() => undefined);
}
