import { createHistogram, performance } from 'node:perf_hooks';
import { setImmediate as afterOtherWork, setTimeout as delay } from 'node:timers/promises';
import { CONTENDERS, type ContenderName, type Environment, type LimitOfKey } from './peers/limit-contenders.ts';

/** What callers do to one key. */
export interface LimitCase {
  readonly name: string;
  readonly limit: number;
  readonly periodMs: number;
  readonly environments: number;
  /** Calls per second of each environment; 0 is one call after the other as fast as they are decided. */
  readonly callsPerSecond: number;
  /** Whether another environment has used the limit up before. */
  readonly usedUp: boolean;
}

/** What one run of a case came to. */
export interface StoreCost {
  readonly calls: number;
  readonly admitted: number;
  readonly writesPerCall: number;
  readonly readsPerCall: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly callsPerSecond: number;
}

/** The store, as the bench sees it. */
export interface Engine {
  readonly endpoint: string;
  /** Requests since it was last asked, by operation. */
  requests(): Promise<Readonly<Record<string, number>>>;
}

const HOUR_MS = 3_600_000;

/** All cases, in the order of the table. */
export const CASES: readonly LimitCase[] = [
  { name: 'one environment, 100 calls/s, limit 1,000/s', limit: 1_000, periodMs: 1_000, environments: 1, callsPerSecond: 100, usedUp: false },
  { name: 'one environment at full speed, limit 1,000,000/s', limit: 1_000_000, periodMs: 1_000, environments: 1, callsPerSecond: 0, usedUp: false },
  { name: '8 environments of 50 calls/s each, limit 100/s', limit: 100, periodMs: 1_000, environments: 8, callsPerSecond: 50, usedUp: false },
  { name: 'one environment at full speed, limit 10/h used up', limit: 10, periodMs: HOUR_MS, environments: 1, callsPerSecond: 0, usedUp: true },
];

const NS_PER_MS = 1e6;
let keys = 0;

/** Runs a case from the first call of its environments on, connections and all. Every key is new. */
export async function measureStoreCost(each: LimitCase, contender: ContenderName, engine: Engine, durationMs: number): Promise<StoreCost> {
  const key = `key${(keys += 1)}`;
  const create = (limit: LimitOfKey): Environment => CONTENDERS[contender](limit, engine.endpoint);
  if (each.usedUp) await useUp(create({ ...each, key }), each.limit);
  const environments = Array.from({ length: each.environments }, () => create({ ...each, key }));
  await engine.requests();
  const tally = { admitted: 0, histogram: createHistogram() };
  const startedMs = performance.now();
  await Promise.all(environments.map((environment) => callOnAndOn(environment, each.callsPerSecond, startedMs + durationMs, tally)));
  const tookMs = performance.now() - startedMs;
  const { UpdateItem = 0, GetItem = 0 } = await engine.requests();
  for (const environment of environments) environment.close();
  const { admitted, histogram } = tally;
  const calls = histogram.count;
  return {
    calls,
    admitted,
    writesPerCall: UpdateItem / calls,
    readsPerCall: GetItem / calls,
    meanMs: histogram.mean / NS_PER_MS,
    p50Ms: histogram.percentile(50) / NS_PER_MS,
    p99Ms: histogram.percentile(99) / NS_PER_MS,
    callsPerSecond: (1000 * calls) / tookMs,
  };
}

interface Tally {
  admitted: number;
  readonly histogram: ReturnType<typeof createHistogram>;
}

async function useUp(environment: Environment, limit: number): Promise<void> {
  for (let call = 0; call <= limit; call += 1) await environment.decide();
  environment.close();
}

async function callOnAndOn(environment: Environment, callsPerSecond: number, untilMs: number, tally: Tally): Promise<void> {
  const beganMs = performance.now();
  for (let call = 1; performance.now() < untilMs; call += 1) {
    const startedMs = performance.now();
    if (await environment.decide()) tally.admitted += 1;
    tally.histogram.record(Math.max(1, Math.round((performance.now() - startedMs) * NS_PER_MS)));
    // Between two invocations an environment comes to whatever else it has to do.
    if (callsPerSecond === 0) await afterOtherWork();
    else await delay(Math.max(0, beganMs + (call * 1000) / callsPerSecond - performance.now()));
  }
}
