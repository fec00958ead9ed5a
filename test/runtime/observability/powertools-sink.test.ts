import { Logger } from '@aws-lambda-powertools/logger';
import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import type { ResilienceEvent } from '../../../runtime/src/core/events.ts';
import { createPowertoolsSink, type MetricsLike } from '../../../runtime/src/observability/index.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';
import { RecordingTarget } from '../core/recording-target.ts';
import { captureOutput, contractMetrics, type Point } from './emf.ts';

const output = captureOutput();

const sink = (options: object = {}) => createPowertoolsSink({ metrics: contractMetrics(), flushIntervalMs: Infinity, random: new SeededRandom(1), ...options });

const refused = (atMs: number, name = 'payments') => ({ type: 'circuit.refused', name, atMs, phase: 'open', retryAfterMs: 1 });
const failure = (atMs: number, name = 'payments') => ({ type: 'circuit.failure', name, atMs, phase: 'closed', durationMs: 3 });
const changed = (to: string, atMs = 0) => ({ type: 'circuit.state_changed', name: 'payments', atMs, from: 'closed', to, generation: 1, shared: true });
const limited = (atMs: number, name = 'api') => ({ type: 'limit.refused', name, atMs });
const slot = (atMs: number) => ({ type: 'bulkhead.acquired', name: 'stock', atMs, waitMs: 0, active: 1, capacity: 10, queued: 0, durationMs: 1, leases: 1 });
const shedding = (atMs: number, kind: string) => ({ type: `shedding.${kind}`, name: 'load-shedding', atMs, rate: 0, score: 0.1, priority: 'low' });
const storeError = (atMs: number) => ({ type: 'store.error', name: 'circuits', atMs, reason: 'timeout', error: new Error('no answer') });
const request = (parts: object) => ({ type: 'request.completed', name: 'checkout', atMs: 0, result: 'success', durationMs: 20, coldStart: false, active: 1, ...parts });

/** Points in one line each: name, dimension besides the service, values. */
const brief = (points: readonly Point[]) => points.map(({ name, dimensions: { service: _service, ...others }, values }) => [name, Object.values(others).join(), ...values]);

/** Metrics that keep what they are given; `fail` makes a step throw for the values that it names. */
class FailingMetrics implements MetricsLike {
  readonly published: { dimensions: string[]; metrics: string[] }[] = [];
  #dimensions: string[] = [];
  #metrics: string[] = [];
  readonly #fails: (what: string) => boolean;

  constructor(fails: (what: string) => boolean) {
    this.#fails = fails;
  }

  addDimension(_name: string, value: string): void {
    this.#dimensions.push(value);
    this.#check(value);
  }

  addMetric(name: string): void {
    this.#metrics.push(name);
    this.#check(name);
  }

