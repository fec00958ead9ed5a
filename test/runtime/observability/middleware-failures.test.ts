import { setImmediate as turn } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_SINK } from '../../../runtime/src/core/sources.ts';
import type { ObservabilityDependencies, ObservabilityMiddlewareOptions } from '../../../runtime/src/observability/index.ts';
import { FACTORIES, invoke, lambdaContext } from '../middy/gates.ts';
import { hostileEvent } from '../middy/hostile-events.ts';
import { listening } from './listening.ts';
import { observed, ORDER_EVENT } from './observed.ts';
import { inSegment } from './tracing.ts';

const test = listening();

const ANSWER = { statusCode: 200, body: 'ok' };
const ok = async () => ANSWER;
const broken = (): never => {
  throw new Error('broken');
};
const rejecting = async () => Promise.reject(new Error('broken'));
/** Something whose every method does that. */
const everything = (behaviour: () => unknown): never => new Proxy({}, { get: () => behaviour }) as never;

interface Part {
  readonly part: string;
  readonly name: string;
  readonly options?: ObservabilityMiddlewareOptions;
  readonly dependencies?: ObservabilityDependencies;
  /** Whether the report reaches its reader. */
  readonly isSilent?: boolean;
}

const asType = (value: unknown): never => value as never;
const PARTS: readonly Part[] = [
  { part: 'operationOf', name: 'extractor', options: { operationOf: broken } },
  { part: 'correlationIdOf', name: 'extractor', options: { correlationIdOf: broken } },
  { part: 'identity of the tenant', name: 'extractor', options: { identity: { tenant: broken } } },
  { part: 'identity of the user', name: 'extractor', options: { identity: { user: broken } } },
  { part: 'traceFields', name: 'extractor', options: { traceFields: broken } },
  { part: 'sink', name: 'sink', options: { sinks: [{ emit: broken, flush: broken }] } },
  { part: 'flush of a sink', name: 'sink', options: { sinks: [{ emit: () => undefined, flush: broken }] } },
  { part: 'asynchronous sink', name: 'sink', options: { sinks: [{ emit: asType(rejecting), flush: asType(rejecting) }] } },
  { part: 'asynchronous operationOf', name: 'extractor', options: { operationOf: asType(rejecting) } },
  { part: 'asynchronous traceFields', name: 'extractor', options: { traceFields: asType(rejecting) } },
  { part: 'logger', name: 'logger', dependencies: { logger: everything(broken) }, isSilent: true },
  { part: 'metrics of the application', name: 'metrics', dependencies: { metrics: everything(broken) } },
  { part: 'asynchronous metrics', name: 'metrics', dependencies: { metrics: { hasStoredMetrics: () => true, publishStoredMetrics: rejecting } } },
  { part: 'tracer', name: 'tracer', options: { tracing: true }, dependencies: { tracer: everything(broken) } },
];

