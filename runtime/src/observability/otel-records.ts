import { INSTRUMENTS } from '../contract/instruments.ts';
import type { ResilienceEvent } from '../core/events.ts';
import { CALL_ROWS } from './otel-calls.ts';
import { labelText, NONE } from './otel-labels.ts';
import type { Instrument } from './otel-meter.ts';
import { count, seconds, type Event, type Measure, type Row, type Rows } from './otel-rows.ts';

/** One value for one instrument. */
export interface InstrumentRecord {
  readonly instrument: Instrument;
  readonly value: number;
  /** One for each label of the instrument, `none` where nothing is known. */
  readonly attributes: Readonly<Record<string, string>>;
  /** When the value of a gauge was seen, in epoch milliseconds, where that may be earlier than a value recorded before. */
  readonly seenAtMs?: number;
}

/** What is left to the user. */
export interface RecordOptions {
  readonly sharedVariants: boolean;
  readonly tenantLabel: boolean;
}

const {
  circuitBreaker: CIRCUIT,
  sharedCircuitBreaker: SHARED,
  rateLimit: LIMIT,
  bulkhead: BULKHEAD,
  loadShedding: SHEDDING,
  throttle: THROTTLE,
  store: STORE,
  healthCheck: CHECK,
  healthEndpoint: ENDPOINT,
  request: REQUEST,
  operation: OPERATION,
  pipeline: PIPELINE,
} = INSTRUMENTS;

const PHASES: Readonly<Record<string, number>> = { closed: 0, open: 1, half_open: 2 };
const HEALTH: Readonly<Record<string, number>> = { unhealthy: 0, degraded: 0.5, healthy: 1 };

/** The instrument that counts the same for circuits that the fleet shares. */
const SHARED_TWIN = new Map<Instrument, Instrument>(
  Object.entries(SHARED).map(([key, twin]) => [CIRCUIT[key as keyof typeof SHARED], twin]),
);

/** What each event says, event by event. */
const ROWS: Rows = {
  'circuit.state_changed': (event) => ({
    labels: { service: event.name, from_state: event['from'], to_state: event['to'] },
    measures: [count(CIRCUIT.transitions), phase(event['to'], event.atMs)],
  }),
  'circuit.success': (event) => circuitCall(event, 'success', CIRCUIT.successes),
  'circuit.failure': (event) => circuitCall(event, 'failure', CIRCUIT.failures),
  'circuit.refused': (event) => ({
    labels: circuitLabels(event, 'rejected'),
    measures: [count(CIRCUIT.rejected), count(CIRCUIT.requests), phase(event['phase'], event.atMs)],
  }),
  'circuit.fallback': (event) => ({ labels: circuitLabels(event), measures: [count(CIRCUIT.fallbacks)] }),
  'limit.admitted': ({ name }) => ({ labels: { limit: name, result: 'admitted' }, measures: [count(LIMIT.requests)] }),
  'limit.refused': ({ name }) => ({ labels: { limit: name, result: 'refused' }, measures: [count(LIMIT.requests)] }),
  'limit.would_refuse': ({ name }) => ({ labels: { limit: name, result: 'would_refuse' }, measures: [count(LIMIT.requests)] }),
  'limit.near': ({ name }) => ({ labels: { limit: name }, measures: [count(LIMIT.near)] }),
  'limit.degraded': ({ name }) => ({ labels: { limit: name }, measures: [count(LIMIT.degraded)] }),
  'limit.split': ({ name }) => ({ labels: { limit: name }, measures: [count(LIMIT.splits)] }),
  'bulkhead.acquired': (event) => slotRow(event, 'acquired', [
    count(BULKHEAD.acquisitions),
    seconds(BULKHEAD.wait, event['waitMs']),
    seconds(BULKHEAD.acquisitionWait, event['waitMs']),
  ]),
  'bulkhead.refused': (event) => slotRow(event, 'rejected', [
    count(BULKHEAD.rejected),
    count(BULKHEAD.rejections),
    seconds(BULKHEAD.wait, event['waitMs']),
    seconds(BULKHEAD.rejectionWait, event['waitMs']),
  ]),
  'bulkhead.completed': (event) => slotRow(event, endOf(event), [
    count(BULKHEAD.completions),
    seconds(BULKHEAD.duration, event['durationMs']),
    seconds(BULKHEAD.completionWait, event['waitMs']),
  ]),
  'bulkhead.reclaimed': ({ name, leases }) => ({ labels: { bulkhead_name: name }, measures: [{ instrument: BULKHEAD.reclaimed, value: leases }] }),
  'bulkhead.degraded': ({ name }) => ({ labels: { bulkhead_name: name }, measures: [count(BULKHEAD.degraded)] }),
  'bulkhead.resized': ({ name }) => ({ labels: { bulkhead_name: name }, measures: [count(BULKHEAD.resized)] }),
  'shedding.admitted': (event) => sheddingRow(event, 'admitted', [count(SHEDDING.requests)]),
  'shedding.refused': (event) => sheddingRow(event, 'shed', [count(SHEDDING.requests)]),
  'shedding.would_refuse': (event) => sheddingRow(event, 'would_shed', [count(SHEDDING.requests)]),
  'shedding.completed': (event) => sheddingRow(event, endOf(event), [seconds(SHEDDING.latency, event['durationMs'])]),
  'shedding.rate': (event) => sheddingRow(event, undefined, [
    { instrument: SHEDDING.rate, value: event['rate'] },
    { instrument: SHEDDING.score, value: event['score'] },
  ]),
  'throttle.admitted': ({ name }) => ({ labels: { throttle: name, result: 'admitted' }, measures: [count(THROTTLE.requests)] }),
  'throttle.refused': ({ name }) => ({ labels: { throttle: name, result: 'refused' }, measures: [count(THROTTLE.requests)] }),
  'store.error': (event) => ({ labels: { table: event.name, reason: event['reason'] }, measures: [count(STORE.errors)] }),
  'health.checked': (event) => ({
    labels: { service: event.name, status: event['status'] },
    measures: [count(CHECK.checks), seconds(CHECK.duration, event['durationMs'])],
  }),
  // Not what a run found: the status that counts follows the thresholds.
  'health.changed': (event) => ({
    labels: { service: event.name },
    measures: [{ instrument: CHECK.status, value: HEALTH[String(event['to'])] }],
  }),
  'health.answered': (event) => ({
    labels: { endpoint: event.name, status: event['status'] },
    measures: [count(ENDPOINT.answers), seconds(ENDPOINT.duration, event['durationMs'])],
  }),
  'request.completed': completedRequest,
  'observability.failed': ({ name }) => pipelineError(name),
  ...CALL_ROWS,
};

