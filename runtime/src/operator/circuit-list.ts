import { counterName, oldestSpan, pictureFromItem, spanAt, type CounterKind } from '../circuit-breaker/index.ts';
import { CONTRACT } from '../contract/contract.ts';
import { scanTable, type StateClientLimits } from '../dynamodb/index.ts';
import type { OperatorTarget } from './arguments.ts';
import { reportOf, type CircuitReport } from './circuit-report.ts';
import { CIRCUIT_KEY_PREFIX, circuitFromItemKey } from './item-key.ts';

/** The circuits of a table, by name. */
export interface CircuitList {
  readonly circuits: readonly CircuitReport[];
  /** False if there are more circuits than are listed. */
  readonly complete: boolean;
}

const KEY = CONTRACT.tables.circuit.partitionKey;
const MAXIMUM_CIRCUITS = 1000;

/** What a report is made from; the counters are added by the time. */
const ATTRIBUTES = ['phase', 'generation', 'openUntilMs', 'opens', 'control'];
const COUNTERS: readonly CounterKind[] = ['C', 'F', 'n'];

/**
 * Reads the circuits of a table.
 *
 * @throws StoreUnavailableError if the table gives no answer.
 */
export async function listCircuits(
  { table, region }: OperatorTarget,
  nowMs: number,
  limits: StateClientLimits,
): Promise<CircuitList> {
  const attributes = [...ATTRIBUTES, ...COUNTERS.flatMap((kind) => counterNames(kind, nowMs))];
  const scan = { table, region, partitionKey: KEY, keyPrefixes: [CIRCUIT_KEY_PREFIX], attributes, maximumItems: MAXIMUM_CIRCUITS, limits };
  const { items, complete } = await scanTable(scan);
  const circuits = items
    .map((item) => ({ key: String(item[KEY]), picture: pictureFromItem(item) }))
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ key, picture }) => reportOf(circuitFromItemKey(key), picture, nowMs));
  return { circuits, complete };
}

/** The counters of a kind that still count, and one span ahead: others may be a little early. */
function counterNames(kind: CounterKind, nowMs: number): string[] {
  const oldest = oldestSpan(kind, nowMs);
  return Array.from({ length: spanAt(kind, nowMs) - oldest + 2 }, (_, index) => counterName(kind, oldest + index));
}
