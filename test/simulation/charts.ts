import { renderSvg, timeAxis } from '../../preview/svg.ts';
import type { Scenario } from './scenario.ts';
import type { SeriesName, Timeline } from './timeline.ts';

const WIDTH = 960;
const HEIGHT = 640;

interface Line {
  readonly name: string;
  readonly color: string;
  readonly series: SeriesName;
}

const REQUESTS: readonly Line[] = [
  { name: 'requests', color: '#5b6472', series: 'requests' },
  { name: 'calls', color: '#2e9e6b', series: 'calls' },
  { name: 'refused', color: '#e0a100', series: 'refused' },
  { name: 'failed calls', color: '#d64545', series: 'failedCalls' },
];
/** Where callers wait for so long and no longer, what they get matters more than what was begun. */
const SERVICE: readonly Line[] = [...REQUESTS, { name: 'answered in time', color: '#7d4fc4', series: 'inTime' }];
const STORE: Line = { name: 'store calls', color: '#3b6fd4', series: 'storeCalls' };
const PHASE = { name: 'circuit', color: '#7d4fc4' };
const PHASES = ['closed', 'half_open', 'open'];

/** Rows of the picture, top to bottom: the second one is of circuits alone. */
const REQUEST_ROW = { title: 'per second', top: 50, height: 280 };
const STORE_ROW = { title: 'store calls per second', top: 492, height: 80 };
const PHASE_ROW = { title: 'circuit as stored', top: 376, height: 70 };

/** What happened over time, as one SVG picture. */
export function renderChart(scenario: Scenario, timeline: Timeline): string {
  return renderSvg(WIDTH, HEIGHT, chartOption(scenario, timeline));
}

function chartOption(scenario: Scenario, timeline: Timeline): Parameters<typeof renderSvg>[2] {
  const endSeconds = (timeline.counts.requests.length * timeline.bucketMs) / 1000;
  const { hasPhases, hasStore, lines, rows } = layoutOf(scenario);
  return {
    backgroundColor: '#ffffff',
    title: rows.map(({ title: text, top }) => ({
      text,
      left: 60,
      top: top - 28,
      textStyle: { fontSize: 12, fontWeight: 'normal', color: '#5b6472' },
    })),
    legend: { bottom: 6, icon: 'roundRect' },
    grid: rows.map(({ top, height }) => ({ left: 70, width: 860, top, height })),
    xAxis: rows.map((_row, gridIndex) => timeAxis(endSeconds, gridIndex)),
    yAxis: [{ gridIndex: 0, type: 'value' }, ...(hasStore ? [{ gridIndex: 1, type: 'value', splitNumber: 3 }] : []), ...(hasPhases ? [phaseAxis()] : [])],
    series: [
      ...lines.map((line, order) => ({ ...counted(line, timeline, 0), ...(order === 0 && marks(scenario)) })),
      ...(hasPhases ? [phases(timeline, endSeconds)] : []),
      ...(hasStore ? [{ ...counted(STORE, timeline, 1), areaStyle: { color: STORE.color, opacity: 0.12 } }] : []),
    ],
  };
}

interface Layout {
  readonly hasPhases: boolean;
  readonly hasStore: boolean;
  readonly lines: readonly Line[];
  readonly rows: readonly { readonly title: string; readonly top: number; readonly height: number }[];
}

function layoutOf({ policy }: Scenario): Layout {
  const hasPhases = policy === 'circuit-breaker';
  const hasStore = policy !== 'load-shedding';
  const lines = policy === 'circuit-breaker' || policy === 'rate-limit' ? REQUESTS : SERVICE;
  if (hasPhases) return { hasPhases, hasStore, lines, rows: [REQUEST_ROW, STORE_ROW, PHASE_ROW] };
  if (hasStore) return { hasPhases, hasStore, lines, rows: [{ ...REQUEST_ROW, height: 396 }, STORE_ROW] };
  return { hasPhases, hasStore, lines, rows: [{ ...REQUEST_ROW, height: 522 }] };
}

function counted({ name, color, series }: Line, { counts, bucketMs }: Timeline, index: number): object {
  const perSecond = 1000 / bucketMs;
  const data = Array.from(counts[series], (count, bucket) => [(bucket * bucketMs) / 1000, count * perSecond]);
  return { ...line(name, color, index), data };
}

function phases({ phases: changes }: Timeline, endSeconds: number): object {
  const points = changes.map(({ atMs, phase }) => [atMs / 1000, PHASES.indexOf(phase)]);
  const last = points.at(-1)?.[1] ?? 0;
  return { ...line(PHASE.name, PHASE.color, 2), data: [...points, [endSeconds, last]] };
}

function phaseAxis(): object {
  const names = (value: number) => PHASES[value] ?? '';
  return { gridIndex: 2, type: 'value', min: 0, max: PHASES.length - 1, interval: 1, axisLabel: { formatter: names } };
}

function line(name: string, color: string, index: number): object {
  const style = { itemStyle: { color }, lineStyle: { color, width: 1.4 } };
  return { type: 'line', step: 'end', showSymbol: false, name, xAxisIndex: index, yAxisIndex: index, ...style };
}

function marks({ faults = [], store }: Scenario): object {
  const mark = (name: string, color: string, window: { fromSeconds: number; toSeconds: number }) => [
    { xAxis: window.fromSeconds, name, itemStyle: { color } },
    { xAxis: window.toSeconds },
  ];
  // Names of many short faults would lie over each other.
  const show = faults.length + (store?.outages?.length ?? 0) <= 2;
  const data = [
    ...faults.map((fault) => mark(`${100 * (fault.failureRate ?? 1)} % fail`, 'rgba(214, 69, 69, 0.08)', fault)),
    ...(store?.outages ?? []).map((outage) => mark('store out', 'rgba(59, 111, 212, 0.08)', outage)),
  ];
  return { markArea: { silent: true, label: { show, color: '#5b6472', position: 'insideTop' }, data } };
}