/** The values that an event stands for; none for an event that no instrument is about. */
export function recordsOf(event: ResilienceEvent, { sharedVariants, tenantLabel }: RecordOptions): readonly InstrumentRecord[] {
  const row = Object.hasOwn(ROWS, event.type) ? ROWS[event.type]?.(event as Event) : undefined;
  if (row === undefined) return [];
  const labels = tenantLabel ? row.labels : { ...row.labels, tenant_id: NONE };
  const isShared = sharedVariants && (event as Event)['shared'] === true;
  const measures = isShared ? [...row.measures, ...row.measures.flatMap(sharedTwin)] : row.measures;
  return measures.flatMap(({ value, ...rest }) =>
    typeof value === 'number' && Number.isFinite(value) && value >= 0
      ? [{ ...rest, value, attributes: attributesOf(rest.instrument, labels) }]
      : [],
  );
}

/** The failure of a sink, an extractor or a callback. */
export function pipelineErrorRecord(part: string): InstrumentRecord {
  const { labels } = pipelineError(part);
  return { instrument: PIPELINE.errors, value: 1, attributes: attributesOf(PIPELINE.errors, labels) };
}

function attributesOf({ labels: names }: Instrument, labels: Row['labels']): InstrumentRecord['attributes'] {
  return Object.fromEntries(names.map((name) => [name, labelText(labels[name])]));
}

function sharedTwin(measure: Measure): Measure[] {
  const instrument = SHARED_TWIN.get(measure.instrument);
  return instrument === undefined ? [] : [{ ...measure, instrument }];
}

function circuitLabels({ name, phase: state }: Event, result?: string): Row['labels'] {
  return { service: name, breaker_name: name, state, result, action: 'fallback' };
}

function circuitCall(event: Event, result: string, counter: Instrument): Row {
  const { phase: seen, durationMs } = event;
  // The call saw the phase when it began, which may be before the circuit changed; it took a moment at least.
  const seenAtMs = event.atMs - Math.max(1, typeof durationMs === 'number' ? durationMs : 0);
  return {
    labels: circuitLabels(event, result),
    measures: [count(counter), count(CIRCUIT.requests), seconds(CIRCUIT.duration, durationMs), phase(seen, seenAtMs)],
  };
}

/** What a bulkhead did with a call, and how full it is afterwards. */
function slotRow({ name, active, capacity, queued, reason, scope }: Event, result: string, measures: readonly Measure[]): Row {
  return {
    labels: { service: name, bulkhead_name: name, result, reason, scope },
    measures: [
      ...measures,
      { instrument: BULKHEAD.capacity, value: capacity },
      { instrument: BULKHEAD.usage, value: active },
      { instrument: BULKHEAD.utilization, value: Number(active) / Number(capacity) },
      { instrument: BULKHEAD.queued, value: queued },
    ],
  };
}

function sheddingRow({ name, strategy, priority, active }: Event, result: string | undefined, measures: readonly Measure[]): Row {
  return {
    labels: { load_shedding_name: name, strategy, result, priority },
    measures: [...measures, { instrument: SHEDDING.active, value: active }],
  };
}

function endOf({ failed }: Event): string {
  return failed === true ? 'failure' : 'success';
}

function completedRequest(event: Event): Row {
  const { method, route, operation, tenant, statusCode, errorType } = event;
  return {
    labels: { method, path: route, tenant_id: tenant, operation, status: statusCode, status_class: statusClass(statusCode), error_type: errorType },
    measures: [
      count(REQUEST.requests),
      ...endMeasures(event, REQUEST),
      { instrument: REQUEST.active, value: event['active'] },
      { instrument: REQUEST.responseSize, value: event['responseBytes'] },
      count(OPERATION.requests),
      ...endMeasures(event, OPERATION),
    ],
  };
}

/** Errors count as such, and what was refused at once has no duration that says anything. */
function endMeasures(event: Event, { errors, duration }: Readonly<Record<'errors' | 'duration', Instrument>>): Measure[] {
  const { result } = event;
  return [...(result === 'error' ? [count(errors)] : []), ...(result === 'rejected' ? [] : [seconds(duration, event['durationMs'])])];
}

function statusClass(statusCode: unknown): string | undefined {
  const known = typeof statusCode === 'number' && statusCode >= 100 && statusCode < 600;
  return known ? `${Math.floor(statusCode / 100)}xx` : undefined;
}

function pipelineError(part: string): Row {
  return { labels: { part }, measures: [count(PIPELINE.errors)] };
}

function phase(seen: unknown, seenAtMs: number): Measure {
  return { instrument: CIRCUIT.state, value: PHASES[String(seen)], seenAtMs };
}
