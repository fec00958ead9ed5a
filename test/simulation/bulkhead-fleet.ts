import { FleetSlots } from '../../runtime/src/bulkhead/fleet-slots.ts';
import { LocalSlots } from '../../runtime/src/bulkhead/local-slots.ts';
import { resolveBulkheadOptions, type ResolvedBulkheadOptions } from '../../runtime/src/bulkhead/options.ts';
import { Bulkhead, type BulkheadParts } from '../../runtime/src/bulkhead/policy.ts';
import type { SlotSource } from '../../runtime/src/bulkhead/slots.ts';
import type { AcquireDecision, BulkheadStore } from '../../runtime/src/bulkhead/store.ts';
import type { Gate } from '../../runtime/src/core/gate.ts';
import { BulkheadObserver } from './bulkhead-observer.ts';
import { BulkheadTable, itemOf, type ChargedAcquire } from './bulkhead-table.ts';
import type { Environment } from './environment.ts';
import { meteredTraffic, sleeper, surroundings, type PolicyFleet, type SimulationRun, type Surroundings } from './policy-fleet.ts';
import { StoreMeter } from './store-meter.ts';
import type { StoreCall, StoreTraffic } from './store-traffic.ts';

/** Stands in where a scenario gives no name. */
const DEFAULT_NAME = 'bulkhead';

/** Makes the bulkhead of one instance of an environment. */
export type CreateBulkhead = (options: ResolvedBulkheadOptions, parts: BulkheadParts) => Gate;

/** The bulkheads of a fleet around one shared store, and everything that is seen of them. */
export class BulkheadFleet implements PolicyFleet {
  readonly meter = new StoreMeter();
  readonly observer: BulkheadObserver;
  readonly #run: SimulationRun;
  readonly #options: ResolvedBulkheadOptions;
  readonly #createBulkhead: CreateBulkhead;
  readonly #table = new BulkheadTable();
  readonly #traffic: StoreTraffic;

  /** @param createBulkhead Puts another policy in the place of the real one. */
  constructor(run: SimulationRun, createBulkhead: CreateBulkhead = (...args) => new Bulkhead(...args)) {
    this.#run = run;
    this.#createBulkhead = createBulkhead;
    this.#options = resolveBulkheadOptions({ name: DEFAULT_NAME, ...run.scenario.options });
    const { shared, maxConcurrent } = this.#options;
    this.observer = new BulkheadObserver(run, shared ? maxConcurrent : maxConcurrent * run.scenario.fleet.environments);
    this.#traffic = meteredTraffic(run, this, () => {});
  }

  create(environment: Environment): Gate {
    const own = surroundings(this.#run, environment);
    const sleep = sleeper(this.#run, environment);
    return this.#createBulkhead(this.#options, { slots: this.#slots(own), clock: own.clock, sink: this.observer, sleep });
  }

  #slots(own: Surroundings): SlotSource {
    const { clock, random } = own;
    if (!this.#options.shared) return new LocalSlots(this.#options, { clock, onResize: () => {} });
    return new FleetSlots(this.#options, { store: this.#connect(own), clock, random, report: this.observer.report });
  }

  /** The shared store as one instance of an environment reaches it. */
  #connect(own: Surroundings): BulkheadStore {
    const request = this.#traffic.connect(own);
    const send = <T>(call: Omit<StoreCall, 'args' | 'throttlesAlone'>) => request({ ...call, args: [], throttlesAlone: true }) as Promise<T>;
    const [table, holder, life] = [this.#table, own.environment, own.environment.life];
    return {
      shared: true,
      acquire: async (part, command, known, limits) => {
        const item = itemOf(part);
        let written = 0;
        const ask = async (): Promise<AcquireDecision> => {
          const charged = await table.acquire(part, command, known, limits);
          written += charged.writes;
          this.#charge(item, charged);
          if (charged.isNew) this.observer.granted(command.lease, item, { holder, life, nowMs: command.nowMs });
          return charged.decision;
        };
        let isHeld = false;
        try {
          const decision = await send<AcquireDecision>({ access: 'write', method: 'acquire', item, chargesItself: true, ask, repeat: ask });
          isHeld = decision.outcome === 'held';
          return decision;
        } finally {
          if (!isHeld) this.observer.vainWrites += written;
        }
      },
      look: (part, ...args) => send({ access: 'read', method: 'look', item: itemOf(part), ask: () => table.look(part, ...args), repeat: () => table.look(part, ...args) }),
      release: (part, command, limits) => {
        const ask = async () => {
          const released = await table.release(part, command, limits);
          if (released.applied) this.observer.returned(command.lease);
          return released;
        };
        return send({ access: 'write', method: 'release', item: itemOf(part), ask, repeat: ask });
      },
      reclaim: (part, ...args) => {
        const ask = () => table.reclaim(part, ...args);
        return send({ access: 'write', method: 'reclaim', item: itemOf(part), ask, repeat: ask });
      },
    };
  }

  #charge(item: string, { writes }: ChargedAcquire): void {
    const { ledger, time } = this.#run;
    for (let write = 0; write < writes; write += 1) {
      ledger.count('storeCalls', time.nowMs);
      this.meter.write(item, time.nowMs);
    }
  }
}
