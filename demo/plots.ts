import { renderSvg, timeAxis } from '../preview/svg.ts';

/** One line of a plot. */
export interface PlotLine {
  readonly name: string;
  readonly color: string;
  /** Seconds and values. */
  readonly points: readonly (readonly [number, number])[];
  /** Drawn as a thin dashed line rather than as what happened. */
  readonly dashed?: boolean;
}

/** A span of time that is shaded. */
export interface Band {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Written into it; nothing if undefined. */
  readonly label?: string | undefined;
}

/** Values over time, somewhere in a picture. */
export interface Plot {
  readonly title: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly endSeconds: number;
  /** Highest value that is to fit. */
  readonly highest: number;
  readonly lines: readonly PlotLine[];
  readonly band?: Band | undefined;
}

/** Text above plots. */
export interface Head {
  readonly text: string;
  readonly left: number;
  readonly top: number;
}

/** What a picture holds. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly heads: readonly Head[];
  readonly plots: readonly Plot[];
}

/** Draws plots over time as one SVG picture. */
export function renderPicture({ width, height, heads, plots }: Picture): string {
  return renderSvg(width, height, {
    backgroundColor: '#ffffff',
    title: [...heads.map(headTitle), ...plots.map(plotTitle)],
    legend: legends(heads, plots),
    grid: plots.map((plot) => ({ left: plot.left, top: plot.top, width: plot.width, height: plot.height })),
    xAxis: plots.map(({ endSeconds }, gridIndex) => timeAxis(endSeconds, gridIndex)),
    yAxis: plots.map(({ highest }, gridIndex) => ({ type: 'value', gridIndex, min: 0, max: niceCeiling(highest), splitNumber: 3 })),
    series: plots.flatMap(({ lines, band }, index) =>
      lines.map((line, order) => ({ ...series(line, index), ...(order === 0 && band !== undefined && markArea(band)) })),
    ),
  });
}

function headTitle({ text, left, top }: Head): object {
  return { text, left, top, textStyle: { fontSize: 17 } };
}

/** What the lines are, under the heads of a row: those of the plots down to the next heads. */
function legends(heads: readonly Head[], plots: readonly Plot[]): object[] {
  const tops = [...new Set(heads.map(({ top }) => top))].sort((a, b) => a - b);
  return tops.map((top, index) => {
    const below = plots.filter((plot) => plot.top > top && plot.top < (tops[index + 1] ?? Infinity));
    const left = Math.min(...heads.filter((head) => head.top === top).map((head) => head.left));
    // Fonts differ in width, and nobody measures here the one that it will be.
    return { left, top: top + 25, itemGap: 22, icon: 'roundRect', data: [...new Set(below.flatMap(({ lines }) => lines.map(({ name }) => name)))] };
  });
}

function plotTitle({ title, left, top }: Plot): object {
  return { text: title, left: left - 4, top: top - 30, textStyle: { fontSize: 12, fontWeight: 'normal', color: '#5b6472' } };
}

function series({ name, color, points, dashed = false }: PlotLine, index: number): object {
  const look = dashed
    ? { lineStyle: { color, width: 1.6, type: 'dashed' } }
    : { lineStyle: { color, width: 1.6 }, areaStyle: { color, opacity: 0.12 }, step: 'end' };
  return { type: 'line', showSymbol: false, name, xAxisIndex: index, yAxisIndex: index, itemStyle: { color }, ...look, data: points };
}

function markArea({ fromSeconds, toSeconds, label }: Band): object {
  return {
    markArea: {
      silent: true,
      itemStyle: { color: 'rgba(214, 69, 69, 0.07)' },
      label: { show: label !== undefined, color: '#b03a3a' },
      data: [[{ xAxis: fromSeconds, name: label }, { xAxis: toSeconds }]],
    },
  };
}

function niceCeiling(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / step) * step;
}
