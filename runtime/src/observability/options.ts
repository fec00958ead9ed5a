import { CONTRACT } from '../contract/contract.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { EventSink } from '../core/events.ts';
import type { ReportLevel } from '../core/log-lines.ts';
import { schemaDefaults, schemaProblems, show, type OptionValues } from '../core/option-schema.ts';
import { givenOf, isRecord } from '../core/record.ts';
import { redactPathProblems } from './redact.ts';

const SCHEMA = CONTRACT.configuration.observability;

/** The options that a stack can declare as well; bounds and defaults are the contract's. */
export interface DeclaredObservabilityOptions {
  /** Whether requests and events are logged. Default true. */
  readonly logging?: boolean | undefined;
  /** Whether requests and events are counted in CloudWatch. Default true. */
  readonly metrics?: boolean | undefined;
  /** Whether requests are traced in X-Ray; a Tracer has to be given. Default false. */
  readonly tracing?: boolean | undefined;
  /** How much is reported, `essential` is what alarms need, `detailed` all there is. Default `essential`. */
  readonly level?: ReportLevel | undefined;
  /** Share of the requests that went well whose line is written at the detailed level: 0 to 1. Default 1. */
  readonly sampleRate?: number | undefined;
  /** Whether the line of a request shows its body, with secrets replaced. Default false. */
  readonly logRequestBody?: boolean | undefined;
  /** Whether the line of a request shows the body of its answer, with secrets replaced. Default false. */
  readonly logResponseBody?: boolean | undefined;
  /** Bytes of a body that a line shows at most: 64 to 65536. Default 1024. */
  readonly maxBodyLogBytes?: number | undefined;
  /** Values of one dimension that are told apart, more are counted as `other`: 1 to 1000. Default 50. */
  readonly maxDimensionValues?: number | undefined;
  /** How often an environment repeats a gauge that has hardly changed, in milliseconds: 1 s to 1 h. Default 60 s. */
  readonly gaugeIntervalMs?: number | undefined;
}

/** Options of the observability. */
export interface ObservabilityOptions extends DeclaredObservabilityOptions {
  /** Name of the service, the first dimension of every metric. Default: `POWERTOOLS_SERVICE_NAME`, else the name of the function. */
  readonly service?: string | undefined;
  /**
   * Dimensions with the same value everywhere, at most 20. All metrics are sent once more with them, because dashboards and
   * alarms know only those of the contract: that doubles their price. Default: none.
   */
  readonly defaultDimensions?: Readonly<Record<string, string>> | undefined;
  /** Where else events go, for example to OpenTelemetry. Default: nowhere. */
  readonly sinks?: readonly EventSink[] | undefined;
  /** Paths in JSON bodies that are replaced besides what looks like a secret, for example `user.email` or `items.*.price`. Default: none. */
  readonly redactPaths?: readonly string[] | undefined;
  /** Fields of the trace that the lines of a request carry, for example `activeTraceFields` of the OpenTelemetry sink. Default: none. */
  readonly traceFields?: (() => Readonly<Record<string, string>>) | undefined;
}

/** Options with every default filled in. */
export type ResolvedObservabilityOptions = OptionValues<typeof SCHEMA> &
  Pick<ObservabilityOptions, 'service' | 'defaultDimensions' | 'traceFields'> & {
    readonly level: ReportLevel;
    readonly sinks: readonly EventSink[];
    readonly redactPaths: readonly string[];
  };

/** The value of every option that is not set. */
export const OBSERVABILITY_DEFAULTS: OptionValues<typeof SCHEMA> = schemaDefaults(SCHEMA);

const OTHERS = ['service', 'defaultDimensions', 'sinks', 'redactPaths', 'traceFields'] as const;
const MAXIMUM_DIMENSIONS = 20;
// Of CloudWatch: printable ASCII, no colon in front, not blank.
const DIMENSION = /^(?!\s*$)[!-9;-~ ][ -~]{0,249}$/;

/**
 * Fills in the defaults. Only `undefined` takes a default.
 *
 * @throws ConfigurationError with every problem at once: unknown options, wrong types, values out of range.
 */
export function resolveObservabilityOptions(options: ObservabilityOptions = {}): ResolvedObservabilityOptions {
  const problems = observabilityOptionProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the observability cannot work', problems);
  return Object.freeze({ ...OBSERVABILITY_DEFAULTS, sinks: [], redactPaths: [], ...givenOf(options) });
}

/** Every problem of the options, each as one sentence that names the option, the value seen and the remedy. */
export function observabilityOptionProblems(options: ObservabilityOptions): string[] {
  const given: unknown = options;
  if (!isRecord(given)) return [`options is ${show(given)}: pass an object`];
  const { service, defaultDimensions, sinks, redactPaths, traceFields, ...plain } = options;
  return [
    ...(service === undefined || isDimension(service) ? [] : [`options.service is ${show(service)}: use 1 to 250 printable ASCII characters`]),
    ...schemaProblems(SCHEMA, plain, 'options', OTHERS),
    ...dimensionProblems(defaultDimensions),
    ...listProblems('sinks', sinks, 'sinks with an emit function', (sink) => isRecord(sink) && typeof sink['emit'] === 'function'),
    ...redactPathProblems('options.redactPaths', redactPaths),
    ...(traceFields === undefined || typeof traceFields === 'function' ? [] : [`options.traceFields is ${show(traceFields)}: pass a function`]),
  ];
}

function dimensionProblems(dimensions: unknown): string[] {
  if (dimensions === undefined) return [];
  if (!isRecord(dimensions)) return [`options.defaultDimensions is ${show(dimensions)}: set an object of names and values`];
  const { namespace: _namespace, ...groups } = CONTRACT.metrics;
  const names = Object.values(groups).flatMap((group) => [...group.dimensions, ...Object.values<{ readonly name: string }>(group.names).map(({ name }) => name)]);
  // A line names all of them side by side.
  const taken: ReadonlySet<string> = new Set([...names, '_aws']);
  const entries = Object.entries(dimensions);
  return [
    ...(entries.length > MAXIMUM_DIMENSIONS ? [`options.defaultDimensions has ${entries.length} entries: set at most ${MAXIMUM_DIMENSIONS}`] : []),
    ...entries.flatMap(([name, value]) => {
      const path = `options.defaultDimensions.${name}`;
      if (taken.has(name)) return [`${path} is ${show(value)}: use another name, this one is taken`];
      return isDimension(name) && isDimension(value) ? [] : [`${path} is ${show(value)}: use 1 to 250 printable ASCII characters`];
    }),
  ];
}

function isDimension(value: unknown): boolean {
  return typeof value === 'string' && DIMENSION.test(value);
}

function listProblems(key: string, list: unknown, what: string, isRight: (entry: unknown) => boolean): string[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) return [`options.${key} is ${show(list)}: set a list of ${what}`];
  return list.flatMap((entry: unknown, index) => (isRight(entry) ? [] : [`options.${key}[${index}] is ${show(entry)}: pass ${what}`]));
}
