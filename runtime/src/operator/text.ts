/** What stands where nothing is known. */
export const NOTHING = '-';

// Swedes write dates as ISO 8601 does.
const INSTANT = new Intl.DateTimeFormat('sv-SE', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'medium' });
const LATEST_INSTANT_MS = 8.64e15;

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];

/** Text that moves no cursor and reverses no line: a tenant may have been called anything. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (unit) => `\\u{${(unit.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A number that may not be known. */
export function optional(value: number | null): string {
  return value === null ? NOTHING : String(value);
}

/** An instant of the epoch, in UTC. */
export function instant(ms: number | null): string {
  if (ms === null) return NOTHING;
  return Math.abs(ms) <= LATEST_INSTANT_MS ? INSTANT.format(ms) : String(ms);
}

/** A duration, exactly, in the largest unit that takes at most one decimal. */
export function durationText(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= each && (ms * 10) % each === 0) ?? ['ms', 1];
  return `${ms / size} ${unit}`;
}

/** About how long a duration is: rounded up to a decimal. */
export function aboutText(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= each) ?? ['ms', 1];
  return `${size === 1 ? Math.ceil(ms) : Math.ceil((ms * 10) / size) / 10} ${unit}`;
}

/** Rows under their labels. */
export function headedColumns(labels: readonly string[], rows: readonly (readonly string[])[]): string {
  return columns([labels.map((label) => label.toUpperCase()), ...rows]);
}

/** One row, each value behind its label, and lines that follow. */
export function labelledLines(labels: readonly string[], values: readonly string[], others: readonly (readonly string[])[]): string {
  return columns([...labels.map((label, index) => [label, values[index] ?? NOTHING]), ...others]);
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}
