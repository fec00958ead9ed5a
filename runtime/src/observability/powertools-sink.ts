import { CONTRACT } from '../contract/contract.ts';
import type { EventSink, ResilienceEvent } from '../core/events.ts';
import { LogLines, type ConsoleLike, type ReportLevel } from '../core/log-lines.ts';
import type { Random } from '../core/random.ts';
import { SYSTEM_RANDOM } from '../core/system-sources.ts';
import { addFigures } from './figures.ts';
import { LevelGauges } from './level-gauges.ts';
import { MetricSums, type Metric, type MetricSet } from './metric-sums.ts';
import { PhaseGauges } from './phase-gauges.ts';

/** The part of Powertools Metrics that is used. */
export interface MetricsLike {
  addDimension(name: string, value: string): unknown;
  addMetric(name: string, unit: Metric['unit'], value: number): unknown;
  publishStoredMetrics(): unknown;
  /** Drops metrics that could not be sent, so that they do not leave with those that follow. */
  clearMetrics?(): unknown;
  /** Drops their dimensions. */
  clearDimensions?(): unknown;
}

/** Where Powertools reports go. What is not given is not reported. */
export interface PowertoolsSinkOptions {
  /** A Powertools Logger. */
  readonly logger?: ConsoleLike | undefined;
  /**
   * Powertools Metrics of the namespace `ResilientLambda` that are used for nothing else: what leaves has dimensions of its own.
   * Their `service` is the first of the contract's dimensions.
   */
  readonly metrics?: MetricsLike | undefined;
  /** How much is reported. Default `essential`. */
  readonly level?: ReportLevel | undefined;
  /**
   * Dimensions with the same value everywhere. All metrics are sent once more with them, because dashboards and alarms know
   * only those of the contract: that doubles their price. Default: none.
   */
  readonly defaultDimensions?: Readonly<Record<string, string>> | undefined;
  /** Values of one dimension that are told apart, more are counted as `other`: 1 to 1000. Default 50. */
  readonly maxDimensionValues?: number | undefined;
  /** How often a gauge that has hardly changed is repeated, in milliseconds: 1 s to 1 h. Default 60 s. */
  readonly gaugeIntervalMs?: number | undefined;
  /**
   * Longest time between two events after which sums leave without having been asked for, in milliseconds; what calls `flush` at the
   * end of every request, as `observability()` does, sets it to `Infinity`. Default 1 s.
   */
  readonly flushIntervalMs?: number | undefined;
  /** Source of chance for samples. Default: the one of this machine. */
  readonly random?: Random | undefined;
}

/** What a sink has sent since it was made, in this environment. */
export interface SinkStatistics {
  /** Events taken in. */
  readonly events: number;
  /** Lines written. */
  readonly logLines: number;
  /** Events that a later line summed up. */
  readonly logLinesSuppressed: number;
  /** Metrics sent. */
  readonly metricsEmitted: number;
  /** Metrics that could not be sent. */
  readonly metricErrors: number;
}

/** A sink that says what it has done. */
export interface PowertoolsSink extends EventSink {
  flush(nowMs: number): void;
  statistics(): SinkStatistics;
}

const DEFAULT_FLUSH_INTERVAL_MS = 1000;
const NO_LINES = { written: 0, suppressed: 0 };
const { maxDimensionValues: VALUES, gaugeInterval: GAUGE } = CONTRACT.configuration.observability;

/**
 * A sink that turns events into the contract's CloudWatch metrics and into log lines, through Powertools. Counts are summed up
 * until `flush`, or for a second where nobody calls it; then the last sum of an environment that dies is lost.
 */
export function createPowertoolsSink(options: PowertoolsSinkOptions = {}): PowertoolsSink {
  return new PowertoolsSummary(options);
}

