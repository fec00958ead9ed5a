import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createCircuitBreaker } from '../../../runtime/src/circuit-breaker/index.ts';
import { createRateLimiter, MemoryRateLimitStore, type RateLimitStore } from '../../../runtime/src/rate-limit/index.ts';
import { StoreUnavailableError } from '../../../runtime/src/core/store-unavailable.ts';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import type { EventSink, StoreErrorEvent } from '../../../runtime/src/core/events.ts';
import { createPowertoolsSink } from '../../../runtime/src/observability/index.ts';
import { ManualClock, MemoryCircuitStore, SeededRandom } from '../../../runtime/src/testing/index.ts';

interface EmfLine {
  readonly _aws: { readonly CloudWatchMetrics: readonly { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[] };
  readonly [key: string]: unknown;
}

interface Point {
  readonly name: string;
  readonly unit: string;
  readonly value: unknown;
  readonly namespace: string;
  readonly dimensions: Record<string, unknown>;
}

let lines: string[];

const { ...environment } = process.env;
beforeAll(() => {
  // In this mode Powertools writes to the global console, where a test can listen, but no metrics unless told to.
  Object.assign(process.env, { POWERTOOLS_DEV: 'true', POWERTOOLS_METRICS_DISABLED: 'false' });
});
afterAll(() => {
  process.env = environment;
});
beforeEach(() => {
  lines = [];
  for (const method of ['log', 'info', 'warn'] as const) {
    jest.spyOn(console, method).mockImplementation((line: unknown) => void lines.push(String(line)));
  }
});
afterEach(() => {
  jest.restoreAllMocks();
});

const metrics = () => new Metrics({ namespace: CONTRACT.metrics.namespace, serviceName: 'checkout' });

/** Everything that CloudWatch would take out of the lines written so far. */
function points(): Point[] {
  return lines
    .map((line) => JSON.parse(line) as EmfLine)
    .flatMap((line) =>
      line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics: definitions }) => {
        expect(Dimensions).toHaveLength(1);
        const dimensions = Object.fromEntries(Dimensions[0]!.map((dimension) => [dimension, line[dimension]]));
        return definitions.map(({ Name, Unit }) => ({ name: Name, unit: Unit, value: line[Name], namespace: Namespace, dimensions }));
      }),
    );
}

const pointsOf = (name: string) => points().filter((point) => point.name === name);
const refused = (atMs: number, name = 'payments') => ({ type: 'circuit.refused', name, atMs, retryAfterMs: 1 });
const storeError = (atMs: number): StoreErrorEvent => ({ type: 'store.error', name: 'circuits', atMs, reason: 'timeout' });
const changed = (to: string, atMs = 0) => ({ type: 'circuit.state_changed', name: 'payments', atMs, from: 'closed', to, generation: 1, shared: true });

/** Takes a real breaker through all of its phases: closed, open, half-open, open again, half-open, closed. */
async function liveThroughAnOutage(sink: EventSink): Promise<void> {
  const clock = new ManualClock();
  const options = { name: 'payments', failureThreshold: 2, successThreshold: 1, openDurationMs: 1000 };
  const breaker = createCircuitBreaker(options, { store: new MemoryCircuitStore(), clock, random: new SeededRandom(1), sink, environment: {} });
  const call = (up: boolean) => breaker.execute(() => (up ? 'ok' : Promise.reject(new Error('down')))).catch(() => undefined);
  for (const [up, afterMs] of [[false, 0], [false, 0], [true, 0], [false, 2000], [true, 2000], [true, 0]] as const) {
    clock.advance(afterMs);
    await call(up);
  }
}

/** Takes real limiters through everything that they report: a limit used up, a dry run, a warning, a split, a failing store. */
async function useUpALimit(sink: EventSink): Promise<void> {
  const clock = new ManualClock();
  const random = new SeededRandom(1);
  const store = new MemoryRateLimitStore();
  const limits = [{ limit: 2, periodMs: 60_000 }];
  const limiter = (options: object, kept: RateLimitStore = store) =>
    createRateLimiter({ name: 'api', limits, warnAt: 0.5, ...options }, { store: kept, clock, random, sink, environment: {} });
  for (const options of [{}, { dryRun: true }]) {
    const used = limiter(options);
    for (let calls = 0; calls < 3; calls += 1) await used.execute(() => 'ok').catch(() => undefined);
  }
  const overloaded: RateLimitStore = {
    shared: true,
    take: () => Promise.reject(new StoreUnavailableError('throttled')),
    read: (at) => store.read(at),
    change: (at, change, request) => store.change(at, change, request),
    grow: (at, known, from, to) => store.grow(at, known, from, to),
    sow: (at, marks) => store.sow(at, marks),
  };
  const turnedAway = limiter({ onStoreFailure: 'allow', limits: [{ limit: 100, periodMs: 60_000 }] }, overloaded);
  for (let calls = 0; calls < 200; calls += 1) await turnedAway.consume([]);
}

