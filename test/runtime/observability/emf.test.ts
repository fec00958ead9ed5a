import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPowertoolsSink } from '../../../runtime/src/observability/index.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';
import { captureOutput, contractMetrics, emfProblems } from './emf.ts';

const output = captureOutput();

const sink = (options: object = {}) =>
  createPowertoolsSink({ metrics: contractMetrics(), level: 'detailed', flushIntervalMs: Infinity, random: new SeededRandom(1), ...options });

interface Parts {
  timestamp?: unknown;
  namespace?: string;
  dimensions?: string[][];
  metrics?: { Name: string; Unit: string }[];
  values?: object;
}

function line({ timestamp = 1, namespace = 'ResilientLambda', dimensions = [['service']], metrics = [{ Name: 'Requests', Unit: 'Count' }], values = {} }: Parts): string {
  return JSON.stringify({ _aws: { Timestamp: timestamp, CloudWatchMetrics: [{ Namespace: namespace, Dimensions: dimensions, Metrics: metrics }] }, service: 'checkout', Requests: 1, ...values });
}

const many = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);

describe('the rules of CloudWatch, as these tests check them', () => {
  it('take a line as Powertools writes it', () => {
    expect(emfProblems(line({}))).toEqual([]);
    expect(emfProblems(line({ values: { Requests: [1, 2, 3] } }))).toEqual([]);
  });

  it.each<[string, Parts, string | RegExp]>([
    ['no timestamp', { timestamp: null }, /timestamp/],
    ['a namespace with a space', { namespace: 'a b' }, /namespace/],
    ['more than 100 metrics', { metrics: many(101).map((Name) => ({ Name, Unit: 'Count' })), values: Object.fromEntries(many(101).map((name) => [name, 1])) }, /101 metrics/],
    ['no metric', { metrics: [] }, /0 metrics/],
    ['a metric twice', { metrics: [{ Name: 'Requests', Unit: 'Count' }, { Name: 'Requests', Unit: 'Count' }] }, /twice/],
    ['a unit that there is not', { metrics: [{ Name: 'Requests', Unit: 'Pieces' }] }, /unit/],
    ['a metric without a value', { metrics: [{ Name: 'Errors', Unit: 'Count' }] }, /Errors/],
    ['a value that is text', { values: { Requests: '1' } }, /Requests/],
    ['101 values', { values: { Requests: Array.from({ length: 101 }, () => 1) } }, /101 values/],
    ['more than 30 dimensions', { dimensions: [many(31)], values: Object.fromEntries(many(31).map((name) => [name, 'x'])) }, /31 dimensions/],
    ['a dimension without a value', { dimensions: [['circuit']] }, /circuit/],
    ['a dimension that is empty', { values: { service: '' } }, /service/],
    ['a dimension that is blank', { values: { service: '  ' } }, /service/],
    ['a dimension that is no ASCII', { values: { service: 'Überweisung' } }, /service/],
    ['a dimension that begins with a colon', { values: { service: ':a' } }, /service/],
    ['a dimension that is too long', { values: { service: 'x'.repeat(1025) } }, /service/],
    ['a line that is too long', { values: { body: 'x'.repeat(1_048_576) } }, /bytes/],
  ])('refuse %s', (_what, parts, text) => {
    expect(emfProblems(line(parts)).join()).toMatch(text);
  });
});