class PowertoolsSummary implements PowertoolsSink {
  readonly #metrics: MetricsLike | undefined;
  readonly #constants: Readonly<Record<string, string>> | undefined;
  readonly #lines: LogLines | undefined;
  readonly #sums: MetricSums;
  readonly #phases: PhaseGauges;
  readonly #levels: LevelGauges;
  readonly #flushIntervalMs: number;
  // Not infinite: the difference to it must stay below an infinite interval.
  #sentAtMs = -Number.MAX_VALUE;
  #events = 0;
  #metricsEmitted = 0;
  #metricErrors = 0;

  constructor(options: PowertoolsSinkOptions) {
    const { level = 'essential', maxDimensionValues = VALUES.default, gaugeIntervalMs = GAUGE.defaultMs } = options;
    this.#metrics = options.metrics;
    this.#constants = options.defaultDimensions;
    this.#lines = options.logger && new LogLines(options.logger, level);
    this.#sums = new MetricSums({ level, maxDimensionValues }, options.random ?? SYSTEM_RANDOM);
    this.#phases = new PhaseGauges(gaugeIntervalMs);
    this.#levels = new LevelGauges(gaugeIntervalMs);
    this.#flushIntervalMs = options.flushIntervalMs ?? DEFAULT_FLUSH_INTERVAL_MS;
  }

  emit(event: ResilienceEvent): void {
    this.#events += 1;
    if (this.#metrics !== undefined) {
      this.#phases.add(event, this.#sums);
      this.#levels.add(event, this.#sums);
      addFigures(event, this.#sums);
      if (event.atMs - this.#sentAtMs >= this.#flushIntervalMs) this.#send(event.atMs);
    }
    this.#lines?.write(event);
  }

  flush(nowMs: number): void {
    try {
      this.#lines?.flush(nowMs);
    } finally {
      this.#send(nowMs);
    }
  }

  statistics(): SinkStatistics {
    const { written: logLines, suppressed: logLinesSuppressed } = this.#lines ?? NO_LINES;
    return { events: this.#events, logLines, logLinesSuppressed, metricsEmitted: this.#metricsEmitted, metricErrors: this.#metricErrors };
  }

  #send(nowMs: number): void {
    this.#sentAtMs = nowMs;
    if (this.#metrics === undefined) return;
    const { folded } = this.#sums;
    if (folded > 0) {
      this.#sums.add('pipeline', '', CONTRACT.metrics.pipeline.names.folded, folded);
      this.#sums.folded = 0;
    }
    if (this.#sums.isEmpty) return;
    for (const set of this.#sums.take()) this.#sendSet(this.#metrics, set);
  }

  #sendSet(metrics: MetricsLike, set: MetricSet): void {
    this.#publish(metrics, set, {});
    // Sent apart: two dimension sets of one line make Powertools warn about each dimension that both have.
    if (this.#constants !== undefined) this.#publish(metrics, set, this.#constants);
  }

  #publish(metrics: MetricsLike, set: MetricSet, constants: Readonly<Record<string, string>>): void {
    try {
      publish(metrics, set, constants);
      this.#metricsEmitted += set.values.size;
    } catch {
      // One set that cannot be sent must not keep the others back; the statistics show it.
      this.#metricErrors += set.values.size;
      clear(metrics);
    }
  }
}

/** Sends a set with its dimensions. */
function publish(metrics: MetricsLike, { dimension, name, values }: MetricSet, constants: Readonly<Record<string, string>>): void {
  const dimensions = { ...(dimension !== undefined && { [dimension]: name }), ...constants };
  for (const [key, value] of Object.entries(dimensions)) metrics.addDimension(key, value);
  for (const [metric, measured] of values) {
    for (const value of measured) metrics.addMetric(metric.name, metric.unit, value);
  }
  metrics.publishStoredMetrics();
}

/** What is left of a set that failed half-way would leave with the next one, under its dimensions. */
function clear(metrics: MetricsLike): void {
  try {
    metrics.clearMetrics?.();
    metrics.clearDimensions?.();
  } catch {
    // There is nothing else to try.
  }
}