  publishStoredMetrics(): void {
    this.published.push({ dimensions: this.#dimensions, metrics: this.#metrics });
    this.clearDimensions();
    this.clearMetrics();
    this.#check('publish');
  }

  clearMetrics(): void {
    this.#metrics = [];
  }

  clearDimensions(): void {
    this.#dimensions = [];
    this.#check('clear');
  }

  #check(what: string): void {
    if (this.#fails(what)) throw new Error(`${what} failed`);
  }
}

describe('metrics', () => {
  it('carry the service, and what their group is about', () => {
    const reporting = sink({ level: 'detailed' });
    for (const event of [refused(0), limited(0), storeError(0), request({ operation: 'GET /orders' })]) reporting.emit(event);
    reporting.flush(1);
    const dimensionsOf = (name: string) => output.points.find((point) => point.name === name)?.dimensions;
    expect(dimensionsOf('CircuitRefused')).toEqual({ service: 'checkout', circuit: 'payments' });
    expect(dimensionsOf('RateLimitRefused')).toEqual({ service: 'checkout', limit: 'api' });
    expect(dimensionsOf('StoreErrors')).toEqual({ service: 'checkout', table: 'circuits' });
    expect(dimensionsOf('Requests')).toEqual({ service: 'checkout' });
    expect(dimensionsOf('OperationRequests')).toEqual({ service: 'checkout', operation: 'GET /orders' });
  });

  it('leave at the flush, before the environment may be frozen, and not before (POB-02)', () => {
    const reporting = sink();
    for (let atMs = 0; atMs < 10_000; atMs += 10) reporting.emit(refused(atMs));
    expect(output.emf).toEqual([]);
    reporting.flush(10_000);
    expect(output.emf).toHaveLength(1);
    expect(brief(output.points)).toEqual([['CircuitState', 'payments', 1], ['CircuitRefused', 'payments', 1000]]);
    reporting.flush(10_001);
    expect(output.emf).toHaveLength(1);
  });

  it('leave by themselves after a second where nobody flushes: nothing is lost, nothing counted twice (POB-02, POB-08)', () => {
    const reporting = sink({ flushIntervalMs: undefined });
    for (let atMs = 0; atMs <= 2000; atMs += 10) reporting.emit(refused(atMs));
    expect(output.valuesOf('CircuitRefused')).toEqual([1, 100, 100]);
    reporting.flush(2001);
    expect(output.valuesOf('CircuitRefused')).toEqual([1, 100, 100]);
    reporting.emit(refused(2002));
    reporting.flush(2003);
    expect(output.valuesOf('CircuitRefused')).toEqual([1, 100, 100, 1]);
  });

  it('leave after another time where that is set', () => {
    const reporting = sink({ flushIntervalMs: 100 });
    for (const atMs of [0, 99, 100, 199, 200]) reporting.emit(refused(atMs));
    expect(output.valuesOf('CircuitRefused')).toEqual([1, 2, 2]);
  });

  it('are summed up per circuit and per kind', () => {
    const reporting = sink();
    for (const name of ['payments', 'stock']) for (const event of [refused(0, name), refused(1, name), failure(1, name)]) reporting.emit(event);
    reporting.flush(2);
    expect(brief(output.points).filter(([name]) => name !== 'CircuitState')).toEqual([
      ['CircuitRefused', 'payments', 2],
      ['CircuitFailures', 'payments', 1],
      ['CircuitRefused', 'stock', 2],
      ['CircuitFailures', 'stock', 1],
    ]);
  });

  it('beyond the permitted values of a dimension are counted as `other`, and how many were (POB-01)', () => {
    const reporting = sink({ maxDimensionValues: 2 });
    for (const name of ['a', 'b', 'c', 'd']) reporting.emit(limited(0, name));
    reporting.flush(1);
    expect(brief(output.points)).toEqual([['RateLimitRefused', 'a', 1], ['RateLimitRefused', 'b', 1], ['RateLimitRefused', 'other', 2], ['ObservabilityFolded', '', 2]]);
    reporting.emit(limited(1, 'a'));
    reporting.flush(2);
    expect(output.valuesOf('ObservabilityFolded')).toEqual([2]);
  });

  it('have room for 50 values of a dimension unless told otherwise', () => {
    const reporting = sink();
    for (let name = 0; name < 60; name += 1) reporting.emit(limited(0, `limit-${name}`));
    reporting.flush(1);
    expect(output.valuesOf('ObservabilityFolded')).toEqual([10]);
  });
});

describe('the state of a circuit', () => {
  it('is repeated once a minute unless told otherwise (POB-05)', () => {
    const [usual, often] = [sink(), sink({ gaugeIntervalMs: 1000 })];
    for (let atMs = 0; atMs <= 60_000; atMs += 500) {
      usual.emit({ ...failure(atMs), type: 'circuit.success' });
      usual.flush(atMs);
    }
    expect(output.valuesOf('CircuitState')).toEqual([0, 0]);
    output.raw.length = 0;
    for (const atMs of [0, 500, 1000]) {
      often.emit({ ...failure(atMs), type: 'circuit.success' });
      often.flush(atMs);
    }
    expect(output.valuesOf('CircuitState')).toEqual([0, 0]);
  });

  it.each([['closed', 0, []], ['open', 1, ['CircuitOpened']], ['half_open', 2, []]])('%s leaves as %d at a change, whatever else leaves', (to, value, others) => {
    const reporting = sink();
    reporting.emit(changed(to));
    reporting.flush(1);
    expect(output.valuesOf('CircuitState')).toEqual([value]);
    expect(output.points.map(({ name }) => name).filter((name) => name !== 'CircuitState')).toEqual(others);
  });
});

describe('the essential level', () => {
  it('has nothing of healthy calls but the state of the circuit, how full the bulkhead is and that nothing is shed', () => {
    const reporting = sink();
    for (let atMs = 0; atMs < 1000; atMs += 1) {
      for (const type of ['circuit.success', 'limit.admitted']) reporting.emit({ ...failure(atMs), type });
      for (const kind of ['acquired', 'completed']) reporting.emit({ ...slot(atMs), type: `bulkhead.${kind}` });
      reporting.emit(shedding(atMs, 'rate'));
      reporting.emit({ type: 'health.checked', name: 'table', atMs, ...{ status: 'healthy', durationMs: 1 } });
      reporting.emit({ type: 'health.answered', name: 'ready', atMs, ...{ statusCode: 200, durationMs: 1 } });
      reporting.flush(atMs);
    }
    expect(brief(output.points)).toEqual([
      ['CircuitState', 'payments', 0],
      ['BulkheadUsage', 'stock', 1],
      ['BulkheadCapacity', 'stock', 10],
      ['SheddingRate', '', 0],
    ]);
    expect(output.logs).toEqual([]);
  });

  it('has what the contract calls essential, and the detailed level has the rest', () => {
    const events: ResilienceEvent[] = [
      ...['closed', 'open', 'half_open'].map((to) => changed(to)),
      ...['success', 'failure', 'refused', 'fallback'].map((kind) => ({ ...failure(0), type: `circuit.${kind}` })),
      ...['admitted', 'refused', 'would_refuse', 'near', 'degraded', 'split'].map((kind) => ({ ...limited(0), type: `limit.${kind}` })),
      ...['acquired', 'refused', 'completed', 'reclaimed', 'degraded', 'resized'].map((kind) => ({ ...slot(0), type: `bulkhead.${kind}`, waitMs: 5 })),
      ...['rate', 'refused', 'would_refuse'].map((kind) => shedding(0, kind)),
      ...['completed', 'expired', 'refused', 'late'].map((kind) => ({ type: `timeout.${kind}`, name: 'timeout', atMs: 0, limitMs: 9, ignored: true })),
      ...['attempt', 'scheduled', 'succeeded', 'exhausted'].map((kind) => ({ type: `retry.${kind}`, name: 'payments', atMs: 0, attempt: 2, delayMs: 9 })),
      ...['request', 'attempt', 'hedged', 'fallback', 'unhealthy_used', 'endpoint_changed'].map((kind) => ({ type: `client.${kind}`, name: 'payments', atMs: 0, status: 'error', durationMs: 9, to: 'unhealthy' })),
      ...[storeError(0), { type: 'observability.failed', name: 'sink', atMs: 0 }],
      ...['success', 'rejected', 'error'].map((result) => request({ result, coldStart: true, responseBytes: 3 })),
      { type: 'health.checked', name: 'table', atMs: 0, ...{ status: 'unhealthy', durationMs: 1 } },
      { type: 'health.answered', name: 'ready', atMs: 0, ...{ statusCode: 503, durationMs: 1 } },
      { ...limited(0, 'one too many') },
    ];
    const { namespace: _namespace, ...groups } = CONTRACT.metrics;
    const all = Object.values(groups).flatMap(({ names }) => Object.values(names));
    for (const level of ['essential', 'detailed'] as const) {
      output.raw.length = 0;
      const reporting = sink({ level, maxDimensionValues: 1 });
      for (const event of events) reporting.emit(event);
      reporting.flush(1);
      const expected = all.filter((metric) => level === 'detailed' || metric.level === 'essential').map(({ name }) => name);
      expect([...new Set(output.points.map(({ name }) => name))].sort()).toEqual(expected.sort());
    }
  });
});

describe('default dimensions', () => {
  it('come with all metrics once more; the sets of the contract stay what they are', () => {
    const reporting = sink({ defaultDimensions: { stage: 'prod', region: 'eu-west-1' } });
    for (const event of [refused(0), request({})]) reporting.emit(event);
    reporting.flush(1);
    const dimensionsOf = (name: string) => output.points.filter((point) => point.name === name).map(({ dimensions }) => dimensions);
    const constants = { stage: 'prod', region: 'eu-west-1' };
    expect(dimensionsOf('CircuitRefused')).toEqual([{ service: 'checkout', circuit: 'payments' }, { service: 'checkout', circuit: 'payments', ...constants }]);
    expect(dimensionsOf('Requests')).toEqual([{ service: 'checkout' }, { service: 'checkout', ...constants }]);
    expect(output.valuesOf('CircuitRefused')).toEqual([1, 1]);
  });

  it('that Powertools does not take keep back no metric of the contract (POB-03)', () => {
    const tooMany = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`d${index}`, 'x']));
    const reporting = sink({ defaultDimensions: tooMany });
    for (const event of [refused(0), limited(0), request({})]) reporting.emit(event);
    reporting.flush(1);
    reporting.emit(refused(2));
    reporting.flush(3);
    expect(brief(output.points)).toEqual([
      ['CircuitState', 'payments', 1],
      ['CircuitRefused', 'payments', 1],
      ['RateLimitRefused', 'api', 1],
      ['Requests', '', 1],
      ['RequestLatency', '', 20],
      ['CircuitRefused', 'payments', 1],
    ]);
    expect(reporting.statistics()).toMatchObject({ metricsEmitted: 6, metricErrors: 6 });
  });
});

