import { ConfigurationError } from '../core/errors.ts';
import { systemMemoryBytes } from '../core/system-sources.ts';
import type { CheckOptions, CheckRequest, CheckResult, HealthCheck } from './check.ts';
import { functionProblems, makeCheck } from './check-schema.ts';

/** How the memory of the environment is judged. */
export interface MemoryCheckOptions extends CheckOptions {
  /** Memory in use, in bytes. Default: what the process has in use. */
  readonly usedBytes?: (() => number) | undefined;
  /** Share of the memory from which on it is unhealthy: above 0, up to 1. Default 0.9. */
  readonly threshold?: number | undefined;
  /** Memory that there is, in megabytes, where Lambda does not say: in a container. Default: the size of the function. */
  readonly limitMb?: number | undefined;
}

const BYTES_PER_MB = 1024 * 1024;

const SCHEMA = {
  threshold: { type: 'number', exclusiveMinimum: 0, maximum: 1, default: 0.9 },
  limitMb: { type: 'integer', minimum: 1, maximum: 1_048_576, default: 1 },
} as const;

/**
 * Compares the memory in use with the size of the function, whatever that is. Not required and not shared by default: an
 * environment that is nearly full still works. Where no size is known, it fails.
 *
 * @param name Name of the check.
 * @param options How memory is measured and judged, and how the check counts.
 * @throws ConfigurationError with every problem at once.
 */
export function memoryCheck(name: string, options: MemoryCheckOptions = {}): HealthCheck {
  const { threshold = SCHEMA.threshold.default, limitMb, usedBytes = systemMemoryBytes } = options;
  function run({ memoryLimitMb }: CheckRequest): CheckResult {
    const limit = limitMb ?? memoryLimitMb;
    const usedMb = usedBytes() / BYTES_PER_MB;
    // Never healthy without having measured anything.
    if (limit === undefined || !Number.isFinite(usedMb)) throw new ConfigurationError('memory cannot be judged', ['its size is not known: set limitMb']);
    const details = { used_mb: Math.round(usedMb), limit_mb: limit, used_ratio: Math.round((usedMb / limit) * 1000) / 1000 };
    return usedMb >= limit * threshold ? { status: 'unhealthy', reason: 'threshold', details } : { status: 'healthy', details };
  }
  const problems = functionProblems('check.usedBytes', usedBytes);
  return makeCheck({ check: { name, required: false, run }, options, schema: SCHEMA, others: ['usedBytes'], problems });
}
