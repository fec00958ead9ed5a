import { CONTRACT } from '../runtime/src/contract/contract.ts';
import type { MetricIdentity } from './emf.ts';

/** A metric as the contract has it. */
export interface ContractMetric {
  readonly name: string;
  readonly unit: string;
  readonly level: string;
  readonly dimensions: readonly string[];
}

/** Metrics with the same dimensions. */
interface Group {
  readonly dimensions: readonly string[];
  readonly names: Readonly<Record<string, Pick<ContractMetric, 'name' | 'unit' | 'level'>>>;
}

const { namespace, ...GROUPS } = CONTRACT.metrics;

/** The namespace that the runtime sends to: a local run has all of it, and nothing of others. */
export const NAMESPACE: string = namespace;

/** Every metric of the runtime, by name. */
export const CONTRACT_METRICS: ReadonlyMap<string, ContractMetric> = new Map(
  Object.values<Group>(GROUPS).flatMap(({ dimensions, names }) =>
    Object.values(names).map(({ name, unit, level }): [string, ContractMetric] => [name, { name, unit, level, dimensions }]),
  ),
);

/** Sent by every function that answers requests, whatever happens. */
export const ALWAYS_SENT: readonly string[] = [
  GROUPS.request.names.requests.name,
  GROUPS.request.names.latency.name,
  GROUPS.circuitBreaker.names.state.name,
];

/** Whether a metric keeps its value until it is sent again: the gauge that is repeated at most once a minute. */
export function isHeld({ namespace: of, name }: MetricIdentity): boolean {
  return of === NAMESPACE && name === GROUPS.circuitBreaker.names.state.name;
}