describe.each(FACTORIES)('parts that fail, on $factory', ({ create }) => {
  it.each(PARTS)('leave the request as it is, are counted and reported once a minute: $part', async ({ name, options, dependencies, isSilent }) => {
    const { middleware, clock } = observed(options, dependencies);
    const handler = create(ok).use(middleware);
    for (let requests = 0; requests < 5; requests += 1) {
      await expect(invoke(handler, ORDER_EVENT)).resolves.toBe(ANSWER);
      clock.advance(10_000);
    }
    await turn(); // a rejection that nobody handles ends this process now
    expect(middleware.statistics().errors).toBeGreaterThanOrEqual(5);
    expect(middleware.statistics()).toMatchObject({ requests: 5, active: 0 });
    const reports = test.heard.linesOf('observability.failed');
    expect(reports).toHaveLength(isSilent === true ? 0 : 1);
    for (const report of reports) expect(report).toMatchObject({ level: 'WARN', name, error: { message: 'broken' } });
    clock.advance(10_000);
    await invoke(handler, ORDER_EVENT);
    expect(test.heard.linesOf('observability.failed')).toHaveLength(isSilent === true ? 0 : 2);
    await invoke(handler, ORDER_EVENT);
    expect(test.heard.sumOf('ObservabilityErrors')).toBeGreaterThanOrEqual(6);
  });

  it.each(PARTS)('do not keep the others from their work: $part', async ({ name, options, dependencies }) => {
    const { middleware } = observed(options, dependencies);
    await invoke(create(ok).use(middleware), ORDER_EVENT);
    expect(test.heard.sumOf('Requests')).toBe(1);
    const lines = test.heard.linesOf('request.completed');
    expect(lines).toHaveLength(name === 'logger' ? 0 : 1);
    for (const line of lines) expect(line).toMatchObject({ method: 'GET', route: 'GET /orders/{id}', statusCode: 200 });
  });

  it('metrics of the contract that cannot be sent are counted, and the line is written all the same', async () => {
    const { middleware } = observed({}, { contractMetrics: everything(broken) });
    await expect(invoke(create(ok).use(middleware), ORDER_EVENT)).resolves.toBe(ANSWER);
    expect(middleware.statistics()).toMatchObject({ metricsEmitted: 0, active: 0 });
    expect(middleware.statistics().metricErrors).toBeGreaterThan(0);
    expect(test.heard.linesOf('request.completed')).toHaveLength(1);
  });

  it('a tracer that fails half-way gives the segment back', async () => {
    const { middleware, tracer } = observed({ tracing: true });
    tracer.annotateColdStart = broken;
    await inSegment(async (segment) => {
      await expect(invoke(create(ok).use(middleware), ORDER_EVENT)).resolves.toBe(ANSWER);
      expect(tracer.getSegment()).toBe(segment);
    });
    expect(middleware.statistics().errors).toBe(1);
  });

  it.each([
    ['a clock', { clock: { nowMs: broken } }],
    ['chance', { random: { next: broken } }],
  ])('%s that fails costs the observation, not the request', async (_, dependencies) => {
    const { middleware } = observed({}, dependencies);
    await expect(invoke(create(ok).use(middleware), ORDER_EVENT)).resolves.toBe(ANSWER);
    expect(middleware.statistics().errors).toBeGreaterThan(0);
  });

  it('an answer and an error that cannot be touched are passed on as they are', async () => {
    const untouchable = new Proxy({}, { get: (_, key) => (key === 'then' ? undefined : broken()), has: broken, ownKeys: broken });
    const { middleware } = observed({ logResponseBody: true, tracing: true });
    const answered = await inSegment(() => invoke(create(async () => untouchable).use(middleware), ORDER_EVENT));
    expect(answered === untouchable).toBe(true);
    const failed: unknown = await inSegment(() => invoke(create(async () => Promise.reject(untouchable as Error)).use(middleware), ORDER_EVENT).catch((error: unknown) => error));
    expect(failed === untouchable).toBe(true);
    expect(middleware.statistics()).toMatchObject({ requests: 2, active: 0 });
  });
});

describe.each(FACTORIES)('random events on $factory', ({ create }) => {
  it('never fail, whatever the middleware is to find in them', async () => {
    const { middleware } = observed({ tracing: true, logRequestBody: true, logResponseBody: true, redactPaths: ['a.*.b'] });
    const handler = create(async () => ANSWER).use(middleware);
    const run = async (event: unknown, context: Context) => {
      await expect(inSegment(() => invoke(handler, event, context))).resolves.toBe(ANSWER);
    };
    await fc.assert(fc.asyncProperty(hostileEvent, (make) => run(make(), lambdaContext())), { numRuns: 500, seed: 8 });
    const { requests, active, errors } = middleware.statistics();
    expect([requests >= 500, active, errors]).toEqual([true, 0, 0]);
    expect(test.heard.sumOf('Requests')).toBe(requests);
  });

  it('may be reported to policies at any time', () => {
    observed();
    const event = fc.record({ type: fc.constantFrom('request.completed', 'circuit.failure', 'limit.refused', 'x'), name: fc.string(), atMs: fc.double() }, { requiredKeys: ['type', 'name', 'atMs'] });
    fc.assert(fc.property(event, (each) => DEFAULT_SINK.emit(each)), { numRuns: 200, seed: 8 });
  });
});
