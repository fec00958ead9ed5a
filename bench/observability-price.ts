import { CONTRACT } from '../runtime/src/contract/contract.ts';
import type { ReportLevel } from '../runtime/src/core/log-lines.ts';

const { namespace: _namespace, ...GROUPS } = CONTRACT.metrics;

/** What shares a dimension value of its own within a function. */
export type PricedGroup = keyof typeof GROUPS;

/** What a function has, of which each has metrics of its own. */
export interface PricedFunction {
  readonly circuits: number;
  readonly limits: number;
  readonly bulkheads: number;
  /** Priorities of requests that load shedding may refuse; 0 where there is none. */
  readonly priorities: number;
  /** State tables that circuits, limits and bulkheads use. */
  readonly tables: number;
  readonly operations: number;
  /** Different errors that requests fail with. */
  readonly errorTypes: number;
  /** 1 if anything is cut short. */
  readonly timeouts: number;
  readonly dependencies: number;
  readonly healthChecks: number;
  readonly healthEndpoints: number;
}

/** What a month costs, in USD. */
export interface MonthlyPrice {
  readonly metrics: number;
  readonly metricsUsd: number;
  readonly logsGb: number;
  readonly logsUsd: number;
  readonly totalUsd: number;
}

/** AWS's published prices of a us-east region, read through secondary sources: to be checked against the price page. */
export const PRICES = Object.freeze({ metricUsd: 0.3, logUsdPerGb: 0.5 });

const BYTES_PER_GB = 1e9;

/** How many metrics a function can send at a level at most: each metric, once for every value of its dimension. */
export function metricCount(level: ReportLevel, what: PricedFunction): number {
  const values: Readonly<Record<PricedGroup, number>> = {
    circuitBreaker: what.circuits,
    rateLimit: what.limits,
    bulkhead: what.bulkheads,
    loadShedding: Math.min(what.priorities, 1),
    loadSheddingPriority: what.priorities,
    timeout: what.timeouts,
    retry: what.dependencies,
    client: what.dependencies,
    store: what.tables,
    healthCheck: what.healthChecks,
    healthEndpoint: what.healthEndpoints,
    request: 1,
    operation: what.operations,
    errorType: what.errorTypes,
    pipeline: 1,
  };
  return Object.entries(values).reduce((sum, [group, count]) => sum + count * metricsOf(group as PricedGroup, level), 0);
}

/** The price of a month: metrics as if all were sent all the time, and every byte that requests write. */
export function monthlyPrice(metrics: number, requests: number, bytesPerRequest: number): MonthlyPrice {
  const logsGb = (requests * bytesPerRequest) / BYTES_PER_GB;
  const metricsUsd = metrics * PRICES.metricUsd;
  const logsUsd = logsGb * PRICES.logUsdPerGb;
  return { metrics, metricsUsd, logsGb, logsUsd, totalUsd: metricsUsd + logsUsd };
}

function metricsOf(group: PricedGroup, level: ReportLevel): number {
  const metrics: readonly { readonly level: ReportLevel }[] = Object.values(GROUPS[group].names);
  return metrics.filter((metric) => level === 'detailed' || metric.level === 'essential').length;
}
