import { CONTRACT } from '../contract/contract.ts';
import type { ResilienceEvent } from '../core/events.ts';
import type { MetricSums } from './metric-sums.ts';

const { circuitBreaker, rateLimit, bulkhead, loadShedding, loadSheddingPriority, store } = CONTRACT.metrics;
const { timeout, retry, client } = CONTRACT.metrics;
const { healthCheck, healthEndpoint, request, operation, errorType, pipeline } = CONTRACT.metrics;
const [CIRCUIT, LIMIT, BULKHEAD, SHEDDING] = [circuitBreaker.names, rateLimit.names, bulkhead.names, loadShedding.names];
const [TIMEOUT, RETRY, CLIENT] = [timeout.names, retry.names, client.names];
const [CHECK, ENDPOINT, REQUEST] = [healthCheck.names, healthEndpoint.names, request.names];

/** The fields of an event, of whichever pattern: observability knows patterns by their events alone. */
type Fields = ResilienceEvent & Readonly<Record<string, unknown>>;

type Count = (event: Fields, sums: MetricSums) => void;

/** The gauge of a circuit's phase. */
export const PHASE_GAUGE: Readonly<Record<string, number>> = Object.freeze({ closed: 0, open: 1, half_open: 2 });

const TRANSITIONS = { closed: CIRCUIT.closed, open: CIRCUIT.opened, half_open: CIRCUIT.halfOpened };

const counts = (group: 'rateLimit', metric: (typeof LIMIT)[keyof typeof LIMIT]): Count => ({ name }, sums) => sums.add(group, name, metric);

/** What each event adds to the contract's metrics. */
const COUNTS: Readonly<Record<string, Count>> = {
  'circuit.state_changed': ({ name, to }, sums) => {
    if (Object.hasOwn(TRANSITIONS, String(to))) sums.add('circuitBreaker', name, TRANSITIONS[to as keyof typeof TRANSITIONS]);
  },
  'circuit.success': (event, sums) => countCall(event, sums, CIRCUIT.successes),
  'circuit.failure': (event, sums) => countCall(event, sums, CIRCUIT.failures),
  'circuit.refused': ({ name }, sums) => sums.add('circuitBreaker', name, CIRCUIT.refused),
  'circuit.fallback': ({ name }, sums) => sums.add('circuitBreaker', name, CIRCUIT.fallbacks),
  'limit.admitted': counts('rateLimit', LIMIT.admitted),
  'limit.refused': counts('rateLimit', LIMIT.refused),
  'limit.would_refuse': counts('rateLimit', LIMIT.wouldRefuse),
  'limit.near': counts('rateLimit', LIMIT.near),
  'limit.degraded': counts('rateLimit', LIMIT.degraded),
  'limit.split': counts('rateLimit', LIMIT.splits),
  'bulkhead.acquired': (event, sums) => countSlot(event, sums, BULKHEAD.acquired),
  'bulkhead.refused': (event, sums) => countSlot(event, sums, BULKHEAD.refused),
  'bulkhead.completed': ({ name, durationMs }, sums) => {
    sums.add('bulkhead', name, BULKHEAD.completed);
    sums.add('bulkhead', name, BULKHEAD.callDuration, Number(durationMs));
  },
  'bulkhead.reclaimed': ({ name, leases }, sums) => sums.add('bulkhead', name, BULKHEAD.reclaimed, Number(leases)),
  'bulkhead.degraded': ({ name }, sums) => sums.add('bulkhead', name, BULKHEAD.degraded),
  'bulkhead.resized': ({ name }, sums) => sums.add('bulkhead', name, BULKHEAD.resized),
  'shedding.refused': ({ name, priority }, sums) => {
    sums.add('loadShedding', name, SHEDDING.shed);
    sums.add('loadSheddingPriority', String(priority), loadSheddingPriority.names.shed);
  },
  'shedding.would_refuse': ({ name }, sums) => sums.add('loadShedding', name, SHEDDING.wouldShed),
  'timeout.expired': ({ limitMs, ignored }, sums) => {
    sums.add('timeout', '', TIMEOUT.expired);
    if (ignored === true) sums.add('timeout', '', TIMEOUT.ignored);
    sums.add('timeout', '', TIMEOUT.limit, Number(limitMs));
  },
  'timeout.completed': ({ limitMs }, sums) => sums.add('timeout', '', TIMEOUT.limit, Number(limitMs)),
  'timeout.refused': (_event, sums) => sums.add('timeout', '', TIMEOUT.refused),
  'timeout.late': (_event, sums) => sums.add('timeout', '', TIMEOUT.late),
  'retry.attempt': ({ name, attempt }, sums) => {
    if (Number(attempt) > 1) sums.add('retry', name, RETRY.attempts);
  },
  'retry.scheduled': ({ name, delayMs }, sums) => sums.add('retry', name, RETRY.delay, Number(delayMs)),
  'retry.exhausted': ({ name }, sums) => sums.add('retry', name, RETRY.exhausted),
  'retry.succeeded': ({ name }, sums) => sums.add('retry', name, RETRY.succeeded),
  'client.request': countClientRequest,
  'client.attempt': ({ name, status, durationMs }, sums) => {
    // What was given up from outside took as long as somebody else wanted.
    if (status !== 'cancelled') sums.add('client', name, CLIENT.attemptLatency, Number(durationMs));
  },
  'client.hedged': ({ name }, sums) => sums.add('client', name, CLIENT.hedged),
  'client.fallback': ({ name }, sums) => sums.add('client', name, CLIENT.fallbacks),
  'client.unhealthy_used': ({ name }, sums) => sums.add('client', name, CLIENT.unhealthyUsed),
  'client.endpoint_changed': ({ name, to }, sums) => {
    if (to === 'unhealthy') sums.add('client', name, CLIENT.ejected);
  },
  'store.error': ({ name }, sums) => sums.add('store', name, store.names.errors),
  'health.checked': ({ name, status, durationMs }, sums) => {
    sums.add('healthCheck', name, CHECK.checks);
    if (status === 'unhealthy') sums.add('healthCheck', name, CHECK.failures);
    sums.add('healthCheck', name, CHECK.duration, Number(durationMs));
  },
  'health.answered': ({ name, statusCode, durationMs }, sums) => {
    sums.add('healthEndpoint', name, ENDPOINT.answers);
    if (Number(statusCode) >= 500) sums.add('healthEndpoint', name, ENDPOINT.notOk);
    sums.add('healthEndpoint', name, ENDPOINT.duration, Number(durationMs));
  },
  'request.completed': countRequest,
  'observability.failed': ({ name }, sums) => sums.add('pipeline', name, pipeline.names.errors),
};

