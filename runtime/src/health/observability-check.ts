import type { CheckOptions, CheckResult, HealthCheck } from './check.ts';
import { makeCheck } from './check-schema.ts';

/** The part of an observability pipeline that is looked at. */
export interface PipelineLike {
  /** Counts since the start: metrics that were sent, and those that could not be sent. */
  statistics(): { readonly metricsEmitted: number; readonly metricErrors: number };
}

/** How the pipeline is judged. */
export interface ObservabilityCheckOptions extends CheckOptions {
  /** Share of failed metrics above which the pipeline is unhealthy, 0 to 1. Default 0.1. */
  readonly maxErrorRatio?: number | undefined;
}

const SCHEMA = { maxErrorRatio: { type: 'number', minimum: 0, maximum: 1, default: 0.1 } } as const;

/**
 * Looks at what became of metrics since the last look, so that neither an old failure stays nor a new one hides among many that
 * went well. Without any since then it is healthy. Not required and not shared by default.
 *
 * @param name Name of the check.
 * @param pipeline Whatever counts its metrics, such as the observability middleware.
 * @param options How it is judged, and how the check counts.
 * @throws ConfigurationError with every problem at once.
 */
export function observabilityCheck(name: string, pipeline: PipelineLike, options: ObservabilityCheckOptions = {}): HealthCheck {
  const { maxErrorRatio = SCHEMA.maxErrorRatio.default } = options;
  let before = { metricsEmitted: 0, metricErrors: 0 };
  function run(): CheckResult {
    const { metricsEmitted, metricErrors } = pipeline.statistics();
    const errors = since(before.metricErrors, metricErrors);
    const ratio = ratioOf(errors, since(before.metricsEmitted, metricsEmitted));
    before = { metricsEmitted, metricErrors };
    const details = { error_ratio: Math.round(ratio * 1000) / 1000, errors };
    return ratio > maxErrorRatio ? { status: 'unhealthy', reason: 'threshold', details } : { status: 'healthy', details };
  }
  const isGiven = typeof (pipeline as Partial<PipelineLike> | undefined)?.statistics === 'function';
  const problems = isGiven ? [] : ['pipeline has no statistics(): pass what counts metrics'];
  return makeCheck({ check: { name, required: false, run }, options, schema: SCHEMA, problems });
}

/** Counters that went back were started anew. */
function since(before: number, now: number): number {
  if (!Number.isFinite(now) || now < 0) throw new TypeError('a count is no number');
  return now < before ? now : now - before;
}

function ratioOf(errors: number, emitted: number): number {
  const total = errors + emitted;
  return total === 0 ? 0 : errors / total;
}
