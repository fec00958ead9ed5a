import { CONTRACT } from '../contract/contract.ts';
import type { ReportLevel } from '../core/log-lines.ts';
import type { Random } from '../core/random.ts';

const { namespace: _namespace, ...GROUPS } = CONTRACT.metrics;

/** A group of metrics that share their dimensions, as the contract calls it. */
export type MetricGroup = keyof typeof GROUPS;

/** What the contract says of a metric. */
export interface Metric {
  readonly name: string;
  readonly unit: 'Count' | 'None' | 'Milliseconds' | 'Bytes';
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly level: ReportLevel;
}

/** Metrics that share the values of their dimensions and so leave together. */
export interface MetricSet {
  /** Dimension besides the service; undefined where there is none. */
  readonly dimension: string | undefined;
  /** Its value. */
  readonly name: string;
  /** What was measured, by metric. */
  readonly values: ReadonlyMap<Metric, readonly number[]>;
}

/** How sums are made. */
export interface MetricSumsOptions {
  /** Which metrics are kept. */
  readonly level: ReportLevel;
  /** Values of one dimension that are told apart; further ones are counted as `other`. */
  readonly maxDimensionValues: number;
}

/** CloudWatch takes 100 values of a metric in a line; Powertools sends a line early, without its dimensions, at the 100th. */
const MAXIMUM_VALUES = 99;

/** CloudWatch takes no larger figure, and no `NaN`. */
const LARGEST_VALUE = 2 ** 360;

/** What dimension values beyond the permitted number are counted as. */
export const OTHER = 'other';

interface OpenSet extends MetricSet {
  readonly values: Map<Metric, number[]>;
}

/**
 * Sums up what was measured until it is taken out: counters are added, gauges keep the latest value, and of a histogram a
 * random sample is kept, so that what leaves is bounded however much happens. Nothing is kept of metrics beyond the level.
 */
export class MetricSums {
  readonly #options: MetricSumsOptions;
  readonly #random: Random;
  readonly #sets = new Map<string, OpenSet>();
  // By group: the dimension values seen in the life of this environment.
  readonly #names = new Map<MetricGroup, Set<string>>();
  // By values of a histogram: how often it was measured, for a fair sample.
  readonly #measured = new WeakMap<number[], number>();
  /** Values that were counted as `other` and not yet reported as such. */
  folded = 0;

  constructor(options: MetricSumsOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  /** Whether there is nothing to take out. */
  get isEmpty(): boolean {
    return this.#sets.size === 0;
  }

  /** Adds to a counter, sets a gauge or measures once more for a histogram. */
  add(group: MetricGroup, name: string, metric: Metric, value = 1): void {
    if (metric.level === 'detailed' && this.#options.level !== 'detailed') return;
    if (!(Math.abs(value) <= LARGEST_VALUE)) return;
    const { values } = this.#setOf(group, name);
    const known = values.get(metric);
    if (known === undefined) values.set(metric, [value]);
    else if (metric.kind === 'counter') known[0] = (known[0] ?? 0) + value;
    else if (metric.kind === 'gauge') known[0] = value;
    else this.#sample(known, value);
  }

  /** Takes out all that was summed up. */
  take(): readonly MetricSet[] {
    const sets = [...this.#sets.values()];
    this.#sets.clear();
    return sets;
  }

  #setOf(group: MetricGroup, given: string): OpenSet {
    const [, dimension] = GROUPS[group].dimensions as readonly string[];
    const name = dimension === undefined ? '' : this.#known(group, dimensionValue(given));
    const key = `${group} ${name}`;
    const set = this.#sets.get(key) ?? { dimension, name, values: new Map<Metric, number[]>() };
    this.#sets.set(key, set);
    return set;
  }

  #known(group: MetricGroup, name: string): string {
    const names = this.#names.get(group) ?? new Set<string>();
    this.#names.set(group, names);
    if (names.has(name)) return name;
    if (names.size < this.#options.maxDimensionValues) {
      names.add(name);
      return name;
    }
    this.folded += 1;
    return OTHER;
  }

  /** Vitter's reservoir ("Algorithm R", 1985): every measurement is as likely to be among those kept. */
  #sample(kept: number[], value: number): void {
    const measured = (this.#measured.get(kept) ?? kept.length) + 1;
    this.#measured.set(kept, measured);
    if (kept.length < MAXIMUM_VALUES) {
      kept.push(value);
      return;
    }
    const place = Math.floor(this.#random.next() * measured);
    if (place < MAXIMUM_VALUES) kept[place] = value;
  }
}

/** A value that CloudWatch takes: printable ASCII, not empty, no colon in front, at most 250 characters. */
function dimensionValue(text: string): string {
  if (/^[!-9;-~][ -~]{0,249}$/.test(text)) return text;
  const printable = text.slice(0, 250).replaceAll(/[^ -~]/g, '?').replace(/^[\s:]+/, '').trim();
  return printable === '' ? 'none' : printable;
}
