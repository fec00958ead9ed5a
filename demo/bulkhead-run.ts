import type { Fleet } from '../local/index.ts';
import { fleetOf, sendSteadily, storeMeter, type RunPlan } from './load.ts';
import { Tally } from './tally.ts';
import { declaredSlots } from './variables.ts';

/** Seconds of load in each run of the reports. */
export const BULKHEAD_SECONDS = 3;

/** The bulkhead that the stack gives the reports. */
export const BULKHEAD_NAME = 'reports';

/** Of so many requests one has waited for too long before it comes to the function. */
const STALE_EVERY = 10;

/** Older than the stack allows. */
const STALE_AGE_MS = 60_000;

const COUNTED = ['requests', 'done', 'refused', 'shed', 'errors', 'storeCalls', 'storeWrites'] as const;

/** What is counted in a run of the reports. */
export type BulkheadCount = (typeof COUNTED)[number];

/** A look at a run of the reports that is under way. */
export interface BulkheadProgress {
  readonly elapsedMs: number;
  readonly requestsPerSecond: number;
  readonly done: number;
  readonly refused: number;
  readonly shed: number;
  readonly storeCalls: number;
}

/** When a report was being made, in milliseconds since the run began. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What one run of the reports showed. */
export interface BulkheadRunResult {
  readonly environments: number;
  /** Reports that may be made at once. */
  readonly slots: number;
  /** Seconds of load. */
  readonly seconds: number;
  readonly reports: readonly Span[];
  readonly requests: number;
  /** Requests that were too old when they came. */
  readonly stale: number;
  readonly done: number;
  readonly refused: number;
  readonly shed: number;
  readonly storeCalls: number;
  readonly storeWrites: number;
  /** Environments that said that the table did not answer in time, so that they decided alone. */
  readonly decidedAlone: number;
}

/** What became of a request. */
type Answered = { readonly outcome: 'refused' | 'shed' | 'errors' } | { readonly outcome: 'done'; readonly span: Span };

/** Sends a steady load, more than there are slots for, and now and then a request that nobody waits for any more. */
export async function runBulkheads(plan: RunPlan<BulkheadProgress>): Promise<BulkheadRunResult> {
  const slots = declaredSlots(plan.variables, BULKHEAD_NAME);
  const alone = new Set<number>();
  const fleet = await fleetOf(plan, {}, (line, environment) => {
    if (line.includes('"store.error"')) alone.add(environment);
  });
  try {
    // What an environment does for the first time takes long.
    for (let environment = 0; environment < fleet.environments.length; environment += 1) await ask(fleet, environment, 0);
    return { ...(await loadOn(fleet, plan)), slots, decidedAlone: alone.size };
  } finally {
    await fleet.close();
  }
}

async function loadOn(fleet: Fleet, plan: RunPlan<BulkheadProgress>): Promise<Omit<BulkheadRunResult, 'slots' | 'decidedAlone'>> {
  const { environments, seconds, storeCalls } = plan;
  const tally = new Tally<BulkheadCount>(COUNTED);
  const reports: Span[] = [];
  let stale = 0;
  const meter = storeMeter(storeCalls, (what, times) => tally.count(what, times));
  tally.start();
  await sendSteadily(environments, seconds, {
    elapsedMs: () => tally.elapsedMs,
    observe: meter,
    showProgress: () => plan.onProgress(progressOf(tally)),
    request: async (environment) => {
      tally.count('requests');
      const isStale = tally.total('requests') % STALE_EVERY === 0;
      if (isStale) stale += 1;
      const answered = await ask(fleet, environment, isStale ? STALE_AGE_MS : 0);
      tally.count(answered.outcome);
      if (answered.outcome === 'done') reports.push(since(tally.startMs, answered.span));
    },
  });
  const totals = Object.fromEntries(COUNTED.map((what) => [what, tally.total(what)])) as Record<BulkheadCount, number>;
  const { errors: _errors, ...counted } = totals;
  return { environments, seconds, reports, stale, ...counted };
}

/** Asks for a report as a function URL does, whose event says when the request came. */
async function ask(fleet: Fleet, environment: number, ageMs: number): Promise<Answered> {
  const requestContext = { http: { method: 'GET', path: '/report' }, timeEpoch: Date.now() - ageMs };
  const result = await fleet.invokeOn(environment, { version: '2.0', rawPath: '/report', rawQueryString: '', requestContext });
  if (!result.ok) return { outcome: 'errors' };
  const { statusCode, body } = result.payload as { readonly statusCode: number; readonly body: string };
  const answer = JSON.parse(body) as { readonly code?: string; readonly startedAtMs: number; readonly endedAtMs: number };
  if (statusCode === 200) return { outcome: 'done', span: { fromMs: answer.startedAtMs, toMs: answer.endedAtMs } };
  if (answer.code === 'LOAD_SHED') return { outcome: 'shed' };
  return { outcome: answer.code === 'BULKHEAD_FULL' ? 'refused' : 'errors' };
}

function since(startMs: number, { fromMs, toMs }: Span): Span {
  return { fromMs: fromMs - startMs, toMs: toMs - startMs };
}

function progressOf(tally: Tally<BulkheadCount>): BulkheadProgress {
  const { elapsedMs } = tally;
  return {
    elapsedMs,
    requestsPerSecond: (tally.total('requests') * 1000) / elapsedMs,
    done: tally.total('done'),
    refused: tally.total('refused'),
    shed: tally.total('shed'),
    storeCalls: tally.total('storeCalls'),
  };
}

/** How many there are at once, whenever that changes. */
export function atOnce(spans: readonly Span[]): readonly { readonly atMs: number; readonly count: number }[] {
  const edges = spans.flatMap(({ fromMs, toMs }) => [
    { atMs: fromMs, change: 1 },
    { atMs: toMs, change: -1 },
  ]);
  let count = 0;
  // What ends in a millisecond has ended before what begins in it: the slot is given back in between.
  const inOrder = edges.sort((a, b) => a.atMs - b.atMs || a.change - b.change);
  return inOrder.map(({ atMs, change }) => ({ atMs, count: (count += change) }));
}

/** Most that there ever were at once. */
export function mostAtOnce(spans: readonly Span[]): number {
  return Math.max(0, ...atOnce(spans).map(({ count }) => count));
}
