import type { EventSink, ResilienceEvent } from '../core/events.ts';
import { LabelCap } from './otel-labels.ts';
import { recorderOf } from './otel-meter.ts';
import { resolveOpenTelemetrySinkOptions, type OpenTelemetrySinkOptions } from './otel-options.ts';
import { pipelineErrorRecord, recordsOf, type InstrumentRecord } from './otel-records.ts';
import { tellSpan } from './otel-spans.ts';

export { OPENTELEMETRY_SINK_DEFAULTS, type OpenTelemetrySinkOptions } from './otel-options.ts';
export { activeTraceFields } from './otel-spans.ts';

/**
 * A sink that turns events into the contract's OpenTelemetry instruments and writes notable ones to the active span. It uses
 * `@opentelemetry/api` alone: without an SDK it does nothing. Values that are not known are `none`; beyond `maxLabelValues`
 * values of a label are `other`, and gauges, which cannot stand for several things, are left out. It never throws: an
 * instrument that fails is counted in `observability_errors_total` and keeps nothing else from being recorded.
 *
 * Histograms advise the SDK of their buckets, which `@opentelemetry/sdk-metrics` follows 2.x follows; an SDK that does not
 * needs a view with the same boundaries.
 *
 * @throws ConfigurationError if options are unknown or wrong, with every problem at once.
 */
export function createOpenTelemetrySink(options: OpenTelemetrySinkOptions = {}): EventSink {
  const resolved = resolveOpenTelemetrySinkOptions(options);
  const cap = new LabelCap(resolved.maxLabelValues);
  const write = recorderOf(resolved.meter);
  const seen = new LastSeen();

  function record({ instrument, value, attributes, seenAtMs }: InstrumentRecord): void {
    const folded = Object.entries(attributes).map(([label, text]) => [label, cap.fold(label, text)] as const);
    if (instrument.kind === 'gauge' && folded.some(([label, text]) => text !== attributes[label])) return;
    if (seenAtMs !== undefined && !seen.advance(`${instrument.name} ${folded.map(([, text]) => text).join(' ')}`, seenAtMs)) return;
    write(instrument, value, Object.fromEntries(folded));
  }

  function attempt(task: () => void): void {
    try {
      task();
    } catch {
      try {
        record(pipelineErrorRecord('sink'));
      } catch {
        // The meter itself fails: there is nobody left to tell.
      }
    }
  }

  return {
    emit(event: ResilienceEvent) {
      attempt(() => recordsOf(event, resolved).forEach((each) => attempt(() => record(each))));
      if (resolved.spans) attempt(() => tellSpan(event));
    },
  };
}

/** When gauges were last seen, so that a call that began before a change does not undo it. As many as labels have values. */
class LastSeen {
  readonly #atMs = new Map<string, number>();

  /** Whether what was seen then is news. */
  advance(series: string, atMs: number): boolean {
    if (atMs < (this.#atMs.get(series) ?? -Infinity)) return false;
    this.#atMs.set(series, atMs);
    return true;
  }
}