describe('metrics', () => {
  it('are those of the contract, all of them and no others, with its units, namespace and dimensions (POB-09)', async () => {
    const sink = createPowertoolsSink({ metrics: metrics() });
    await liveThroughAnOutage(sink);
    await useUpALimit(sink);
    sink.emit(storeError(0));
    const { namespace, ...groups } = CONTRACT.metrics;
    const documented = Object.values(groups).flatMap(({ names, dimensions }) =>
      Object.values(names).map(({ name, unit }) => ({ name, unit, namespace, dimensions: [...dimensions].sort() })),
    );
    const emitted = points().map(({ name, unit, namespace: seen, dimensions }) => ({ name, unit, namespace: seen, dimensions: Object.keys(dimensions).sort() }));
    const unique = (all: object[]) => [...new Set(all.map((each) => JSON.stringify(each)))].sort();
    expect(unique(emitted)).toEqual(unique(documented));
  });

  it('carry the service, and the circuit or the table', () => {
    const sink = createPowertoolsSink({ metrics: metrics() });
    sink.emit(refused(0));
    sink.emit(storeError(0));
    expect(pointsOf('CircuitRefused')[0]?.dimensions).toEqual({ service: 'checkout', circuit: 'payments' });
    expect(pointsOf('StoreErrors')[0]?.dimensions).toEqual({ service: 'checkout', table: 'circuits' });
  });

  it.each([['closed', 0, 'CircuitClosed'], ['open', 1, 'CircuitOpened'], ['half_open', 2, 'CircuitHalfOpened']])('a change to %s shows as state %d and counts once', (to, state, counter) => {
    createPowertoolsSink({ metrics: metrics() }).emit(changed(to));
    expect(points().map(({ name, value }) => [name, value])).toEqual([['CircuitState', state], [counter, 1]]);
  });

  it('leave at once and alone: the metrics of the handler are not touched', () => {
    const own = metrics();
    own.addMetric('Orders', 'Count', 1);
    createPowertoolsSink({ metrics: own }).emit(refused(0));
    expect(points().map(({ name }) => name)).toEqual(['CircuitRefused']);
    own.publishStoredMetrics();
    expect(pointsOf('Orders')).toHaveLength(1);
  });
});

describe('frequent events', () => {
  it('are summed up for a second: one line, nothing lost', () => {
    const sink = createPowertoolsSink({ metrics: metrics() });
    for (let atMs = 0; atMs <= 1000; atMs += 10) sink.emit(refused(atMs));
    expect(pointsOf('CircuitRefused').map(({ value }) => value)).toEqual([1, 100]);
  });

  it('are summed up per circuit and per kind', () => {
    const sink = createPowertoolsSink({ metrics: metrics() });
    for (const name of ['payments', 'stock']) {
      sink.emit(refused(0, name));
      sink.emit(refused(1, name));
      sink.emit({ type: 'circuit.failure', name, atMs: 1 });
    }
    sink.emit(storeError(1));
    expect(points().map(({ name, value, dimensions }) => [name, dimensions['circuit'], value])).toEqual([
      ['CircuitRefused', 'payments', 1],
      ['CircuitFailures', 'payments', 1],
      ['CircuitRefused', 'stock', 1],
      ['CircuitFailures', 'stock', 1],
      ['StoreErrors', undefined, 1],
    ]);
  });

  it('changes of state are not: each is one line', () => {
    const sink = createPowertoolsSink({ metrics: metrics() });
    sink.emit(changed('open', 0));
    sink.emit(changed('open', 1));
    expect(pointsOf('CircuitOpened')).toHaveLength(2);
  });
});

describe('logs', () => {
  const logger = () => new Logger({ serviceName: 'checkout', logLevel: 'INFO' });
  const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

  it('a change of state is one line with the fields of the event', () => {
    createPowertoolsSink({ logger: logger() }).emit(changed('open'));
    expect(logged()).toEqual([expect.objectContaining({ level: 'INFO', message: 'payments changed state', service: 'checkout', name: 'payments', to: 'open' })]);
  });

  it('a failing table is a warning, once a minute, with the error', () => {
    const sink = createPowertoolsSink({ logger: logger() });
    sink.emit({ ...storeError(0), error: new Error('no answer') } as StoreErrorEvent);
    sink.emit(storeError(59_999));
    sink.emit(storeError(60_000));
    expect(logged().map(({ level }) => level)).toEqual(['WARN', 'WARN']);
    expect(logged()[0]).toMatchObject({ reason: 'timeout', error: { message: 'no answer' } });
  });
});

describe('what is not given is not reported', () => {
  it.each([['nothing', {}], ['only a logger', { logger: { info: () => undefined, warn: () => undefined } }]])('%s', (_what, options) => {
    const sink = createPowertoolsSink(options);
    for (const event of [changed('open'), refused(0), storeError(0), { type: 'circuit.callback_failed', name: 'payments', atMs: 0 }]) sink.emit(event);
    expect(lines).toEqual([]);
  });

  it('events that no metric stands for leave no line', () => {
    createPowertoolsSink({ metrics: metrics() }).emit({ type: 'circuit.callback_failed', name: 'payments', atMs: 0 });
    createPowertoolsSink({ metrics: metrics() }).emit(changed('unheard of'));
    expect(lines).toEqual([]);
  });
});
