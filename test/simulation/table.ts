import Table from 'cli-table3';
import { PRICE_NOTE, type FleetFigures } from './figures.ts';
import { figureRows, spreads } from './median.ts';

/** The figures of one run, or median and worst of several, for a terminal. */
export function renderTable(title: string, runs: readonly FleetFigures[]): string {
  const table = new Table({
    head: [title, ...columns(runs)],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    colAligns: ['left', 'right', 'right'],
  });
  table.push(...tableRows(runs));
  return `${table.toString()}\n${PRICE_NOTE}`;
}

/** Heads of the columns beside the names. */
export function columns(runs: readonly FleetFigures[]): string[] {
  const seeds = runs.map(({ seed }) => seed);
  return seeds.length === 1 ? [`seed ${seeds[0] ?? ''}`] : [`median of seeds ${seeds[0] ?? ''} to ${seeds.at(-1) ?? ''}`, 'worst'];
}

/** Names and values as text. */
export function tableRows(runs: readonly FleetFigures[]): string[][] {
  if (runs.length > 1) return spreads(runs).map(({ name, median, worst }) => [name, text(median), text(worst)]);
  return figureRows(runs).map(({ name, values }) => [name, text(values[0] ?? null)]);
}

function text(value: number | null): string {
  return value === null ? 'never' : value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}
