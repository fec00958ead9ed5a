import * as echarts from 'echarts';
import type { RunResult } from './load.ts';
import { TICK_MS, type Tick } from './recorder.ts';
import type { DemoResult } from './summary.ts';

const WIDTH = 960;
const HEIGHT = 650;
const TICKS_PER_SECOND = 1000 / TICK_MS;

interface Series {
  readonly name: string;
  readonly color: string;
  readonly value: (tick: Tick) => number;
}

const CALLS: readonly Series[] = [
  { name: 'paid', color: '#2e9e6b', value: (tick) => tick.paid * TICKS_PER_SECOND },
  { name: 'refused', color: '#8a94a6', value: (tick) => tick.refused * TICKS_PER_SECOND },
  { name: 'failing calls', color: '#d64545', value: (tick) => tick.failingCalls * TICKS_PER_SECOND },
];
const STORE: Series = { name: 'store calls', color: '#3b6fd4', value: (tick) => tick.storeCalls * TICKS_PER_SECOND };
const OPEN: Series = { name: 'environments refusing', color: '#e0a100', value: (tick) => tick.openEnvironments };

/** Rows of the picture, top to bottom: title, series, and where the plot lies. */
const ROWS = [
  { title: 'calls per second', series: CALLS, top: 96, height: 200 },
  { title: 'environments refusing', series: [OPEN], top: 352, height: 90 },
  { title: 'store calls per second', series: [STORE], top: 498, height: 80 },
] as const;

/** Both runs side by side, over time, as one SVG picture. */
export function renderCharts({ inMemory, shared }: DemoResult): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  chart.setOption(chartOption([inMemory, shared]));
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

function chartOption(runs: readonly [RunResult, RunResult]): echarts.EChartsCoreOption {
  const plots = ROWS.flatMap((row, rowIndex) => runs.map((run, column) => ({ row, run, column, index: rowIndex * 2 + column })));
  const highest = ROWS.map(({ series }) =>
    Math.max(1, ...runs.flatMap(({ ticks }) => ticks.flatMap((tick) => series.map(({ value }) => value(tick))))),
  );
  return {
    animation: false,
    backgroundColor: '#ffffff',
    title: titles(plots),
    legend: { bottom: 6, icon: 'roundRect', data: [...CALLS, OPEN, STORE].map(({ name }) => name) },
    grid: plots.map(({ row, column }) => ({ left: column === 0 ? 56 : 536, width: 400, top: row.top, height: row.height })),
    xAxis: plots.map(({ index, run }) => timeAxis(index, run)),
    yAxis: plots.map(({ index }) => ({
      type: 'value',
      gridIndex: index,
      min: 0,
      max: niceCeiling(highest[Math.floor(index / 2)] ?? 1),
      splitNumber: 3,
    })),
    series: plots.flatMap(({ row, run, index }) => row.series.map((series, order) => line(series, run, index, order === 0))),
  };
}

function titles(plots: readonly { readonly row: (typeof ROWS)[number]; readonly column: number }[]): object[] {
  const heads = ['one circuit per environment, in memory', 'one circuit for the fleet, shared'].map((text, column) => ({
    text,
    left: column === 0 ? 56 : 536,
    top: 14,
    textStyle: { fontSize: 17 },
  }));
  const rows = plots.map(({ row, column }) => ({
    text: row.title,
    left: column === 0 ? 52 : 532,
    top: row.top - 30,
    textStyle: { fontSize: 12, fontWeight: 'normal', color: '#5b6472' },
  }));
  return [...heads, ...rows];
}

function timeAxis(gridIndex: number, { ticks }: RunResult): object {
  const endSeconds = Math.round((ticks.length * TICK_MS) / 1000);
  return {
    type: 'value',
    gridIndex,
    min: 0,
    max: endSeconds,
    splitLine: { show: false },
    axisLabel: { formatter: '{value} s', hideOverlap: true },
  };
}

function line(series: Series, run: RunResult, index: number, marksOutage: boolean): object {
  const outage = [{ xAxis: run.failFromMs / 1000, name: 'payments fails' }, { xAxis: run.failToMs / 1000 }];
  return {
    type: 'line',
    step: 'end',
    showSymbol: false,
    name: series.name,
    xAxisIndex: index,
    yAxisIndex: index,
    itemStyle: { color: series.color },
    lineStyle: { color: series.color, width: 1.6 },
    areaStyle: { color: series.color, opacity: 0.12 },
    data: run.ticks.map((tick) => [tick.atMs / 1000, series.value(tick)]),
    ...(marksOutage && {
      markArea: {
        silent: true,
        itemStyle: { color: 'rgba(214, 69, 69, 0.07)' },
        label: { show: index < 2, color: '#b03a3a' },
        data: [outage],
      },
    }),
  };
}

function niceCeiling(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / step) * step;
}
