import { atOnce, type BulkheadRunResult } from './bulkhead-run.ts';
import type { CircuitRunResult } from './circuit-run.ts';
import type { Comparison } from './comparison.ts';
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

/** Where the parts of limits and bulkheads begin. */
const LIMITS_TOP = 626;
const BULKHEADS_TOP = 898;

/** All runs, those that share nothing on the left and those that share on the right, over time, as one SVG picture. */
export function renderCharts({ circuits, limits, bulkheads }: DemoResult): string {
  return renderPicture({
    width: 960,
    height: 1170,
    heads: [
      ...heads(14, 'one circuit per environment, in memory', 'one circuit for the fleet, shared'),
      ...heads(LIMITS_TOP, 'one limit per environment, in memory', 'one limit for the fleet, shared'),
      ...heads(BULKHEADS_TOP, 'one bulkhead per environment, in memory', 'one bulkhead for the fleet, shared'),
    ],
    plots: [...circuitPlots(circuits), ...limitPlots(limits), ...bulkheadPlots(bulkheads)],
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

function endSeconds(ticks: readonly unknown[]): number {
  return Math.round((ticks.length * TICK_MS) / 1000);
}
