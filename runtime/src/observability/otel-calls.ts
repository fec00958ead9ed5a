import { INSTRUMENTS } from '../contract/instruments.ts';
import { count, seconds, type Event, type Measure, type Row, type Rows } from './otel-rows.ts';

const { timeout: TIMEOUT, retry: RETRY, client: CLIENT, serviceClient: SERVICE_CLIENT, loadBalancer: BALANCER } = INSTRUMENTS;

/** Attempts that have a label of their own; nobody looks at the numbers of those beyond. */
const LARGEST_ATTEMPT = 9;

const ROWS: Rows = {
  'timeout.completed': (event) => timeoutRow(event, 'in_time', [
    ...begun(event),
    seconds(TIMEOUT.duration, event['durationMs']),
    { instrument: TIMEOUT.ratio, value: Number(event['durationMs']) / Number(event['limitMs']) },
  ]),
  'timeout.expired': (event) => timeoutRow(event, 'expired', [
    ...begun(event),
    { instrument: TIMEOUT.ratio, value: 1 },
    ...(event['ignored'] === true ? [count(TIMEOUT.ignored)] : []),
  ]),
  'timeout.refused': (event) => timeoutRow(event, 'refused', [count(TIMEOUT.requests)]),
  'timeout.late': (event) => timeoutRow(event, event['outcome'], [count(TIMEOUT.late)]),
  'retry.attempt': (event) => retryRow(event, event['attempt'], [
    count(RETRY.attempts),
    count(RETRY.results),
    seconds(RETRY.attemptDuration, event['durationMs']),
  ]),
  'retry.succeeded': (event) => retryRow(event, event['attempts'], [count(RETRY.successes)]),
  'retry.exhausted': (event) => retryRow(event, event['attempts'], [count(RETRY.exhausted)]),
  'retry.completed': (event) => retryRow(event, undefined, [
    count(RETRY.requests),
    seconds(RETRY.duration, event['durationMs']),
    ...(Number(event['totalDelayMs']) > 0 ? [seconds(RETRY.delay, event['totalDelayMs'])] : []),
    { instrument: RETRY.attemptsCount, value: event['attempts'] },
  ]),
  'client.created': endpointsRow,
  'client.endpoints_found': endpointsRow,
  'client.request': clientRequest,
  'client.attempt': (event) => clientRow(event, [seconds(CLIENT.attemptDuration, event['durationMs']), count(BALANCER.requests)]),
  'client.fallback': (event) => clientRow(event, [count(SERVICE_CLIENT.fallbacks)]),
  'client.hedged': (event) => ({
    labels: { service: event.name, result: event['won'] === true ? 'second' : 'first' },
    measures: [count(SERVICE_CLIENT.hedged)],
  }),
  'client.endpoint_changed': (event) => clientRow(event, [count(BALANCER.changes), { instrument: BALANCER.score, value: event['score'] }]),
  'client.unhealthy_used': (event) => clientRow(event, [count(BALANCER.unhealthyUsed)]),
  'client.discovery_failed': (event) => clientRow(event, [count(BALANCER.discoveryErrors)]),
};

/** What the events of timeouts, retries and clients say. */
export const CALL_ROWS: Rows = ROWS;

function begun({ limitMs }: Event): Measure[] {
  return [count(TIMEOUT.requests), seconds(TIMEOUT.configured, limitMs)];
}

function timeoutRow({ name, operation }: Event, result: unknown, measures: readonly Measure[]): Row {
  return { labels: { timeout_name: name, result, operation }, measures };
}

function retryRow({ name, result, errorType }: Event, attempt: unknown, measures: readonly Measure[]): Row {
  const shown = typeof attempt === 'number' && attempt > LARGEST_ATTEMPT ? `${LARGEST_ATTEMPT + 1}+` : attempt;
  return { labels: { service: name, retry_name: name, result, attempt: shown, error_type: errorType }, measures };
}

function clientRow({ name, method, status, endpoint, kind, from, to }: Event, measures: readonly Measure[]): Row {
  return { labels: { service: name, method, status, error: status, endpoint, kind, from_status: from, to_status: to }, measures };
}

/** How many endpoints there are, where that is known. */
function endpointsRow(event: Event): Row {
  const { endpoints } = event;
  return clientRow(event, endpoints === undefined ? [] : [{ instrument: BALANCER.instances, value: endpoints }]);
}

/** What was refused before the first attempt is counted, but has no duration that says anything. */
function clientRequest(event: Event): Row {
  const { status, attempts, durationMs } = event;
  const isFailed = status === 'error' || Number(status) >= 500;
  return clientRow(event, [
    count(CLIENT.requests),
    count(SERVICE_CLIENT.requests),
    ...(isFailed ? [count(SERVICE_CLIENT.errors)] : []),
    ...(attempts === 0 ? [] : [seconds(CLIENT.duration, durationMs), seconds(SERVICE_CLIENT.duration, durationMs)]),
  ]);
}
