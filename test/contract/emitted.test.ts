import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createCircuitBreaker } from '../../runtime/src/circuit-breaker/index.ts';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';
import type { EventSink } from '../../runtime/src/core/events.ts';
import { StoreUnavailableError } from '../../runtime/src/core/store-unavailable.ts';
import { createDynamicResilience, type ConfigurationSource } from '../../runtime/src/dynamic/index.ts';
import { StateClient } from '../../runtime/src/dynamodb/state-client.ts';
import { healthCheck } from '../../runtime/src/health/index.ts';
import { createObservability, observability, type Observability } from '../../runtime/src/observability/index.ts';
import { createRateLimiter, MemoryRateLimitStore, rateLimit, type RateLimitStore } from '../../runtime/src/rate-limit/index.ts';
import { ManualClock, MemoryCircuitStore, SeededRandom } from '../../runtime/src/testing/index.ts';
import { pointSdkTo } from '../runtime/dynamodb/fixture.ts';
import { contractMetrics, emfProblems, listen, Output } from '../runtime/observability/emf.ts';
import { callDependencies, runOutOfTime, tryAgain } from '../runtime/observability/calls.ts';
import { fillBulkheads, shedLoad } from '../runtime/observability/loads.ts';

/** What is common to all policies of the run. */
interface Setting {
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly sink: EventSink;
  readonly environment: Record<string, string>;
}

const MINUTE_MS = 60_000;
const CALL = { tenant: 'acme', operation: 'charge' };
const ignore = () => undefined;
/** Checks answer at once, so that nothing is waited for. */
const never = () => new Promise<void>(ignore);
const fail = (): never => {
  throw new TypeError('down');
};

/** A circuit that opens, refuses, is probed, opens again, is probed again and closes; with callbacks that fail, and with a fallback. */
async function liveThroughAnOutage(setting: Setting): Promise<void> {
  const options = { name: 'payments', failureThreshold: 2, successThreshold: 1, openDurationMs: 1000, onStateChange: fail };
  const breaker = createCircuitBreaker(options, { ...setting, store: new MemoryCircuitStore() });
  for (const [up, afterMs] of [[false, 0], [false, 0], [true, 0], [false, 2000], [true, 2000], [true, 0]] as const) {
    setting.clock.advance(afterMs);
    await breaker.execute(up ? () => 'ok' : fail, CALL).catch(ignore);
  }
  const answering = createCircuitBreaker({ name: 'stock', failureThreshold: 1, fallback: () => 'cached' }, { ...setting, store: new MemoryCircuitStore() });
  for (let calls = 0; calls < 2; calls += 1) await answering.execute(fail, CALL).catch(ignore);
}

/** Limits that are used up, in earnest and in a dry run, changed by hand, split because they are busy, and looked up in vain. */
async function useUpLimits(setting: Setting): Promise<void> {
  const store = new MemoryRateLimitStore();
  const limits = [{ limit: 2, periodMs: MINUTE_MS }];
  const limiter = (options: object, kept: RateLimitStore = store) => createRateLimiter({ name: 'api', limits, warnAt: 0.5, ...options }, { ...setting, store: kept });
  for (const options of [{}, { dryRun: true }, { limitsOf: fail }]) {
    const used = limiter(options);
    for (let calls = 0; calls < 3; calls += 1) await used.execute(() => 'ok').catch(ignore);
  }
  await limiter({}).block('caller', MINUTE_MS);
  const overloaded: RateLimitStore = {
    shared: true,
    take: () => Promise.reject(new StoreUnavailableError('throttled')),
    read: (at) => store.read(at),
    change: (at, change, request) => store.change(at, change, request),
    grow: (at, known, from, to) => store.grow(at, known, from, to),
    sow: (at, marks) => store.sow(at, marks),
  };
  const turnedAway = limiter({ onStoreFailure: 'allow', limits: [{ limit: 100, periodMs: MINUTE_MS }] }, overloaded);
  for (let calls = 0; calls < 200; calls += 1) await turnedAway.consume([]);
}

/** A table that cannot be reached. */
async function askInVain({ clock, random, sink }: Setting): Promise<void> {
  pointSdkTo('http://127.0.0.1:1');
  await new StateClient('circuits', { clock, random, sink }).get({ id: 'circuit#payments' }, {}).catch(ignore);
}

/** A configuration that changes, then one that cannot be used, then none that can be asked for. */
async function followConfiguration({ clock, random, environment }: Setting): Promise<void> {
  const documents = [1, 2, 0].map((failureThreshold) => JSON.stringify({ version: CONTRACT.version, circuits: { mail: { shared: false, failureThreshold } } }));
  const source: ConfigurationSource = { latest: async () => documents.shift() ?? fail() };
  const policies = await createDynamicResilience({ observability: false }, { clock, random, environment, source, sleep: never });
  for (let polls = 0; polls < 3; polls += 1) {
    clock.advance(MINUTE_MS);
    await policies.execute(() => 'ok');
  }
}

