import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Table from 'cli-table3';

/** A table. */
export interface Columns {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Tables for a terminal. */
export function terminalTables(tables: readonly Columns[]): string {
  return tables
    .map(({ head, rows }) => {
      const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
      table.push(...rows.map((row) => [...row]));
      return table.toString();
    })
    .join('\n\n');
}

/** A table for a page. */
export function markdown({ head, rows }: Columns): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((each) => `| ${each.join(' | ')} |`).join('\n');
}

/** Version of an installed package. */
export function versionOf(name: string): string {
  const file = join(import.meta.dirname, '../node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** A whole number. */
export function count(value: number): string {
  return digits(value, 0);
}

/** A number with so many digits behind the point at most. */
export function digits(value: number, maximumFractionDigits: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits });
}

/** A multiple, with two digits where they say something. */
export function times(ratio: number): string {
  return `${digits(ratio, ratio < 10 ? 2 : 1)} x`;
}

/** Nanoseconds as microseconds. */
export function microseconds(ns: number): string {
  return `${digits(ns / 1000, 2)} µs`;
}