/** Adds what an event says to the sums. */
export function addFigures(event: ResilienceEvent, sums: MetricSums): void {
  if (Object.hasOwn(COUNTS, event.type)) COUNTS[event.type]?.(event as Fields, sums);
}

function countCall({ name, durationMs }: Fields, sums: MetricSums, metric: (typeof CIRCUIT)['failures'] | (typeof CIRCUIT)['successes']): void {
  sums.add('circuitBreaker', name, metric);
  sums.add('circuitBreaker', name, CIRCUIT.callDuration, Number(durationMs));
}

/** A call that did not wait has no wait: healthy bulkheads measure nothing. */
function countSlot({ name, waitMs }: Fields, sums: MetricSums, metric: (typeof BULKHEAD)['acquired'] | (typeof BULKHEAD)['refused']): void {
  sums.add('bulkhead', name, metric);
  if (Number(waitMs) > 0) sums.add('bulkhead', name, BULKHEAD.waitDuration, Number(waitMs));
}

/** As with requests, what was refused before the first attempt is kept out of the latency. */
function countClientRequest({ name, status, attempts, durationMs }: Fields, sums: MetricSums): void {
  sums.add('client', name, CLIENT.requests);
  if (status === 'error' || Number(status) >= 500) sums.add('client', name, CLIENT.errors);
  if (attempts !== 0) sums.add('client', name, CLIENT.latency, Number(durationMs));
}

/** Refusals are counted, but kept out of the latency: they are fast, and an overload would look like a fast service. */
function countRequest(event: Fields, sums: MetricSums): void {
  const { name, result, durationMs, responseBytes } = event;
  sums.add('request', name, REQUEST.requests);
  if (result === 'error') sums.add('request', name, REQUEST.errors);
  if (result === 'rejected') sums.add('request', name, REQUEST.rejected);
  else sums.add('request', name, REQUEST.latency, Number(durationMs));
  sums.add('request', name, REQUEST.active, Number(event['active']));
  if (responseBytes !== undefined) sums.add('request', name, REQUEST.responseSize, Number(responseBytes));
  if (event['coldStart'] === true) sums.add('request', name, REQUEST.coldStarts);
  countOperation(event, sums);
}

function countOperation({ operation: of, result, durationMs, errorType: kind }: Fields, sums: MetricSums): void {
  const name = typeof of === 'string' ? of : 'none';
  sums.add('operation', name, operation.names.requests);
  if (result !== 'rejected') sums.add('operation', name, operation.names.latency, Number(durationMs));
  if (result !== 'error') return;
  sums.add('operation', name, operation.names.errors);
  sums.add('errorType', typeof kind === 'string' ? kind : 'unknown', errorType.names.errors);
}