function httpEvent(path: string) {
  const http = { method: 'GET', path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.8', userAgent: 'test' };
  return { version: '2.0', routeKey: `GET ${path}`, rawPath: path, headers: {}, requestContext: { routeKey: `GET ${path}`, requestId: 'r-1', http }, body: '{}', isBase64Encoded: false };
}

const CONTEXT = { getRemainingTimeInMillis: () => 3000, awsRequestId: 'r-1', functionName: 'checkout' };

/** Requests to a function that is asked for its health while what it depends on fails and recovers. */
async function answerHealthRequests(setting: Setting): Promise<void> {
  let up = true;
  const checks = [{ name: 'database', run: () => up }];
  const handler = middy(() => ({ statusCode: 200 })).use(healthCheck({ checks, intervalMs: 0, unhealthyThreshold: 1, healthyThreshold: 1, authorize: fail }, { ...setting, sleep: never }));
  for (const [path, works] of [['/health', true], ['/ready', false], ['/health', false], ['/health/detail', true], ['/live', true]] as const) {
    up = works;
    setting.clock.advance(1000);
    await handler(httpEvent(path), CONTEXT as never);
  }
}

/** Requests that go well, that fail and that are refused, and of which one sink cannot bear to hear. */
async function answerRequests(observed: Observability, setting: Setting): Promise<void> {
  const limiter = createRateLimiter({ name: 'orders', limits: [{ limit: 3, periodMs: MINUTE_MS }] }, { ...setting, store: new MemoryRateLimitStore() });
  for (const answer of [() => ({ statusCode: 200, body: 'hello' }), fail, () => ({ statusCode: 503, body: 'sorry' }), () => ({ statusCode: 200 })]) {
    const handler = middy(answer as () => unknown).use(observability(observed)).use(rateLimit(limiter));
    await Promise.resolve(handler(httpEvent('/orders') as never, CONTEXT as never)).catch(ignore);
  }
}

const output = new Output();

beforeAll(async () => {
  const { ...environment } = process.env;
  listen(output);
  const [clock, random] = [new ManualClock(), new SeededRandom(1)];
  const brokenSink = { emit: ({ type }: { type: string }) => (type === 'request.completed' ? fail() : undefined) };
  const options = { service: 'checkout', level: 'detailed', maxDimensionValues: 1, logRequestBody: true, logResponseBody: true, sinks: [brokenSink] } as const;
  const logger = new Logger({ serviceName: 'checkout', logLevel: 'DEBUG' });
  const observed = createObservability(options, { clock, random, logger, contractMetrics: contractMetrics(), environment: {} });
  const setting = { clock, random, sink: observed.sink, environment: {} };
  await liveThroughAnOutage(setting);
  await useUpLimits(setting);
  await fillBulkheads(setting);
  await shedLoad(setting);
  await runOutOfTime(setting);
  await tryAgain(setting);
  await callDependencies(setting);
  await askInVain(setting);
  await followConfiguration(setting);
  await answerHealthRequests(setting);
  await answerRequests(observed, setting);
  observed.sink.flush?.(clock.nowMs() + 10 * MINUTE_MS);
  jest.restoreAllMocks();
  process.env = environment;
});

const unique = (all: readonly object[]) => [...new Set(all.map((each) => JSON.stringify(each)))].sort();

describe('what the real policies emit', () => {
  it('are all metrics of the contract and no others, with its units, namespace and dimensions (POB-09)', () => {
    const { namespace, ...groups } = CONTRACT.metrics;
    const documented = Object.values(groups).flatMap(({ names, dimensions }) =>
      Object.values(names).map(({ name, unit }) => ({ name, unit, namespace, dimensions: [...dimensions].sort() })),
    );
    const emitted = output.points.map(({ name, unit, namespace: seen, dimensions }) => ({ name, unit, namespace: seen, dimensions: Object.keys(dimensions).sort() }));
    expect(unique(emitted)).toEqual(unique(documented));
  });

  it('are all log events of the contract and no others, with its levels and messages (POB-09)', () => {
    const documented = Object.entries(CONTRACT.logs).map(([event, { level, message }]) => ({ event, level: level.toUpperCase(), message }));
    const emitted = output.logged.map(({ event, level, message }) => ({ event, level, message }));
    expect(unique(emitted)).toEqual(unique(documented));
  });

  it.each(Object.entries(CONTRACT.logs))('has every field that the contract gives to %s in some line (POB-09)', (event, { fields }) => {
    const lines = output.logged.filter((line) => line['event'] === event);
    const seen = new Set(lines.flatMap((line) => Object.keys(line)));
    expect([...fields].filter((field) => !seen.has(field))).toEqual([]);
  });

  it('are metrics that CloudWatch takes', () => {
    expect(output.emf.length).toBeGreaterThan(0);
    expect(output.emf.flatMap((line) => emfProblems(line))).toEqual([]);
  });
});
