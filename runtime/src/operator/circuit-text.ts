import type { CircuitKey } from '../circuit-breaker/index.ts';
import type { CircuitDetails, CircuitReport } from './circuit-report.ts';
import { headedColumns, labelledLines, instant, NOTHING, optional, printable } from './text.ts';

const LABELS = ['circuit', 'state', 'since (UTC)', 'open until (UTC)', 'active', 'failed in 10 s'];

/** Circuits as a table for people. */
export function listText(circuits: readonly CircuitReport[]): string {
  if (circuits.length === 0) return 'no circuits: a circuit has an item once an environment has used it\n';
  return headedColumns(LABELS, circuits.map(cells));
}

/** One circuit with all that is known of it, for people. */
export function detailsText(circuit: CircuitDetails): string {
  return labelledLines(LABELS, cells(circuit), [
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

function cells(circuit: CircuitReport): string[] {
  const { name, tenant, operation, state, sinceMs, openUntilMs, active, calls, failures, failureShare } = circuit;
  const key = { name, ...(tenant !== null && { tenant }), ...(operation !== null && { operation }) };
  const share = failureShare === null ? NOTHING : `${Math.round(failureShare * 100)} % (${failures} of ${calls})`;
  return [circuitText(key), state, instant(sinceMs), instant(openUntilMs), optional(active), share];
}
