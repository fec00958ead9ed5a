import type { Meter } from '@opentelemetry/api';
import { ConfigurationError } from '../core/errors.ts';
import { schemaDefaults, schemaProblems, show, type OptionSchema, type OptionValues } from '../core/option-schema.ts';
import { givenOf, isRecord } from '../core/record.ts';

/** How events become OpenTelemetry metrics and span events. */
export interface OpenTelemetrySinkOptions {
  /** Where instruments are made. Default: a meter of the global meter provider, also of one that is registered later. */
  readonly meter?: Meter | undefined;
  /** Whether notable events are written to the active span, where there is one. Default true. */
  readonly spans?: boolean | undefined;
  /** Whether circuits that the fleet shares also count in the `distributed_circuit_breaker_*` instruments. Default true. */
  readonly sharedVariants?: boolean | undefined;
  /** Whether the label `tenant_id` holds the tenant; otherwise it is `none`. Default false. */
  readonly tenantLabel?: boolean | undefined;
  /** Values that a label has at most, 10 to 10000; further ones are `other`. Default 200. */
  readonly maxLabelValues?: number | undefined;
}

const SCHEMA = {
  spans: { type: 'boolean', default: true },
  sharedVariants: { type: 'boolean', default: true },
  tenantLabel: { type: 'boolean', default: false },
  // Ten at least, so that labels with a fixed set of values are never cut.
  maxLabelValues: { type: 'integer', minimum: 10, maximum: 10_000, default: 200 },
} as const satisfies OptionSchema;

/** Options with every default filled in. */
export type ResolvedOpenTelemetrySinkOptions = OptionValues<typeof SCHEMA> & Pick<OpenTelemetrySinkOptions, 'meter'>;

/** The value of every option that is not set. */
export const OPENTELEMETRY_SINK_DEFAULTS: OptionValues<typeof SCHEMA> = schemaDefaults(SCHEMA);

/**
 * Fills in the defaults. Only `undefined` takes a default.
 *
 * @throws ConfigurationError with every problem at once: unknown options, wrong types, values out of range.
 */
export function resolveOpenTelemetrySinkOptions(options: OpenTelemetrySinkOptions): ResolvedOpenTelemetrySinkOptions {
  const problems = optionProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the OpenTelemetry sink cannot work', problems);
  return Object.freeze({ ...OPENTELEMETRY_SINK_DEFAULTS, ...givenOf(options) });
}

function optionProblems(options: unknown): string[] {
  if (!isRecord(options)) return [`options is ${show(options)}: pass an object, or nothing`];
  const { meter, ...plain } = options;
  const isMeter = meter === undefined || (isRecord(meter) && typeof meter['createCounter'] === 'function');
  return [
    ...(isMeter ? [] : [`options.meter is ${show(meter)}: pass a Meter of @opentelemetry/api`]),
    ...schemaProblems(SCHEMA, plain, 'options', ['meter']),
  ];
}
