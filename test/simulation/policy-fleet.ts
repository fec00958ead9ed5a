import type { Gate } from '../../runtime/src/core/gate.ts';
import type { CreateCalls } from './calls.ts';
import { deliver, EnvironmentClock, type Environment } from './environment.ts';
import type { PolicyFigures } from './figures.ts';
import type { Ledger } from './ledger.ts';
import type { Place } from './place.ts';
import type { ResolvedScenario } from './scenario.ts';
import type { StoreMeter } from './store-meter.ts';
import { RandomStream, STREAMS } from './random-streams.ts';
import { StoreTraffic, type StoreCall } from './store-traffic.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What the parts of one simulation have in common. */
export interface SimulationRun {
  readonly scenario: ResolvedScenario;
  readonly seed: number;
  readonly time: VirtualTime;
  readonly ledger: Ledger;
}

/** Sees what becomes of requests, by the one true time. */
export interface RequestWatcher {
  /** A request asks to be admitted. */
  asked?(place: Place, nowMs: number): void;
  /** The policy has it wait; and it does no longer, whatever becomes of it. */
  waits?(place: Place, nowMs: number): void;
  waited?(place: Place, nowMs: number): void;
  /** It was refused. */
  refused?(place: Place, nowMs: number): void;
  /** It was admitted, and its call begins. */
  started?(place: Place, nowMs: number): void;
  /** Its call is over. */
  ended?(place: Place, nowMs: number): void;
  /** It has been answered after its call. */
  answered?(place: Place, nowMs: number): void;
  /** Its environment died, wherever the request was. */
  died?(place: Place, nowMs: number): void;
  /** An environment died, with or without requests: before the next request reaches the one in its place. */
  crashed?(environment: Environment, nowMs: number): void;
}

/** What is seen of the policies of a fleet. */
export interface FleetObserver extends RequestWatcher {
  /** The first thing that should never happen. */
  defect: unknown;
  /** What was found in the end. */
  figures(run: SimulationRun, meter: StoreMeter): PolicyFigures;
}

/** The policies of a fleet, and what is seen of them. */
export interface PolicyFleet {
  readonly meter: StoreMeter;
  readonly observer: FleetObserver;
  /** The policy of a new instance of an environment. */
  create(environment: Environment): Gate;
  /** Makes what makes the calls of admitted requests. Default: one call each. */
  readonly createCalls?: CreateCalls;
}

/** Makes the policies of a fleet for one run. */
export type PolicyFleetFactory = (run: SimulationRun) => PolicyFleet;

/** What one environment needs of the world. */
export interface Surroundings {
  readonly environment: Environment;
  readonly clock: EnvironmentClock;
  readonly random: RandomStream;
}

/** The clock and the chance of a new instance of an environment. */
export function surroundings({ time, seed }: SimulationRun, environment: Environment): Surroundings {
  const { index, life, skewMs } = environment;
  const clock = new EnvironmentClock(time, skewMs);
  return { environment, clock, random: new RandomStream(seed, STREAMS.policy, index, life) };
}

/**
 * Lets an instance of an environment wait; a wait that was given up ends in silence. `onIdle` is told of one that ends between
 * requests.
 */
export function sleeper(
  { time }: SimulationRun,
  environment: Environment,
  onIdle?: () => void,
): (durationMs: number, signal?: AbortSignal) => Promise<void> {
  const instance = { environment, life: environment.life };
  return (durationMs, signal) =>
    new Promise((resolve) => {
      // Looked at again after a freeze, in which it may have been given up.
      const unlessGivenUp = (then?: () => void) => () => (signal?.aborted === true ? undefined : then?.());
      time.after(durationMs, unlessGivenUp(() => deliver(time, instance, unlessGivenUp(resolve), unlessGivenUp(onIdle))));
    });
}

/** The item that a request is about. */
function itemOf({ item, args }: StoreCall): string {
  return item ?? String(args[0]);
}

/** The way to the store, with everything counted that the store is asked. `decided` is told of what it has answered. */
export function meteredTraffic(
  { scenario, seed, time, ledger }: SimulationRun,
  { meter, observer }: Pick<PolicyFleet, 'meter' | 'observer'>,
  decided: (call: StoreCall, answer: unknown, arrives: boolean) => void,
): StoreTraffic {
  const { itemWritesPerSecond = Infinity } = scenario.store;
  const count = (call: StoreCall) => {
    if (call.chargesItself === true) return;
    ledger.count('storeCalls', time.nowMs);
    if (call.access === 'read') meter.read();
    else meter.write(itemOf(call), time.nowMs);
  };
  return new StoreTraffic(time, scenario, new RandomStream(seed, STREAMS.store), {
    takes: (call) => call.access === 'read' || meter.writesOfSecond(itemOf(call), time.nowMs) < itemWritesPerSecond,
    carriedOut: (call, answer, arrives) => {
      count(call);
      answer.then(
        (decision) => decided(call, decision, arrives),
        (error: unknown) => {
          observer.defect ??= error;
        },
      );
    },
    repeated: count,
    failed: (reason) => meter.failed(reason),
    cameLate: () => {
      meter.lateReplies += 1;
    },
  });
}
