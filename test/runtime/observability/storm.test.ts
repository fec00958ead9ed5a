import { Logger } from '@aws-lambda-powertools/logger';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createBulkhead } from '../../../runtime/src/bulkhead/index.ts';
import { createCircuitBreaker } from '../../../runtime/src/circuit-breaker/index.ts';
import { createConsoleSink } from '../../../runtime/src/core/console-sink.ts';
import { several, type EventSink } from '../../../runtime/src/core/events.ts';
import { createPowertoolsSink } from '../../../runtime/src/observability/index.ts';
import { createRateLimiter, MemoryRateLimitStore } from '../../../runtime/src/rate-limit/index.ts';
import { ManualClock, MemoryCircuitStore, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { createTimeout } from '../../../runtime/src/timeout/index.ts';
import { eventsIn, RecordingTarget } from '../core/recording-target.ts';
import { captureOutput, contractMetrics, emfProblems, listen, Output } from './emf.ts';

const REFUSALS = 100_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Storm {
  readonly sink: EventSink;
  readonly clock: ManualClock;
  /** One call of a policy that has just refused for the first time. Resolves to whether it was refused. */
  readonly call: () => Promise<boolean>;
}

type Begin = (sink: EventSink) => Promise<Storm>;

const sources = (clock: ManualClock, sink: EventSink) => ({ clock, sink, random: new SeededRandom(1), environment: {} });
const refusedBy = (policy: { execute: (operation: () => string) => Promise<unknown> }) => () =>
  policy.execute(() => 'ok').then(
    () => false,
    () => true,
  );

/** A limiter whose only token is gone for the day. */
async function exhaustedLimit(sink: EventSink): Promise<Storm> {
  const clock = new ManualClock();
  const limiter = createRateLimiter({ name: 'api', limits: [{ limit: 1, periodMs: DAY_MS }] }, { ...sources(clock, sink), store: new MemoryRateLimitStore() });
  await limiter.execute(() => 'ok');
  return { sink, clock, call: refusedBy(limiter) };
}

/** A circuit that has opened for an hour. */
async function openCircuit(sink: EventSink): Promise<Storm> {
  const clock = new ManualClock();
  const options = { name: 'payments', failureThreshold: 1, openDurationMs: HOUR_MS, maxOpenDurationMs: HOUR_MS };
  const breaker = createCircuitBreaker(options, { ...sources(clock, sink), store: new MemoryCircuitStore() });
  await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => undefined);
  return { sink, clock, call: refusedBy(breaker) };
}

/** A bulkhead whose only slot is never given back. */
async function fullBulkhead(sink: EventSink): Promise<Storm> {
  const clock = new ManualClock();
  const bulkhead = createBulkhead({ name: 'stock', shared: false, maxConcurrent: 1, queueSize: 0 }, sources(clock, sink));
  await bulkhead.acquire();
  return { sink, clock, call: refusedBy(bulkhead) };
}

/** Callers who have no time left. */
async function noTimeLeft(sink: EventSink): Promise<Storm> {
  const clock = new ManualClock();
  const timeout = createTimeout({}, sources(clock, sink));
  return { sink, clock, call: refusedBy({ execute: (operation) => timeout.execute(operation, { deadlineMs: clock.nowMs() }) }) };
}

/** Has 100,000 calls refused, one per millisecond, each at the end of its request. */
async function rage({ sink, clock, call }: Storm): Promise<number> {
  let refused = 0;
  for (let count = 0; count < REFUSALS; count += 1) {
    clock.advance(1);
    if (await call()) refused += 1;
    sink.flush?.(clock.nowMs());
  }
  return refused;
}

const bytes = (lines: readonly string[]) => Buffer.byteLength(lines.map((line) => `${line}\n`).join(''));
const sum = (values: readonly unknown[]) => values.reduce<number>((total, value) => total + Number(value ?? 0), 0);

const STORMS: [string, Begin, string, string][] = [
  ['an exhausted limit', exhaustedLimit, 'limit.refused', 'RateLimitRefused'],
  ['an open circuit', openCircuit, 'circuit.refused', 'CircuitRefused'],
  ['a full bulkhead', fullBulkhead, 'bulkhead.refused', 'BulkheadRefused'],
  ['a timeout', noTimeLeft, 'timeout.refused', 'TimeoutRefused'],
];

describe.each(STORMS)('100,000 refusals of %s in 100 seconds', (_what, begin, event, metric) => {
  const written = new Output();
  const target = new RecordingTarget();
  let refused = 0;

  beforeAll(async () => {
    listen(written);
    const logs = createPowertoolsSink({ logger: new Logger({ serviceName: 'checkout' }) });
    // Nobody flushes these: they leave every second.
    const metrics = createPowertoolsSink({ metrics: contractMetrics() });
    const storm = await begin(several([logs, { emit: (each) => metrics.emit(each) }, createConsoleSink(target)], fail));
    written.raw.length = 0;
    target.lines.length = 0;
    refused = await rage(storm);
    const afterwardsMs = storm.clock.nowMs() + 10_000;
    for (const sink of [storm.sink, metrics]) sink.flush?.(afterwardsMs);
    jest.restoreAllMocks();
  });

  it('are as many', () => {
    expect(refused).toBe(REFUSALS);
  });

  it('cost 11 lines of log and fewer than 12 KB, which tell of every one of them (POB-06)', () => {
    expect(written.logged.map((line) => line['event'])).toEqual(Array.from({ length: 11 }, () => event));
    expect(bytes(written.logs)).toBeLessThan(12 * 1024);
    expect(written.logs.length + sum(written.logged.map(({ suppressed }) => suppressed))).toBe(REFUSALS);
  });

  it('cost a line of metrics per second, and every refusal is counted (POB-08)', () => {
    expect(written.emf.length).toBeLessThanOrEqual(102);
    expect(bytes(written.emf)).toBeLessThan(40 * 1024);
    expect(written.emf.flatMap((line) => emfProblems(line))).toEqual([]);
    expect(sum(written.valuesOf(metric))).toBe(REFUSALS);
  });

  it('cost as few lines on the console, where no sink is given', () => {
    expect(target.lines).toHaveLength(11);
    expect(eventsIn(target.lines)).toBe(REFUSALS);
  });
});

function fail(error: unknown): never {
  throw error;
}

describe('a storm whose requests are flushed', () => {
  const output = captureOutput();

  it('costs one line of metrics per request that had something to count', async () => {
    const sink = createPowertoolsSink({ metrics: contractMetrics(), flushIntervalMs: Infinity });
    const { clock, call } = await exhaustedLimit(sink);
    output.raw.length = 0;
    for (let requests = 0; requests < 200; requests += 1) {
      for (let calls = 0; calls < 50; calls += 1) await call();
      clock.advance(1);
      sink.flush(clock.nowMs());
      sink.flush(clock.nowMs());
    }
    expect(output.valuesOf('RateLimitRefused')).toEqual(Array.from({ length: 200 }, () => 50));
    expect(output.emf).toHaveLength(200);
  });
});
