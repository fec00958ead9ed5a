import type { Annotation, WidgetProperties } from './dashboards.ts';
import type { Answer } from './queries.ts';
import { renderSvg, timeAxis } from './svg.ts';

/** What is drawn of a widget. */
export interface WidgetChart {
  readonly width: number;
  readonly height: number;
  readonly properties: WidgetProperties;
  readonly answers: readonly Answer[];
  readonly unit: string | undefined;
  readonly periodMs: number;
  readonly endSeconds: number;
}

/** Colours for lines without one of their own, readable on light and on dark. */
const COLORS = ['#3b82c4', '#c2703d', '#4b9c6a', '#a06cc0', '#c04a6c', '#7f8c3a'];

/** The colour of the text around: the picture follows the page into the dark. */
const INK = 'currentColor';
const FAINT = { color: INK, opacity: 0.14 };
const TEXT = { color: INK, fontSize: 11 };
const LEGEND = { selectedMode: false, bottom: 0, left: 'center', itemWidth: 14, itemHeight: 8, itemGap: 14, icon: 'roundRect' };

/** Lines this many times above everything drawn would press the rest flat. */
const FAR = 4;

/** Draws the graph of a widget. */
export function renderWidget(chart: WidgetChart): string {
  const { width, height, answers, endSeconds } = chart;
  return renderSvg(width, height, {
    color: COLORS,
    legend: { ...LEGEND, textStyle: TEXT },
    grid: { left: 48, right: 14, top: 26, bottom: 46 },
    xAxis: secondsAxis(endSeconds),
    yAxis: valueAxis(chart),
    series: answers.map((answer, index) => ({ ...lineOf(answer, chart), ...(index === 0 && marksOf(chart)) })),
  });
}

/** Annotations that are so far above all lines that they are not drawn. */
export function farAnnotations({ properties, answers }: Pick<WidgetChart, 'properties' | 'answers'>): Annotation[] {
  const highest = highestOf(answers);
  return annotationsOf(properties).filter(({ value }) => highest > 0 && value > FAR * highest && properties.yAxis?.left?.max === undefined);
}

function secondsAxis(endSeconds: number): object {
  return {
    ...timeAxis(endSeconds),
    axisLine: { lineStyle: { color: INK, opacity: 0.4 } },
    axisTick: { show: false },
    axisLabel: { ...TEXT, formatter: '{value} s', hideOverlap: true, showMaxLabel: false },
  };
}

function valueAxis({ properties, answers, unit }: WidgetChart): object {
  const { min, max } = properties.yAxis?.left ?? {};
  const near = annotationsOf(properties).filter((annotation) => !farAnnotations({ properties, answers }).includes(annotation));
  const highest = Math.max(highestOf(answers), ...near.map(({ value }) => value));
  return {
    type: 'value',
    min,
    // Nothing but zeros: a scale of one keeps the line at the bottom.
    max: max ?? (highest === 0 ? 1 : undefined),
    splitNumber: max !== undefined && max <= 5 ? max : 3,
    minInterval: unit === 'Count' ? 1 : 0,
    name: unit,
    nameTextStyle: { ...TEXT, align: 'left', padding: [0, 0, 0, -40] },
    nameGap: 10,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: FAINT },
    axisLabel: { ...TEXT, formatter: (value: number) => value.toLocaleString('en-US') },
  };
}

function lineOf({ label, query, series }: Answer, { periodMs, properties }: WidgetChart): object {
  const color = query.color === undefined ? {} : { itemStyle: { color: query.color }, lineStyle: { color: query.color, width: 1.8 } };
  return {
    type: 'line',
    silent: true,
    name: label,
    step: 'end',
    // A point between gaps is no line.
    showSymbol: series.includes(undefined),
    symbol: 'circle',
    symbolSize: 4,
    lineStyle: { width: 1.8 },
    ...(properties.stacked === true && { stack: 'all', areaStyle: { opacity: 0.2 } }),
    ...color,
    data: series.map((value, index) => [(index * periodMs) / 1000, value ?? null]),
  };
}

function marksOf({ properties, answers }: WidgetChart): object {
  const far = farAnnotations({ properties, answers });
  const data = annotationsOf(properties)
    .filter((annotation) => !far.includes(annotation))
    .map(({ value, label = '', color = '#8a94a6' }) => ({
      yAxis: value,
      lineStyle: { color, type: 'dashed', width: 1, opacity: 0.8 },
      label: { formatter: label, position: 'insideEndTop', color, fontSize: 11 },
    }));
  return { markLine: { silent: true, symbol: 'none', data } };
}

function annotationsOf({ annotations }: WidgetProperties): readonly Annotation[] {
  return annotations?.horizontal ?? [];
}

function highestOf(answers: readonly Answer[]): number {
  return answers.flatMap(({ series }) => series).reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}
