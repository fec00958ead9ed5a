import { atOnce, type BulkheadRunResult } from './bulkhead-run.ts';
import type { CircuitRunResult } from './circuit-run.ts';
import type { ClientCount } from './client-recorder.ts';
import type { ClientRunResult } from './client-run.ts';
import type { Calling, Comparison } from './comparison.ts';
import type { LimitCount, LimitRunResult } from './limit-run.ts';
import { renderPicture, type Band, type Head, type Plot, type PlotLine } from './plots.ts';
import type { CircuitCount } from './recorder.ts';
import type { DemoResult } from './summary.ts';
import { TICK_MS, type Tick } from './tally.ts';

const TICKS_PER_SECOND = 1000 / TICK_MS;

const COLUMNS = [56, 536] as const;
const PLOT_WIDTH = 400;

/** What is drawn of a run: a count per tick as a rate, or a count that is kept as it is. */
interface Series<What extends string> {
  readonly what: What;
  readonly name: string;
  readonly color: string;
  readonly kept?: boolean;
}

const CALLS: readonly Series<CircuitCount>[] = [
  { what: 'paid', name: 'paid', color: '#2e9e6b' },
  { what: 'refused', name: 'refused', color: '#8a94a6' },
  { what: 'failingCalls', name: 'failing calls', color: '#d64545' },
];
const OPEN: Series<CircuitCount> = { what: 'openEnvironments', name: 'environments refusing', color: '#e0a100', kept: true };
const STORE: Series<CircuitCount> = { what: 'storeCalls', name: 'store calls', color: '#3b6fd4' };
const ADMITTED: Series<LimitCount> = { what: 'admitted', name: 'admitted', color: '#7d4fc4' };

/** Rows of the picture, top to bottom: title, series, and where the plots lie. */
const CIRCUIT_ROWS = [
  { title: 'calls per second', series: CALLS, top: 96, height: 200 },
  { title: 'environments refusing', series: [OPEN], top: 352, height: 90 },
  { title: 'store calls per second', series: [STORE], top: 498, height: 80 },
] as const;
const LIMIT_ROW = { title: 'calls admitted per second', series: [ADMITTED], top: 708, height: 140 } as const;

const BULKHEAD_ROW = { title: 'reports at once', top: 980, height: 120 } as const;

const QUOTES: readonly Series<ClientCount>[] = [
  { what: 'answered', name: 'quotes', color: '#3b8ec4' },
  { what: 'failed', name: 'failed', color: '#d64545' },
  { what: 'dropped', name: 'no environment free', color: '#8a94a6' },
];
const CLIENT_ROW = { title: 'requests per second', series: QUOTES, top: 1232, height: 140 } as const;
const WAITS_ROW = { title: 'longest request in seconds, by when it was sent', top: 1428, height: 90 } as const;

/** Where the parts of limits, bulkheads and clients begin. */
const LIMITS_TOP = 626;
const BULKHEADS_TOP = 898;
const CLIENTS_TOP = 1150;

/** All runs over time as one SVG picture: on the left those without sharing and without a client, on the right those with them. */
export function renderCharts({ circuits, limits, bulkheads, clients }: DemoResult): string {
  return renderPicture({
    width: 960,
    height: 1560,
    heads: [
      ...heads(14, 'one circuit per environment, in memory', 'one circuit for the fleet, shared'),
      ...heads(LIMITS_TOP, 'one limit per environment, in memory', 'one limit for the fleet, shared'),
      ...heads(BULKHEADS_TOP, 'one bulkhead per environment, in memory', 'one bulkhead for the fleet, shared'),
      ...heads(CLIENTS_TOP, 'calls by plain fetch', 'calls through a client'),
    ],
    plots: [...circuitPlots(circuits), ...limitPlots(limits), ...bulkheadPlots(bulkheads), ...clientPlots(clients)],
  });
}

function heads(top: number, ...texts: readonly [string, string]): Head[] {
  return texts.map((text, column) => ({ text, left: COLUMNS[column] ?? 0, top }));
}

