import type { CircuitKey } from '../circuit-breaker/key.ts';
import type { CircuitDetails, CircuitReport } from './circuit-report.ts';

const NOTHING = '-';
const LABELS = ['circuit', 'state', 'since (UTC)', 'open until (UTC)', 'active', 'failed in 10 s'];

// Swedes write dates as ISO 8601 does.
const INSTANT = new Intl.DateTimeFormat('sv-SE', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'medium' });
const LATEST_INSTANT_MS = 8.64e15;

/** Circuits as a table for people. */
export function listText(circuits: readonly CircuitReport[]): string {
  if (circuits.length === 0) return 'no circuits: a circuit has an item once an environment has used it\n';
  return columns([LABELS.map((label) => label.toUpperCase()), ...circuits.map(cells)]);
}

/** One circuit with all that is known of it, for people. */
export function detailsText(circuit: CircuitDetails): string {
  const values = cells(circuit);
  return columns([
    ...LABELS.map((label, index) => [label, values[index] ?? NOTHING]),
    ['calls a second', circuit.callsPerSecond === null ? NOTHING : circuit.callsPerSecond.toFixed(1)],
    ['opened in a row', optional(circuit.opens)],
    ['probes succeeded', optional(circuit.successes)],
    ...Object.entries(circuit.probes ?? {}).map(([lease, endMs]) => [`probe ${printable(lease)} until`, instant(endMs)]),
    ['generation', String(circuit.generation)],
  ]);
}

/** A circuit as people read it: its name and what it is kept for. */
export function circuitText({ name, tenant, operation }: CircuitKey): string {
  const scope = Object.entries({ tenant, operation }).filter(([, value]) => value !== undefined);
  return [name, ...scope.map(([part, value]) => `${part}=${String(value)}`)].map(printable).join(' ');
}

/** Text that moves no cursor and reverses no line: a tenant may have been called anything. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (unit) => `\\u{${(unit.codePointAt(0) ?? 0).toString(16)}}`);
}

function cells(circuit: CircuitReport): string[] {
  const { name, tenant, operation, state, sinceMs, openUntilMs, active, calls, failures, failureShare } = circuit;
  const key = { name, ...(tenant !== null && { tenant }), ...(operation !== null && { operation }) };
  const share = failureShare === null ? NOTHING : `${Math.round(failureShare * 100)} % (${failures} of ${calls})`;
  return [circuitText(key), state, instant(sinceMs), instant(openUntilMs), optional(active), share];
}

function optional(value: number | null): string {
  return value === null ? NOTHING : String(value);
}

function instant(ms: number | null): string {
  if (ms === null) return NOTHING;
  return Math.abs(ms) <= LATEST_INSTANT_MS ? INSTANT.format(ms) : String(ms);
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}
