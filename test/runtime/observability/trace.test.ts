import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import { describe, expect, it, jest } from '@jest/globals';
import xray from 'aws-xray-sdk-core';
import { createBulkhead } from '../../../runtime/src/bulkhead/index.ts';
import { createCircuitBreaker, MemoryCircuitStore } from '../../../runtime/src/circuit-breaker/index.ts';
import { createLoadShedder } from '../../../runtime/src/load-shedding/index.ts';
import { createRetry, RetryBudgets } from '../../../runtime/src/retry/index.ts';
import { ManualClock, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { createTimeout } from '../../../runtime/src/timeout/index.ts';
import { FACTORIES, invoke } from '../middy/gates.ts';
import { listening } from './listening.ts';
import { BATCH_EVENT, observed, ORDER_EVENT, SERVICE } from './observed.ts';
import { inSegment, subsegmentsOf } from './tracing.ts';

const test = listening();

const ok = async () => ({ statusCode: 200, body: 'ok' });
const boom = async () => Promise.reject(new TypeError('boom'));

describe.each(FACTORIES)('traces on $factory', ({ create }) => {
  const traced = (work: () => unknown, ...rest: Parameters<typeof observed>) => {
    const parts = observed({ tracing: true, ...rest[0] }, rest[1]);
    return { ...parts, handler: create(async () => work()).use(parts.middleware) };
  };
  const traceOf = (handler: unknown, event: unknown = ORDER_EVENT) =>
    inSegment(async (segment) => {
      await Promise.allSettled([invoke(handler, event)]);
      expect(xray.getSegment()).toBe(segment);
      return subsegmentsOf(segment);
    });

  it('say what a request was, how it ended, and by whom it was asked for (OB-08)', async () => {
    const { handler, clock, middleware } = traced(async () => {
      clock.advance(25);
      return ok();
    });
    const [request, ...more] = await traceOf(handler);
    expect(more).toEqual([]);
    expect(request).toMatchObject({
      name: `## ${SERVICE}`,
      annotations: { ColdStart: true, Service: SERVICE, StatusCode: 200, Error: false, Operation: 'GET /orders/{id}', Tenant: 'acme' },
      metadata: {
        [SERVICE]: {
          request: { method: 'GET', route: 'GET /orders/{id}', operation: 'GET /orders/{id}' },
          timing: { durationMs: 25 },
          response: { statusCode: 200, bytes: 2 },
        },
      },
    });
    expect(request).not.toHaveProperty('in_progress');
    expect(request).not.toHaveProperty('fault');
    expect(request).not.toHaveProperty('error');
    expect(request?.metadata?.[SERVICE]).not.toHaveProperty('errorType');
    expect(middleware.statistics()).toMatchObject({ traces: 1, lastTraceAtMs: clock.nowMs() });
  });

  it('show a request that failed with its error and as a fault (OB-08)', async () => {
    const [request] = await traceOf(traced(boom).handler);
    expect(request).toMatchObject({ fault: true, annotations: { Error: true }, metadata: { [SERVICE]: { errorType: 'TypeError' } } });
    expect(request?.cause?.exceptions).toMatchObject([{ message: 'boom' }]);
  });

  it('show a request that was answered with 502 as a fault, without an exception', async () => {
    const [request] = await traceOf(traced(async () => ({ statusCode: 502 })).handler);
    expect(request).toMatchObject({ fault: true, annotations: { Error: true, StatusCode: 502 }, metadata: { [SERVICE]: { errorType: 'status_502' } } });
    expect(request).not.toHaveProperty('cause');
  });

  it('show a mistake of a caller as no fault', async () => {
    const [request] = await traceOf(traced(async () => ({ statusCode: 404 })).handler);
    expect(request).toMatchObject({ annotations: { Error: false, StatusCode: 404 } });
    expect(request).not.toHaveProperty('fault');
  });

  it('show a refusal as an error of the caller’s side, and which circuit it was', async () => {
    const dependencies = { store: new MemoryCircuitStore(), clock: new ManualClock(), random: new SeededRandom(1), environment: {} };
    const breaker = createCircuitBreaker({ name: 'payments', failureThreshold: 1, minimumCalls: 1 }, dependencies);
    const { handler } = traced(() => breaker.execute(boom));
    const [failed] = await traceOf(handler, BATCH_EVENT);
    expect(failed).toMatchObject({ fault: true, annotations: { Error: true, CircuitChanged: 'payments' } });
    const [refused] = await traceOf(handler, BATCH_EVENT);
    expect(refused).toMatchObject({ error: true, annotations: { Error: false, CircuitRefused: 'payments', Operation: 'sqs orders' } });
    expect(refused).not.toHaveProperty('fault');
  });

  it('show which bulkhead had no room, and that a request was shed', async () => {
    const sources = { clock: new ManualClock(), random: new SeededRandom(1), environment: {} };
    const bulkhead = createBulkhead({ name: 'stock', shared: false, maxConcurrent: 1, queueSize: 0 }, sources);
    await bulkhead.acquire();
    const [full] = await traceOf(traced(() => bulkhead.execute(ok)).handler);
    expect(full).toMatchObject({ annotations: { BulkheadFull: 'stock' } });
    const shedder = createLoadShedder({ minRate: 1, maxRate: 1 }, sources);
    const [shed] = await traceOf(traced(() => shedder.execute(ok)).handler);
    expect(shed).toMatchObject({ annotations: { RequestShed: 'load-shedding' } });
  });

  it('show what was tried again and in vain, and what took too long', async () => {
    const sources = { clock: new ManualClock(), random: new SeededRandom(1), sleep: () => Promise.resolve() };
    const retry = createRetry({ name: 'stock', maxAttempts: 2, attemptTimeoutMs: 0, totalTimeoutMs: 0 }, { ...sources, budgets: new RetryBudgets() });
    const busy = () => Promise.reject(Object.assign(new Error('busy'), { statusCode: 503 }));
    const [exhausted] = await traceOf(traced(() => retry.execute(busy)).handler);
    expect(exhausted).toMatchObject({ annotations: { Retried: 'stock', RetryExhausted: 'stock' } });
    const timeout = createTimeout({}, sources);
    const [late] = await traceOf(traced(() => timeout.execute(() => new Promise(() => undefined))).handler);
    expect(late).toMatchObject({ annotations: { TimedOut: 'timeout' } });
  });

  it('hold what the handler opens', async () => {
    const { handler, tracer } = traced(async () => {
      const outer = tracer.getSegment()!;
      const inner = outer.addNewSubsegment('query');
      inner.close();
      return ok();
    });
    const [request] = await traceOf(handler);
    expect(request?.subsegments?.map(({ name }) => name)).toEqual(['query']);
  });

  it('are complete and sent although the handler leaves subsegments open and in place of its own', async () => {
    xray.setStreamingThreshold(0);
    const sent: string[] = [];
    const dgram = jest.spyOn(await socket(), 'send').mockImplementation(((message: Buffer) => void sent.push(String(message))) as never);
    const { handler, tracer } = traced(async () => {
      const outer = tracer.getSegment()!.addNewSubsegment('left open');
      tracer.setSegment(outer);
      tracer.setSegment(outer.addNewSubsegment('within it'));
      return ok();
    });
    await traceOf(handler);
    await traceOf(handler);
    dgram.mockRestore();
    xray.setStreamingThreshold(100);
    const documents = sent.map((text) => JSON.parse(text.split('\n')[1]!) as { name: string; annotations?: object; subsegments?: { name: string }[] });
    expect(documents.map(({ name }) => name)).toEqual(['within it', 'left open', `## ${SERVICE}`, 'within it', 'left open', `## ${SERVICE}`]);
    expect(documents[2]?.annotations).toMatchObject({ StatusCode: 200 });
    expect(documents[1]?.annotations).toBeUndefined();
  });

  it('do not touch the request, and give the context back, where what the handler has written cannot be sent', async () => {
    xray.setStreamingThreshold(0);
    const { handler, tracer, middleware } = traced(async () => {
      tracer.putMetadata('size', { toJSON: () => JSON.parse('{') as string });
      return ok();
    });
    await inSegment(async (segment) => {
      await expect(invoke(handler, ORDER_EVENT)).resolves.toEqual({ statusCode: 200, body: 'ok' });
      expect(xray.getSegment()).toBe(segment);
    });
    xray.setStreamingThreshold(100);
    expect(middleware.statistics().errors).toBe(1);
    expect(test.heard.linesOf('observability.failed')).toMatchObject([{ name: 'tracer', error: { name: 'SyntaxError' } }]);
  });

  it.each(['outside', 'inside'])('stand beside captureLambdaHandler %s', async (place) => {
    const { middleware, tracer } = observed({ tracing: true });
    const capture = captureLambdaHandler(tracer);
    const handler = create(ok).use(place === 'outside' ? [capture, middleware] : [middleware, capture]);
    const [outer, ...more] = await traceOf(handler);
    expect(more).toEqual([]);
    const [first, second] = [outer, outer?.subsegments?.[0]];
    const [own, theirs] = place === 'outside' ? [second, first] : [first, second];
    expect([own?.name, theirs?.name]).toEqual([`## ${SERVICE}`, '## index.handler']);
    expect(own?.annotations).toMatchObject({ StatusCode: 200, Error: false });
    expect(theirs?.metadata?.[SERVICE]).toMatchObject({ 'index.handler response': { statusCode: 200 } });
    for (const each of [own, theirs]) expect(each).not.toHaveProperty('in_progress');
  });

  it('are not made where the tracer is switched off', async () => {
    process.env['POWERTOOLS_TRACE_ENABLED'] = 'false';
    const { handler, middleware } = traced(ok);
    delete process.env['POWERTOOLS_TRACE_ENABLED'];
    expect(await traceOf(handler)).toEqual([]);
    expect(middleware.statistics()).toMatchObject({ traces: 0, lastTraceAtMs: undefined, errors: 0 });
  });

  it('do without a segment', async () => {
    const { handler, middleware } = traced(ok);
    await xray.getNamespace().runAndReturn(async () => {
      await expect(invoke(handler, ORDER_EVENT)).resolves.toMatchObject({ statusCode: 200 });
    });
    expect(middleware.statistics()).toMatchObject({ traces: 0, errors: 0 });
  });

  it('do not take in events outside of a request', async () => {
    const { middleware, tracer } = observed({ tracing: true });
    const put = jest.spyOn(tracer, 'putAnnotation');
    const { setDefaultSink } = await import('../../../runtime/src/core/sources.ts');
    const sink = setDefaultSink({ emit: () => undefined });
    sink.emit({ type: 'circuit.refused', name: 'payments', atMs: 0 });
    expect(put).not.toHaveBeenCalled();
    expect(middleware.statistics()).toMatchObject({ events: 1, errors: 0 });
  });
});

/** The socket through which the X-Ray SDK sends, made when it is first needed. */
async function socket(): Promise<{ send: (...args: unknown[]) => void }> {
  const { Socket } = await import('node:dgram');
  return Socket.prototype as never;
}