function circuitPlots({ inMemory, shared }: Comparison<CircuitRunResult>): Plot[] {
  return CIRCUIT_ROWS.flatMap((row, index) =>
    besides([inMemory, shared], row, (run) => ({
      lines: row.series.map((series) => lineOf(series, run.ticks)),
      endSeconds: endSeconds(run.ticks),
      band: outage(run, index === 0),
    })),
  );
}

function limitPlots({ inMemory, shared }: Comparison<LimitRunResult>): Plot[] {
  return besides([inMemory, shared], LIMIT_ROW, (run) => ({
    lines: [...LIMIT_ROW.series.map((series) => lineOf(series, run.ticks)), limitLine(run)],
    endSeconds: run.seconds,
  }));
}

function bulkheadPlots({ inMemory, shared }: Comparison<BulkheadRunResult>): Plot[] {
  return besides([inMemory, shared], BULKHEAD_ROW, ({ reports, slots, seconds }) => ({
    lines: [
      { name: 'reports', color: '#2a8f9e', points: atOnce(reports).map(({ atMs, count }) => [atMs / 1000, count]) },
      { name: 'slots', color: '#d64545', dashed: true, points: [[0, slots], [seconds, slots]] },
    ],
    endSeconds: seconds,
  }));
}

function clientPlots({ plain, client }: Comparison<ClientRunResult, Calling>): Plot[] {
  const answers = besides([plain, client], CLIENT_ROW, (run) => ({
    lines: CLIENT_ROW.series.map((series) => lineOf(series, run.ticks)),
    endSeconds: run.seconds,
    band: hang(run, true),
  }));
  const waits = besides([plain, client], WAITS_ROW, (run) => ({
    lines: [{ name: 'longest request', color: '#b8642c', points: longestByTick(run) }, timeoutLine(run)],
    endSeconds: run.seconds,
    band: hang(run, false),
  }));
  return [...answers, ...waits];
}

function longestByTick({ ticks, waits }: ClientRunResult): [number, number][] {
  return ticks.map(({ atMs }) => {
    const within = waits.filter((wait) => wait.atMs >= atMs && wait.atMs < atMs + TICK_MS);
    return [atMs / 1000, Math.max(0, ...within.map(({ durationMs }) => durationMs)) / 1000];
  });
}

function timeoutLine({ requestTimeoutMs, seconds }: ClientRunResult): PlotLine {
  const limit = requestTimeoutMs / 1000;
  return { name: 'request timeout', color: '#d64545', dashed: true, points: [[0, limit], [seconds, limit]] };
}

/** The plots of a row: on one scale, so that they can be compared. */
function besides<Run>(
  runs: readonly [Run, Run],
  { title, top, height }: { readonly title: string; readonly top: number; readonly height: number },
  drawn: (run: Run) => Pick<Plot, 'lines' | 'endSeconds' | 'band'>,
): Plot[] {
  const halves = runs.map(drawn);
  const values = halves.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([, value]) => value)));
  const highest = Math.max(1, ...values);
  return halves.map((half, column) => ({ title, left: COLUMNS[column] ?? 0, top, width: PLOT_WIDTH, height, highest, ...half }));
}

function lineOf<What extends string>({ what, name, color, kept = false }: Series<What>, ticks: readonly Tick<What>[]): PlotLine {
  const scale = kept ? 1 : TICKS_PER_SECOND;
  return { name, color, points: ticks.map(({ atMs, counts }) => [atMs / 1000, counts[what] * scale]) };
}

function limitLine({ limit: { limit, periodMs }, seconds }: LimitRunResult): PlotLine {
  const perSecond = (limit * 1000) / periodMs;
  return { name: 'limit', color: '#d64545', dashed: true, points: [[0, perSecond], [seconds, perSecond]] };
}

function outage({ failFromMs, failToMs }: CircuitRunResult, labelled: boolean): Band {
  return { fromSeconds: failFromMs / 1000, toSeconds: failToMs / 1000, label: labelled ? 'payments fails' : undefined };
}

function hang({ hangFromMs, hangToMs }: ClientRunResult, labelled: boolean): Band {
  return { fromSeconds: hangFromMs / 1000, toSeconds: hangToMs / 1000, label: labelled ? 'one endpoint hangs' : undefined };
}

function endSeconds(ticks: readonly unknown[]): number {
  return Math.round((ticks.length * TICK_MS) / 1000);
}
