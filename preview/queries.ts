import type { MetricIdentity } from './emf.ts';
import { evaluateSeries, idsIn, type Series } from './metric-math.ts';
import type { RunMetrics } from './run-metrics.ts';
import { parseSearch } from './search-expression.ts';

/** Something that a widget or an alarm asks for: a metric, or an expression over those that have an id. */
export interface Query {
  readonly id?: string | undefined;
  readonly metric?: MetricIdentity | undefined;
  readonly statistic?: string | undefined;
  readonly expression?: string | undefined;
  readonly label?: string | undefined;
  readonly color?: string | undefined;
  readonly isVisible: boolean;
}

/** What came of a query. */
export interface Answer {
  readonly query: Query;
  readonly label: string;
  readonly series: Series;
  /** The metrics that it is made of. */
  readonly metrics: readonly MetricIdentity[];
}

/** The metrics that queries ask for by name. */
export function metricsIn(queries: readonly Query[]): MetricIdentity[] {
  return queries.flatMap(({ metric }) => (metric === undefined ? [] : [metric]));
}

/** What a run says to queries: a search has as many answers as it finds metrics, and what it cannot evaluate throws. */
export function answersTo(queries: readonly Query[], run: RunMetrics, periodMs: number): Answer[] {
  return new Calculation(queries, run, periodMs).answers();
}

/** Queries that may refer to each other. */
class Calculation {
  readonly #queries: readonly Query[];
  readonly #run: RunMetrics;
  readonly #periodMs: number;

  constructor(queries: readonly Query[], run: RunMetrics, periodMs: number) {
    this.#queries = queries;
    this.#run = run;
    this.#periodMs = periodMs;
  }

  answers(): Answer[] {
    return this.#queries.filter(({ isVisible }) => isVisible).flatMap((query) => this.#answersTo(query));
  }

  #answersTo(query: Query): Answer[] {
    const search = query.expression === undefined ? undefined : parseSearch(query.expression);
    if (search === undefined) {
      const label = query.label ?? query.metric?.name ?? query.expression ?? '';
      return [{ query, label, series: this.#seriesOf(query, []), metrics: this.#metricsOf(query) }];
    }
    return this.#run.identities.filter(search.finds).map((metric) => {
      const label = (query.label ?? metric.name).replace(/\$\{PROP\('Dim\.(\w+)'\)\}/g, (_all, key: string) => metric.dimensions[key] ?? '');
      return { query, label, series: this.#run.series(metric, search.statistic, this.#periodMs), metrics: [metric] };
    });
  }

  #seriesOf({ metric, statistic = 'Average', expression = '' }: Query, within: readonly string[]): Series {
    if (metric !== undefined) return this.#run.series(metric, statistic, this.#periodMs);
    const series = this.#named(expression).map((query): [string, Series] => {
      const id = query.id ?? '';
      if (within.includes(id)) throw new Error(`${id} is made of itself`);
      return [id, this.#seriesOf(query, [...within, id])];
    });
    return evaluateSeries(expression, Object.fromEntries(series), this.#run.periods(this.#periodMs), this.#periodMs / 1000);
  }

  #metricsOf({ metric, expression = '' }: Query): MetricIdentity[] {
    return metric === undefined ? this.#named(expression).flatMap((query) => this.#metricsOf(query)) : [metric];
  }

  #named(expression: string): Query[] {
    const ids = idsIn(expression);
    return this.#queries.filter(({ id }) => id !== undefined && ids.includes(id));
  }
}