describe('metrics that throw', () => {
  const events = [refused(0), limited(0), storeError(0)];

  it.each([['api', 1], ['RateLimitRefused', 1], ['publish', 4]])('at %j keep the others back no more than that, and are counted (POB-03)', (what, errors) => {
    const metrics = new FailingMetrics((each) => each === what);
    const reporting = sink({ metrics });
    for (const event of events) reporting.emit(event);
    expect(() => reporting.flush(1)).not.toThrow();
    expect(reporting.statistics()).toMatchObject({ metricErrors: errors, metricsEmitted: 4 - errors });
    // Nothing of what failed leaves under the dimensions of another.
    const whole = [{ dimensions: ['payments'], metrics: ['CircuitState', 'CircuitRefused'] }, { dimensions: ['circuits'], metrics: ['StoreErrors'] }];
    if (what !== 'publish') expect(metrics.published).toEqual(whole);
  });

  it('even at being cleared touch nothing', () => {
    const reporting = sink({ metrics: new FailingMetrics(() => true) });
    for (const event of events) reporting.emit(event);
    expect(() => reporting.flush(1)).not.toThrow();
    expect(reporting.statistics()).toMatchObject({ metricErrors: 4, metricsEmitted: 0 });
  });

  it('do not keep lines back', () => {
    const logger = new RecordingTarget();
    const reporting = sink({ metrics: new FailingMetrics(() => true), flushIntervalMs: 0, logger });
    for (const event of events) reporting.emit(event);
    expect(logger.lines).toHaveLength(3);
  });
});

