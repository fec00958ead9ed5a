import type { FleetFigures } from './figures.ts';

/** One figure over several seeds. Null stands for an event that never came. */
export interface FigureRow {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** One figure, its median and its worst value: the largest, and never is worse than late. */
export interface Spread {
  readonly name: string;
  readonly median: number | null;
  readonly worst: number | null;
}

/** All figures of several runs as rows, nested ones by their path, for example `transitions.open`. */
export function figureRows(runs: readonly FleetFigures[]): FigureRow[] {
  const flattened = runs.map((run) => new Map(flatten('', run)));
  const names = [...new Set(flattened.flatMap((figures) => [...figures.keys()]))].filter((name) => name !== 'seed');
  return names.map((name) => ({ name, values: flattened.map((figures) => figures.get(name) ?? missing(name)) }));
}

/** Median and worst of every figure. */
export function spreads(runs: readonly FleetFigures[]): Spread[] {
  return figureRows(runs).map(({ name, values }) => {
    const known = values.map((value) => value ?? Infinity);
    return { name, median: finite(medianOf(known)), worst: finite(Math.max(...known)) };
  });
}

/** The value in the middle; of an even number the mean of the two. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

/** A value as it is written: null if it never came, and no more digits than mean anything. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 1e6) / 1e6 : null;
}

function flatten(prefix: string, value: unknown): [string, number | null][] {
  if (typeof value === 'number' || value === null) return [[prefix, value]];
  return Object.entries(value as object).flatMap(([key, inner]) => flatten(prefix === '' ? key : `${prefix}.${key}`, inner));
}

/** An error that a run did not meet is not in its list; a time that a run did not measure is never. */
function missing(name: string): number | null {
  return name.startsWith('storeErrors.') ? 0 : null;
}
