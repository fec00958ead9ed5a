import { CONTRACT } from '../contract/contract.ts';
import { createConsoleSink, type ConsoleLike } from '../core/console-sink.ts';
import type { EventSink, ResilienceEvent } from '../core/events.ts';

/** One metric with dimensions of its own, as Powertools Metrics hands it out. */
export interface SingleMetric {
  addDimension(name: string, value: string): unknown;
  addMetric(name: string, unit: 'Count' | 'None', value: number): unknown;
}

/** The part of Powertools Metrics that is used: each metric leaves at once, with its own dimensions. */
export interface MetricsLike {
  singleMetric(): SingleMetric;
}

/** Where Powertools reports go. What is not given is not reported. */
export interface PowertoolsSinkOptions {
  /** A Powertools Logger. */
  readonly logger?: ConsoleLike;
  /** Powertools Metrics. Its `service` dimension is the first of the contract's two. */
  readonly metrics?: MetricsLike;
}

const { circuitBreaker: CIRCUIT, rateLimit: LIMIT, store: STORE } = CONTRACT.metrics;

/** Frequent events are summed up and leave at most this often, so that refusing load does not write a line per refusal. */
const SUM_INTERVAL_MS = 1000;

/** The part of a contract's metric that is sent. */
interface Metric {
  readonly name: string;
  readonly unit: 'Count' | 'None';
}

const PHASES: Readonly<Record<string, { readonly gauge: number; readonly counter: Metric }>> = {
  closed: { gauge: 0, counter: CIRCUIT.names.closed },
  open: { gauge: 1, counter: CIRCUIT.names.opened },
  half_open: { gauge: 2, counter: CIRCUIT.names.halfOpened },
};

const FREQUENT: Readonly<Record<string, { readonly dimension: string; readonly metric: Metric }>> = {
  'circuit.failure': { dimension: CIRCUIT.dimensions[1], metric: CIRCUIT.names.failures },
  'circuit.refused': { dimension: CIRCUIT.dimensions[1], metric: CIRCUIT.names.refused },
  'limit.admitted': { dimension: LIMIT.dimensions[1], metric: LIMIT.names.admitted },
  'limit.refused': { dimension: LIMIT.dimensions[1], metric: LIMIT.names.refused },
  'limit.would_refuse': { dimension: LIMIT.dimensions[1], metric: LIMIT.names.wouldRefuse },
  'limit.near': { dimension: LIMIT.dimensions[1], metric: LIMIT.names.near },
  'limit.degraded': { dimension: LIMIT.dimensions[1], metric: LIMIT.names.degraded },
  'limit.split': { dimension: LIMIT.dimensions[1], metric: LIMIT.names.splits },
  'store.error': { dimension: STORE.dimensions[1], metric: STORE.names.errors },
};

interface Sum {
  count: number;
  sentAtMs: number;
}

/**
 * A sink that turns events into the contract's CloudWatch metrics and into log lines, through Powertools. Counts of frequent
 * events are summed up for a second; the last sum of an environment that dies is lost.
 */
export function createPowertoolsSink({ logger, metrics }: PowertoolsSinkOptions): EventSink {
  const log = logger === undefined ? undefined : createConsoleSink(logger);
  const sums = new Map<string, Sum>();

  function send(dimension: string, name: string, metric: Metric, value: number): void {
    const single = metrics?.singleMetric();
    single?.addDimension(dimension, name);
    single?.addMetric(metric.name, metric.unit, value);
  }

  function count(event: ResilienceEvent): void {
    const frequent = FREQUENT[event.type];
    if (frequent === undefined) return;
    const key = `${event.type} ${event.name}`;
    const sum = sums.get(key) ?? { count: 0, sentAtMs: -Infinity };
    sums.set(key, sum);
    sum.count += 1;
    if (event.atMs - sum.sentAtMs < SUM_INTERVAL_MS) return;
    send(frequent.dimension, event.name, frequent.metric, sum.count);
    sum.count = 0;
    sum.sentAtMs = event.atMs;
  }

  return {
    emit(event) {
      log?.emit(event);
      if (metrics === undefined) return;
      count(event);
      const phase = event.type === 'circuit.state_changed' ? PHASES[String((event as { to?: unknown }).to)] : undefined;
      if (phase === undefined) return;
      send(CIRCUIT.dimensions[1], event.name, CIRCUIT.names.state, phase.gauge);
      send(CIRCUIT.dimensions[1], event.name, phase.counter, 1);
    },
  };
}