describe('a logger that throws', () => {
  const logger = {
    info: () => undefined,
    warn: () => {
      throw new Error('the disk is full');
    },
  };

  it('does not keep metrics back (POB-03)', () => {
    const reporting = sink({ logger });
    expect(() => reporting.emit(refused(0))).toThrow('the disk is full');
    reporting.emit(refused(1));
    expect(() => reporting.flush(20_000)).toThrow('the disk is full');
    expect(output.valuesOf('CircuitRefused')).toEqual([2]);
  });
});

describe('lines', () => {
  const logger = () => new Logger({ serviceName: 'checkout', logLevel: 'DEBUG' });

  it('are those of the contract, as Powertools writes them', () => {
    createPowertoolsSink({ logger: logger() }).emit(changed('open'));
    expect(output.logged).toEqual([
      expect.objectContaining({ level: 'WARN', message: 'circuit opened', event: 'circuit.opened', service: 'checkout', name: 'payments', from: 'closed', to: 'open', generation: 1 }),
    ]);
  });

  it('show an error with its name and message', () => {
    createPowertoolsSink({ logger: logger() }).emit(storeError(0));
    expect(output.logged[0]).toMatchObject({ level: 'WARN', reason: 'timeout', error: { name: 'Error', message: 'no answer' } });
  });

  it('have the levels debug and error too, where everything is asked for', () => {
    const reporting = createPowertoolsSink({ logger: logger(), level: 'detailed' });
    for (const event of [{ ...failure(0), type: 'circuit.success' }, failure(0)]) reporting.emit(event);
    expect(output.logged.map(({ level }) => level)).toEqual(['DEBUG', 'ERROR']);
  });

  it('about a storm are told at the flush as well', () => {
    const reporting = createPowertoolsSink({ logger: logger() });
    for (const atMs of [0, 1, 2]) reporting.emit(limited(atMs));
    reporting.flush(10_000);
    expect(output.logged.map(({ suppressed }) => suppressed)).toEqual([undefined, 1]);
  });
});

