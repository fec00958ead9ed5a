import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from '../local/index.ts';
import { fleetOf, sendSteadily, storeMeter, type RunPlan } from './load.ts';
import { Tally, type Tick } from './tally.ts';
import { declaredLimit, type DeclaredLimit } from './variables.ts';

/** Seconds of load in each run of the search. */
export const LIMIT_SECONDS = 4;

/** The limit that the stack gives the search. */
export const LIMIT_NAME = 'search';

const COUNTED = ['requests', 'admitted', 'refused', 'errors', 'storeCalls', 'storeWrites'] as const;

/** What is counted in a run of the search. */
export type LimitCount = (typeof COUNTED)[number];

/** A look at a run of the search that is under way. */
export interface LimitProgress {
  readonly elapsedMs: number;
  readonly requestsPerSecond: number;
  readonly admitted: number;
  readonly refused: number;
  readonly storeCalls: number;
}

/** What one run of the search showed. */
export interface LimitRunResult {
  readonly environments: number;
  readonly limit: DeclaredLimit;
  /** Seconds of load. */
  readonly seconds: number;
  /** From the first request to the last answer. */
  readonly elapsedMs: number;
  readonly ticks: readonly Tick<LimitCount>[];
  readonly requests: number;
  readonly admitted: number;
  readonly refused: number;
  readonly storeCalls: number;
  readonly storeWrites: number;
  /** Most calls whose answers came within one second. */
  readonly mostInOneSecond: number;
  /** Environments that said that the table did not answer in time, so that they decided alone. */
  readonly decidedAlone: number;
}

/** A request as a function URL hands it on. */
const SEARCH_EVENT = {
  version: '2.0',
  rawPath: '/search',
  rawQueryString: 'q=tea',
  requestContext: { http: { method: 'GET', path: '/search' } },
};

/** Sends a steady load, more than the limit admits, through a fleet whose environments have each answered a request before. */
export async function runLimits(plan: RunPlan<LimitProgress>): Promise<LimitRunResult> {
  const limit = declaredLimit(plan.variables, LIMIT_NAME);
  const alone = new Set<number>();
  const fleet = await fleetOf(plan, {}, (line, environment) => {
    if (line.includes('"store.error"')) alone.add(environment);
  });
  try {
    await warmUp(fleet, limit);
    return { ...(await loadOn(fleet, plan)), limit, decidedAlone: alone.size };
  } finally {
    await fleet.close();
  }
}

/**
 * Lets every environment answer a request, and waits until the limit is untouched again. What an environment does for the
 * first time takes long; if all do it at once on a small machine, the table does not answer in time, and each decides alone.
 */
async function warmUp(fleet: Fleet, { limit, periodMs, burst }: DeclaredLimit): Promise<void> {
  for (let environment = 0; environment < fleet.environments.length; environment += 1) await ask(fleet, environment);
  await delay((burst * periodMs) / limit);
}

async function loadOn(fleet: Fleet, plan: RunPlan<LimitProgress>): Promise<Omit<LimitRunResult, 'limit' | 'decidedAlone'>> {
  const { environments, seconds, storeCalls } = plan;
  const tally = new Tally<LimitCount>(COUNTED);
  const admittedAtMs: number[] = [];
  const meter = storeMeter(storeCalls, (what, times) => tally.count(what, times));
  tally.start();
  await sendSteadily(environments, seconds, {
    elapsedMs: () => tally.elapsedMs,
    observe: meter,
    showProgress: () => plan.onProgress(progressOf(tally)),
    request: async (environment) => {
      tally.count('requests');
      const outcome = await ask(fleet, environment);
      tally.count(outcome);
      if (outcome === 'admitted') admittedAtMs.push(tally.elapsedMs);
    },
  });
  return {
    environments,
    seconds,
    elapsedMs: tally.elapsedMs,
    // Answers that come when the load has ended are counted, but not drawn.
    ticks: tally.ticks.filter(({ atMs }) => atMs < seconds * 1000),
    requests: tally.total('requests'),
    admitted: tally.total('admitted'),
    refused: tally.total('refused'),
    storeCalls: tally.total('storeCalls'),
    storeWrites: tally.total('storeWrites'),
    mostInOneSecond: mostWithin(1000, admittedAtMs),
  };
}

async function ask(fleet: Fleet, environment: number): Promise<'admitted' | 'refused' | 'errors'> {
  const result = await fleet.invokeOn(environment, SEARCH_EVENT);
  const statusCode = result.ok ? (result.payload as { readonly statusCode: number }).statusCode : undefined;
  if (statusCode === 200) return 'admitted';
  return statusCode === 429 ? 'refused' : 'errors';
}

function progressOf(tally: Tally<LimitCount>): LimitProgress {
  const { elapsedMs } = tally;
  return {
    elapsedMs,
    requestsPerSecond: (tally.total('requests') * 1000) / elapsedMs,
    admitted: tally.total('admitted'),
    refused: tally.total('refused'),
    storeCalls: tally.total('storeCalls'),
  };
}

/** Most of the instants, which are in order, that lie within any span of this length. */
export function mostWithin(spanMs: number, instantsMs: readonly number[]): number {
  let first = 0;
  let most = 0;
  instantsMs.forEach((atMs, index) => {
    while ((instantsMs[first] ?? atMs) <= atMs - spanMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}
