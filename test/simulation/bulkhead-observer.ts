import type { FleetReport } from '../../runtime/src/bulkhead/fleet-leases.ts';
import { leaseEndMs } from '../../runtime/src/bulkhead/lease-state.ts';
import { isStoreError, type EventSink, type ResilienceEvent } from '../../runtime/src/core/events.ts';
import { START_MS, type Environment } from './environment.ts';
import type { FleetObserver, SimulationRun } from './policy-fleet.ts';
import { rounded } from './round.ts';
import { ServiceObserver, type ServiceFigures } from './service-observer.ts';
import type { StoreMeter } from './store-meter.ts';

/** What a simulation finds of bulkheads. Calls are counted from their true start to their true end. */
export interface BulkheadFigures extends ServiceFigures {
  /** Most calls that ran at the same time, of all and of any one tenant. */
  readonly liveLeasesMax: number;
  readonly liveOfTenantMax: number;
  /** Share of the slots in which a call ran, over the whole time. */
  readonly utilisation: number;
  /** Environments that died with leases in the table, in a call or between two. */
  readonly crashedHolders: number;
  /** From the death of a holder to the next lease that was granted in the place of its own: the longest time; null if nobody died. */
  readonly reclaimedAfterMs: number | null;
  /** The same, from the end of its lease. */
  readonly reclaimedLateMs: number | null;
  /** Leases of the dead whose end has not come, or in whose place none was granted, when the traffic ended. */
  readonly unreclaimed: number;
  /** Calls that were decided without the store. */
  readonly degradedCalls: number;
  readonly writesPerCall: number;
  /** Writes of wishes for a slot that brought none: refused, or without an answer. */
  readonly vainWritesPerEnvironmentPerSecond: number;
}

/** A lease in the table. */
interface HeldLease {
  readonly lease: string;
  readonly item: string;
  readonly holder: Environment;
  readonly life: number;
}

/** A lease whose holder is dead. */
interface DeadLease extends HeldLease {
  readonly diedAtMs: number;
}

/** Watches bulkheads: what callers get, what runs at the same time, and what becomes of the leases of the dead. */
export class BulkheadObserver extends ServiceObserver implements EventSink, FleetObserver {
  defect: unknown;
  /** Where the slots of the fleet report to. */
  readonly report: FleetReport = {
    reclaimed: () => {},
    resized: () => {},
    degraded: () => {
      this.#degraded += 1;
    },
  };
  /** Writes of wishes for a slot that brought none. */
  vainWrites = 0;
  readonly #run: SimulationRun;
  readonly #slots: number;
  readonly #held = new Map<string, HeldLease>();
  readonly #dead = new Map<string, DeadLease>();
  #degraded = 0;
  readonly #reclaimed = { count: 0, afterMs: 0, lateMs: 0 };

  /** @param slots Slots of the fleet, or of each environment. */
  constructor(run: SimulationRun, slots: number) {
    super(run);
    this.#run = run;
    this.#slots = slots;
  }

  emit(event: ResilienceEvent): void {
    if (isStoreError(event) && event.reason === 'other') this.defect ??= event.error;
  }

  /** A lease was granted to an instance of an environment, by whose clock it is `nowMs`. */
  granted(lease: string, item: string, { holder, life, nowMs }: { readonly holder: Environment; readonly life: number; readonly nowMs: number }): void {
    this.#held.set(lease, { lease, item, holder, life });
    // Whoever died before the grant arrived holds it all the same.
    if (holder.life !== life) this.#die({ lease, item, holder, life });
    const ended = [...this.#dead.values()].find((each) => each.item === item && leaseEndMs(each.lease) <= nowMs);
    if (ended !== undefined) this.#reclaim(ended);
  }

  /** A lease was given back. */
  returned(lease: string): void {
    this.#held.delete(lease);
  }

  crashed(environment: Environment): void {
    for (const held of this.#held.values()) if (held.holder === environment) this.#die(held);
  }

  figures({ scenario, ledger }: SimulationRun, meter: StoreMeter): BulkheadFigures {
    const calls = ledger.timeline.total('calls');
    const environmentSeconds = (scenario.fleet.environments * scenario.durationMs) / 1000;
    const { count, afterMs, lateMs } = this.#reclaimed;
    return {
      liveLeasesMax: this.referee.liveMax,
      liveOfTenantMax: this.referee.liveOfTenantMax,
      utilisation: rounded(this.referee.liveMs(scenario.durationMs) / (this.#slots * scenario.durationMs), 6),
      crashedHolders: count + this.#dead.size,
      reclaimedAfterMs: count === 0 ? null : rounded(afterMs, 1),
      reclaimedLateMs: count === 0 ? null : rounded(lateMs, 1),
      unreclaimed: this.#dead.size,
      ...this.serviceFigures(),
      degradedCalls: this.#degraded,
      writesPerCall: calls === 0 ? 0 : rounded(meter.writes / calls, 6),
      vainWritesPerEnvironmentPerSecond: rounded(this.vainWrites / environmentSeconds, 6),
    };
  }

  #die(held: HeldLease): void {
    this.#held.delete(held.lease);
    this.#dead.set(held.lease, { ...held, diedAtMs: this.#run.time.nowMs });
  }

  #reclaim({ lease, diedAtMs }: DeadLease): void {
    const { nowMs } = this.#run.time;
    const endMs = Math.max(diedAtMs, leaseEndMs(lease) - START_MS);
    this.#dead.delete(lease);
    this.#reclaimed.count += 1;
    this.#reclaimed.afterMs = Math.max(this.#reclaimed.afterMs, nowMs - diedAtMs);
    this.#reclaimed.lateMs = Math.max(this.#reclaimed.lateMs, nowMs - endMs);
  }
}