describe('statistics', () => {
  it('say what has left, and count on over all flushes (POB-04)', () => {
    const reporting = sink({ logger: new RecordingTarget() });
    expect(reporting.statistics()).toEqual({ events: 0, logLines: 0, logLinesSuppressed: 0, metricsEmitted: 0, metricErrors: 0 });
    for (let atMs = 0; atMs < 30; atMs += 1) {
      reporting.emit(limited(atMs));
      if (atMs % 10 === 9) reporting.flush(atMs);
    }
    expect(reporting.statistics()).toEqual({ events: 30, logLines: 1, logLinesSuppressed: 29, metricsEmitted: 3, metricErrors: 0 });
  });

  it('are those of the sink, however it is wrapped (POB-04)', () => {
    const reporting = sink();
    const { emit, flush } = { emit: (event: ResilienceEvent) => reporting.emit(event), flush: () => reporting.flush(1) };
    emit(limited(0));
    flush();
    expect(reporting.statistics()).toMatchObject({ events: 1, metricsEmitted: 1 });
  });
});

describe('what is not given is not reported', () => {
  const events = [changed('open'), refused(0), storeError(0), { type: 'circuit.callback_failed', name: 'payments', atMs: 0 }];

  it('nothing at all', () => {
    const reporting = createPowertoolsSink();
    for (const event of events) reporting.emit(event);
    reporting.flush(60_000);
    expect(output.raw).toEqual([]);
    expect(reporting.statistics()).toEqual({ events: 4, logLines: 0, logLinesSuppressed: 0, metricsEmitted: 0, metricErrors: 0 });
  });

  it('only a logger', () => {
    const logger = new RecordingTarget();
    const reporting = createPowertoolsSink({ logger });
    for (const event of events) reporting.emit(event);
    reporting.flush(1);
    expect(output.raw).toEqual([]);
    expect(logger.lines).toHaveLength(4);
  });

  it('events that no metric stands for leave no metric', () => {
    const reporting = sink();
    reporting.emit(events[3]!);
    reporting.emit(changed('unheard of'));
    reporting.flush(1);
    expect(output.raw).toEqual([]);
  });
});
