import { renderChip } from './alarm-panel.ts';
import { CONTRACT_METRICS, NAMESPACE } from './contract-metrics.ts';
import { queriesOf, type Widget, type WidgetProperties } from './dashboards.ts';
import type { MetricIdentity } from './emf.ts';
import { escapeHtml, figure } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import { answersTo, metricsIn, type Answer, type Query } from './queries.ts';
import type { AlarmOutcome } from './rung-alarms.ts';
import { keyOf, type RunMetrics } from './run-metrics.ts';
import { scaledPeriodMs } from './time-scale.ts';
import { parseSearch } from './search-expression.ts';
import { farAnnotations, renderWidget } from './widget-chart.ts';

/** What widgets are drawn from. */
export interface WidgetSources {
  readonly run: RunMetrics;
  readonly outcomes: readonly AlarmOutcome[];
  /** Metrics that should be there and are not, by key. */
  readonly missing: ReadonlySet<string>;
}

const COLUMN_PX = 1248 / 24;
const ROW_PX = 40;

/** What paddings, title and note take of a widget. */
const AROUND_PX = { width: 26, height: 58 };

/** CloudWatch's period where a widget names none, in seconds. */
const DEFAULT_PERIOD_S = 300;

/** What a widget has instead of a picture. */
const AWAY = '<p class="away">';

/** A widget at its place in the grid. */
export function renderCell(widget: Widget, sources: WidgetSources): string {
  const { x, y, width, height, type, properties } = widget;
  const place = `grid-column:${x + 1}/span ${width};grid-row:${y + 1}/span ${height}`;
  const title = properties.title === undefined ? '' : `<h3>${escapeHtml(properties.title)}</h3>`;
  const content = contentOf(widget, sources);
  const kind = type === 'text' ? 'text' : content.startsWith(AWAY) ? 'card off' : 'card';
  return `<div class="cell" style="${place}"><div class="widget ${kind}">${title}${content}</div></div>`;
}

function contentOf(widget: Widget, sources: WidgetSources): string {
  const { type, properties } = widget;
  if (type === 'text') return renderMarkdown(properties.markdown ?? '');
  if (type === 'alarm') return renderChips(properties, sources);
  if (type === 'log') return away('Read out of log lines by CloudWatch Logs Insights.');
  return type === 'metric' ? renderMetrics(widget, sources) : away(`Widgets of type ${type} are not drawn here.`);
}

function renderChips({ alarms = [] }: WidgetProperties, { outcomes }: WidgetSources): string {
  const shown = alarms.flatMap((name) => outcomes.find(({ alarm }) => alarm.id === name || name.endsWith(`:alarm:${alarm.name}`)) ?? []);
  return `<div class="chips">${shown.map(renderChip).join('')}</div>`;
}

function renderMetrics({ width, height, properties }: Widget, sources: WidgetSources): string {
  const queries = queriesOf(properties);
  const asked = metricsIn(queries);
  const platform = asked.filter(({ namespace }) => namespace !== NAMESPACE);
  if (platform.length > 0) return away(`Measured by AWS only: ${namesOf(platform)}.`);
  const { run, missing } = sources;
  const silent = asked.filter((metric) => !run.has(metric));
  const lost = silent.filter((metric) => missing.has(keyOf(metric)));
  const note = lost.length > 0 ? `<p class="note bad">No data, although exercised: ${namesOf(lost)}</p>` : '';
  const periodMs = scaledPeriodMs(properties.period ?? DEFAULT_PERIOD_S);
  const answers = answersTo(queries, run, periodMs);
  if (!answers.some(({ metrics }) => metrics.some((metric) => run.has(metric)))) {
    return note || away(`Never sent in this run, because nothing of it happened: ${namesOf(asked) || searchedBy(queries)}.`);
  }
  const size = { width: Math.round(width * COLUMN_PX - AROUND_PX.width), height: height * ROW_PX - AROUND_PX.height };
  const chart = { ...size, properties, answers, unit: unitOf(answers), periodMs, endSeconds: (run.periods(periodMs) * periodMs) / 1000 };
  return renderWidget(chart) + (note || remarks(silent, chart));
}

/** What is not in the picture. */
function remarks(silent: readonly MetricIdentity[], chart: Parameters<typeof farAnnotations>[0]): string {
  const far = farAnnotations(chart).map(({ label, value }) => `${label ?? 'a line'} at ${figure(value)} is far above`);
  const never = silent.length === 0 ? [] : [`never sent: ${namesOf(silent)}`];
  const all = [...never, ...far];
  return all.length === 0 ? '' : `<p class="note">${escapeHtml(all.join(' · '))}</p>`;
}

/** The unit of everything that is drawn; undefined where units differ, and for expressions, which change them. */
function unitOf(answers: readonly Answer[]): string | undefined {
  const unitsOf = ({ metrics, query }: Answer) => metrics.map(({ name }) => (keepsUnit(query) ? CONTRACT_METRICS.get(name)?.unit : undefined));
  const units = new Set(answers.flatMap(unitsOf));
  const [unit] = units;
  return units.size === 1 && unit !== 'None' ? unit : undefined;
}

/** To fill gaps changes no unit. */
function keepsUnit({ expression }: Query): boolean {
  return expression === undefined || /^(?:FILL\(\w+, ?\w+\)$|SEARCH\()/.test(expression);
}

function namesOf(metrics: readonly MetricIdentity[]): string {
  return [...new Set(metrics.map(({ name }) => name))].join(', ');
}

function searchedBy(queries: readonly Query[]): string {
  return queries.flatMap(({ expression = '' }) => parseSearch(expression)?.metricName ?? []).join(', ');
}

function away(text: string): string {
  return `${AWAY}${escapeHtml(text)}</p>`;
}
