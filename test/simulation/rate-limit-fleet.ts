import { ConfigurationError } from '../../runtime/src/core/errors.ts';
import type { Gate } from '../../runtime/src/core/gate.ts';
import {
  resolveRateLimitOptions,
  type LimitRule,
  type ResolvedRateLimitOptions,
} from '../../runtime/src/rate-limit/options.ts';
import { RateLimiter, type LimiterDependencies } from '../../runtime/src/rate-limit/policy.ts';
import type { TakeDecision } from '../../runtime/src/rate-limit/state.ts';
import type { RateLimitStore } from '../../runtime/src/rate-limit/store.ts';
import { MemoryRateLimitStore } from '../../runtime/src/rate-limit/memory-store.ts';
import type { Environment } from './environment.ts';
import { LimitObserver } from './limit-observer.ts';
import { itemOf, LimitTable, type ChargedDecision, type TakeRequest } from './limit-table.ts';
import { meteredTraffic, sleeper, surroundings, type PolicyFleet, type SimulationRun, type Surroundings } from './policy-fleet.ts';
import { StoreMeter } from './store-meter.ts';
import type { StoreCall, StoreTraffic } from './store-traffic.ts';

/** Stands in where a scenario gives no name. */
const DEFAULT_NAME = 'limit';

/** Limits of single callers, of which the referee knows nothing. */
const UNJUDGED = ['tenantLimits', 'userLimits', 'limitsOf'];

/** Makes the rate limiter of one instance of an environment. */
export type CreateLimiter = (options: ResolvedRateLimitOptions, dependencies: LimiterDependencies) => Gate;

/** Sends a request for tokens on its way. */
type SendTake = (call: StoreCall & { readonly ask: () => Promise<TakeDecision> }) => Promise<TakeDecision>;

/** The rate limiters of a fleet around one shared store, and everything that is seen of them. */
export class RateLimitFleet implements PolicyFleet {
  readonly meter = new StoreMeter();
  readonly observer: LimitObserver;
  readonly #options: ResolvedRateLimitOptions;
  readonly #createLimiter: CreateLimiter;
  readonly #table = new LimitTable();
  readonly #traffic: StoreTraffic;
  readonly #run: SimulationRun;

  /** @param createLimiter Puts another policy in the place of the real one. */
  constructor(run: SimulationRun, createLimiter: CreateLimiter = (...args) => new RateLimiter(...args)) {
    this.#run = run;
    this.#createLimiter = createLimiter;
    const { options } = run.scenario;
    this.#options = resolveRateLimitOptions({ name: DEFAULT_NAME, ...options });
    const unjudged = UNJUDGED.filter((name) => name in options).map((name) => `options.${name} is set: leave it out, the referee knows one list of limits`);
    if (unjudged.length > 0) throw new ConfigurationError('the scenario cannot be judged', unjudged);
    const { limits = [] } = options as { readonly limits?: readonly LimitRule[] };
    this.observer = new LimitObserver(this.#options, { limits, strategy: this.#options.strategy }, () => run.time.nowMs);
    this.#traffic = meteredTraffic(run, this, () => {});
  }

  create(environment: Environment): Gate {
    const { clock, random, ...own } = surroundings(this.#run, environment);
    const store = this.#options.shared ? this.#connect({ clock, random, ...own }) : new MemoryRateLimitStore();
    const sleep = sleeper(this.#run, environment);
    return this.observer.watch(this.#createLimiter(this.#options, { store, clock, random, sink: this.observer, sleep }));
  }

  /** The shared store as one environment reaches it. */
  #connect(own: Surroundings): RateLimitStore {
    const request = this.#traffic.connect(own);
    const send = <T>(call: Omit<StoreCall, 'ask'> & { readonly ask: () => Promise<T> }) =>
      request({ ...call, throttlesAlone: true }) as Promise<T>;
    const table = this.#table;
    // Who asks for tokens, splits or makes a part may do so twice; a refund would be given twice.
    const twice = <T>(method: string, item: string, ask: () => Promise<T>) =>
      send({ access: 'write', method, item, args: [], ask, repeat: ask });
    return {
      shared: true,
      take: (at, command, known, limits) => this.#take(send, { at, command, known, request: limits }),
      read: (at) => send({ access: 'read', method: 'read', item: itemOf(at), args: [], ask: () => table.read(at), repeat: () => table.read(at) }),
      change: (at, ...args) => send({ access: 'write', method: 'change', item: itemOf(at), args: [], ask: () => table.change(at, ...args) }),
      grow: (at, ...args) => twice('grow', itemOf(at), () => table.grow(at, args[0], args[1], args[2])),
      sow: (at, marks) => twice('sow', itemOf(at), () => table.sow(at, marks)),
    };
  }

  async #take(send: SendTake, taken: TakeRequest): Promise<TakeDecision> {
    let written = 0;
    const charged = async (asking: Promise<ChargedDecision>) => {
      const { decision, ...cost } = await asking;
      written += cost.writes;
      this.#charge(itemOf(taken.at), cost);
      return decision;
    };
    const ask = () => charged(this.#table.take(taken));
    const repeat = () => charged(this.#table.takeAgain(taken));
    let outcome: TakeDecision['outcome'] | undefined;
    try {
      const decision = await send({ access: 'write', method: 'take', item: itemOf(taken.at), args: [], chargesItself: true, ask, repeat });
      ({ outcome } = decision);
      return decision;
    } finally {
      if (outcome !== 'granted') this.observer.vainWrites += written;
    }
  }

  #charge(item: string, { reads, writes }: Omit<ChargedDecision, 'decision'>): void {
    const { ledger, time } = this.#run;
    for (let request = 0; request < reads + writes; request += 1) {
      ledger.count('storeCalls', time.nowMs);
      if (request < reads) this.meter.readConsistently();
      else this.meter.write(item, time.nowMs);
    }
    this.observer.secondWrites += Math.max(0, writes - 1);
  }
}
