import type { MetricIdentity } from './emf.ts';
import type { Query } from './queries.ts';
import { pathOf, resolveValue, resourcesOf, type Names, type Template } from './template.ts';

/** A line across a graph. */
export interface Annotation {
  readonly value: number;
  readonly label?: string;
  readonly color?: string;
}

/** A widget, and where it is on the 24 columns of a dashboard. */
export interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: WidgetProperties;
}

/** What a widget shows; which of it depends on its type. */
export interface WidgetProperties {
  readonly title?: string;
  readonly markdown?: string;
  readonly alarms?: readonly string[];
  readonly query?: string;
  readonly metrics?: readonly (readonly unknown[])[];
  readonly stat?: string;
  readonly stacked?: boolean;
  /** In seconds. */
  readonly period?: number;
  readonly yAxis?: { readonly left?: { readonly min?: number; readonly max?: number } };
  readonly annotations?: { readonly horizontal?: readonly Annotation[] };
}

/** A dashboard of a template. */
export interface Dashboard {
  readonly path: string;
  readonly widgets: readonly Widget[];
}

interface RenderingProperties {
  readonly id?: string;
  readonly expression?: string;
  readonly label?: string;
  readonly color?: string;
  readonly stat?: string;
  readonly visible?: boolean;
}

/** The dashboards of a template. */
export function dashboardsOf(template: Template, names: Names): Dashboard[] {
  return resourcesOf(template, 'AWS::CloudWatch::Dashboard').map(([id, resource]) => {
    const body = resolveValue(resource.Properties?.['DashboardBody'], names) as string;
    const { widgets } = JSON.parse(body) as { readonly widgets: readonly Partial<Widget>[] };
    return { path: pathOf(id, resource), widgets: widgets.map(withPlace) };
  });
}

/** CloudWatch has these defaults. */
function withPlace(widget: Partial<Widget>): Widget {
  return { type: 'metric', x: 0, y: 0, width: 6, height: 6, properties: {}, ...widget };
}

/** What a widget of metrics asks for. */
export function queriesOf({ metrics = [], stat = 'Average' }: WidgetProperties): Query[] {
  let before: readonly string[] = [];
  return metrics.map((row) => {
    const words = expand(row.filter((word) => typeof word === 'string'), before);
    const { id, expression, label, color, stat: statistic = stat, visible = true } = row.find(isProperties) ?? {};
    if (words.length > 0) before = words;
    const metric = words.length > 0 ? identityOf(words) : undefined;
    return { id, metric, statistic, expression, label, color, isVisible: visible };
  });
}

function isProperties(word: unknown): word is RenderingProperties {
  return typeof word === 'object' && word !== null;
}

/** `.` stands for the word above, `...` for all words that are not given at the end. */
function expand(words: readonly string[], before: readonly string[]): string[] {
  const [first, ...rest] = words;
  const whole = first === '...' ? [...before.slice(0, before.length - rest.length), ...rest] : words;
  return whole.map((word, index) => (word === '.' ? (before[index] ?? word) : word));
}

function identityOf([namespace = '', name = '', ...pairs]: readonly string[]): MetricIdentity {
  const dimensions: Record<string, string> = {};
  for (let at = 0; at + 1 < pairs.length; at += 2) dimensions[pairs[at] ?? ''] = pairs[at + 1] ?? '';
  return { namespace, name, dimensions };
}
