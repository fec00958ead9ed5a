import { renderSvg } from '../../preview/svg.ts';
import type { CaseResult } from './proof.ts';
import { LOADS } from './shedding-proof-cases.ts';

const WIDTH = 760;
const HEIGHT = 380;

const LINES = [
  { name: 'with load shedding', color: '#2e9e6b', prefix: 'shed-' },
  { name: 'without', color: '#d64545', prefix: 'unshed-' },
] as const;

/** The goodput over the load, with load shedding and without; nothing where not all of it was simulated. */
export function renderGoodput(cases: readonly CaseResult[]): string | undefined {
  const series = LINES.map(({ name, color, prefix }) => ({
    type: 'line',
    name,
    itemStyle: { color },
    lineStyle: { color, width: 2 },
    data: LOADS.map((load) => goodputOf(cases, `${prefix}${load}x`)),
  }));
  if (series.some(({ data }) => data.includes(undefined))) return undefined;
  return renderSvg(WIDTH, HEIGHT, {
    backgroundColor: '#ffffff',
    legend: { bottom: 6, icon: 'roundRect' },
    grid: { left: 60, right: 30, top: 40, bottom: 70 },
    xAxis: { type: 'category', name: 'load', nameLocation: 'middle', nameGap: 28, data: LOADS.map((load) => `${load} x`) },
    yAxis: { type: 'value', name: 'answers in time, % of capacity', nameTextStyle: { align: 'left' }, min: 0, max: 100 },
    series,
  });
}

function goodputOf(cases: readonly CaseResult[], name: string): number | undefined {
  const finding = cases.find((each) => each.name === name)?.findings.find(({ figure }) => figure.startsWith('answers in time'));
  return finding?.median ?? undefined;
}
