import type { Gate } from '../../runtime/src/core/gate.ts';
import type { CircuitObserver } from './circuit-observer.ts';
import { EnvironmentClock, type Environment } from './environment.ts';
import type { Ledger } from './ledger.ts';
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

/** The policies of a fleet, and what is seen of them. */
export interface PolicyFleet {
  readonly meter: StoreMeter;
  readonly observer: CircuitObserver;
  /** The policy of a new instance of an environment. */
  create(environment: Environment): Gate;
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

/** The way to the store, with everything counted that the store is asked. `decided` is told of what it has answered. */
export function meteredTraffic(
  { scenario, seed, time, ledger }: SimulationRun,
  { meter, observer }: Pick<PolicyFleet, 'meter' | 'observer'>,
  decided: (call: StoreCall, answer: unknown, arrives: boolean) => void,
): StoreTraffic {
  const count = ({ access, args }: StoreCall) => {
    ledger.count('storeCalls', time.nowMs);
    if (access === 'read') meter.read();
    else meter.write(String(args[0]), time.nowMs);
  };
  return new StoreTraffic(time, scenario, new RandomStream(seed, STREAMS.store), {
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
