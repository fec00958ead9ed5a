import { readText } from './pages.ts';

/** What the contract says of an option. */
export interface Rule {
  readonly type: string;
  readonly description: string;
  readonly default?: unknown;
  readonly defaultMs?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minimumMs?: number;
  readonly maximumMs?: number;
  readonly values?: readonly string[];
}

const UNITS: readonly (readonly [unit: string, milliseconds: number])[] = [['h', 3_600_000], ['min', 60_000], ['s', 1000], ['ms', 1]];

/** A duration as the pages write it. */
function durationText(durationMs: number): string {
  if (durationMs === 0) return '0';
  const [unit, milliseconds] = UNITS.find(([, each]) => durationMs % each === 0) ?? ['ms', 1];
  return `${durationMs / milliseconds} ${unit}`;
}

/** The range of an option as the pages write it. */
export function rangeText(rule: Rule): string {
  if (rule.type === 'boolean') return 'true, false';
  if (rule.values !== undefined) return rule.values.join(', ');
  if (rule.type === 'duration') return `${durationText(rule.minimumMs ?? 0)} to ${durationText(rule.maximumMs ?? 0)}`;
  return rule.minimum === undefined ? `above ${rule.exclusiveMinimum}, up to ${rule.maximum}` : `${rule.minimum} to ${rule.maximum}`;
}

/** The options that a page lists, in its order. */
export async function optionRows(path: string) {
  const rows = (await readText(path)).matchAll(/^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm);
  return [...rows].map(([, name = '', shown = '', range = '', meaning = '']) => ({ name, shown, range, meaning }));
}

/** The default of an option as the pages write it. */
export function defaultText(rule: Rule): string {
  return rule.defaultMs === undefined ? String(rule.default) : durationText(rule.defaultMs);
}
