import type { MetricIdentity } from './emf.ts';

/** A search for metrics, as dashboards make it. */
export interface Search {
  readonly metricName: string | undefined;
  readonly statistic: string;
  /** Whether it finds a metric. */
  readonly finds: (metric: MetricIdentity) => boolean;
}

const SEARCH = /^SEARCH\('\{([^}]*)\}([^']*)',\s*'([^']*)'(?:,\s*\d+)?\)$/;

/**
 * Reads `SEARCH('{Namespace,dimension,...} MetricName="..." dimension="..."', 'Sum')`; undefined if an expression is no search.
 *
 * @throws Error if it has terms other than `name="value"`.
 */
export function parseSearch(expression: string): Search | undefined {
  if (!expression.startsWith('SEARCH(')) return undefined;
  const [, schema = '', terms = '', statistic = ''] = SEARCH.exec(expression) ?? [];
  if (schema === '' || terms.replace(/\w+="[^"]*"/g, '').trim() !== '') throw new Error(`cannot read ${expression}`);
  const [namespace, ...dimensions] = schema.split(',').map((part) => part.trim().replaceAll('"', ''));
  const wanted = termsIn(terms);
  const metricName = wanted.find(([key]) => key === 'MetricName')?.[1];
  const values = wanted.filter(([key]) => key !== 'MetricName');
  const isOfSchema = (metric: MetricIdentity) =>
    metric.namespace === namespace && Object.keys(metric.dimensions).sort().join() === dimensions.toSorted().join();
  const finds = (metric: MetricIdentity) =>
    isOfSchema(metric) && [undefined, metric.name].includes(metricName) && values.every(([key, value]) => metric.dimensions[key] === value);
  return { metricName, statistic, finds };
}

function termsIn(terms: string): (readonly [string, string])[] {
  return [...terms.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value] as const);
}