const NAME = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ minLength: 240, maxLength: 2000 }),
  fc.constantFrom('', ' ', ':', '::a', '\n', '\0', 'Überweisung', '💥', `${'x'.repeat(249)}💥`, '__proto__', 'constructor', 'service', 'other', 'none'),
);
const NUMBER = fc.oneof(fc.nat(100_000), fc.double(), fc.constantFrom(undefined, null, NaN, Infinity, -1, 'text'));
const EVENT = fc.record({
  type: fc.oneof(
    fc.constantFrom('circuit.state_changed', 'circuit.success', 'circuit.failure', 'circuit.refused', 'circuit.fallback', 'limit.admitted'),
    fc.constantFrom('bulkhead.acquired', 'bulkhead.refused', 'bulkhead.completed', 'bulkhead.reclaimed', 'shedding.refused', 'shedding.rate'),
    fc.constantFrom('limit.refused', 'store.error', 'health.checked', 'health.answered', 'request.completed', 'observability.failed'),
    fc.constantFrom('__proto__', 'constructor', 'toString', ''),
  ),
  name: NAME,
  atMs: fc.nat(1_000_000),
  phase: fc.constantFrom('closed', 'open', 'half_open', 'constructor', undefined, 7),
  to: fc.constantFrom('closed', 'open', 'half_open', '__proto__', 'constructor', undefined),
  result: fc.constantFrom('success', 'error', 'rejected'),
  status: fc.constantFrom('healthy', 'degraded', 'unhealthy'),
  operation: fc.option(NAME, { nil: undefined }),
  errorType: fc.option(NAME, { nil: undefined }),
  durationMs: NUMBER,
  responseBytes: NUMBER,
  active: NUMBER,
  capacity: NUMBER,
  queued: NUMBER,
  waitMs: NUMBER,
  leases: NUMBER,
  rate: NUMBER,
  score: NUMBER,
  priority: fc.option(NAME, { nil: undefined }),
  statusCode: NUMBER,
  coldStart: fc.boolean(),
});

/** Everything that CloudWatch would not take of what was written. */
const problems = () => output.emf.flatMap((each) => emfProblems(each));

describe('what leaves of a request', () => {
  it('is taken by CloudWatch, whatever names and figures events have (POB-01)', () => {
    fc.assert(
      fc.property(fc.array(EVENT, { maxLength: 120 }), fc.option(fc.constant({ stage: 'prod', region: 'eu' }), { nil: undefined }), (events, defaultDimensions) => {
        output.raw.length = 0;
        const reporting = sink({ maxDimensionValues: 5, defaultDimensions });
        for (const event of events) reporting.emit(event);
        reporting.flush(2_000_000);
        expect(problems()).toEqual([]);
        expect(output.logs).toEqual([]);
        expect(reporting.statistics()).toMatchObject({ events: events.length, metricErrors: 0 });
      }),
      { numRuns: 60 },
    );
  });

  it('stays within the limits of CloudWatch for 10,000 events about many circuits and operations (POB-01)', () => {
    const reporting = sink();
    for (let count = 0; count < 5000; count += 1) {
      reporting.emit({ type: 'circuit.failure', name: `circuit-${count % 700}`, atMs: count, ...{ phase: 'closed', durationMs: count } });
      const request = { result: 'error', operation: `GET /orders/${count}`, errorType: `Error${count}`, durationMs: count, active: 1, responseBytes: count };
      reporting.emit({ type: 'request.completed', name: 'checkout', atMs: count, ...request });
    }
    reporting.flush(5000);
    expect(problems()).toEqual([]);
    // 50 names and `other` of circuits, operations and kinds of errors; the requests; the pipeline.
    expect(output.emf).toHaveLength(3 * 51 + 2);
    expect(output.emf.join('\n').length).toBeLessThan(200_000);
    expect(Math.max(...output.points.map(({ values }) => values.length))).toBe(99);
    const sumOf = (name: string) => output.valuesOf(name).reduce((sum, value) => sum + value, 0);
    for (const name of ['CircuitFailures', 'Requests', 'RequestErrors', 'OperationRequests', 'OperationErrors', 'ErrorsByType']) {
      expect([name, sumOf(name)]).toEqual([name, 5000]);
    }
  });

  it('has one set of dimensions per line, and at most 99 values of a metric, so that Powertools sends no line early', () => {
    const reporting = sink({ defaultDimensions: { stage: 'prod' } });
    for (let count = 0; count < 500; count += 1) reporting.emit({ type: 'circuit.success', name: 'payments', atMs: count, ...{ phase: 'closed', durationMs: count } });
    reporting.flush(500);
    expect(output.emf).toHaveLength(2);
    for (const { dimensions, values } of output.points) {
      expect(dimensions).toMatchObject({ service: 'checkout', circuit: 'payments' });
      expect(values.length).toBeLessThanOrEqual(99);
    }
    expect(output.valuesOf('CircuitSuccesses')).toEqual([500, 500]);
  });
});
