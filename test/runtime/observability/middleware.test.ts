import type { Request } from '@middy/core';
import httpErrorHandler from '@middy/http-error-handler';
import { describe, expect, it } from '@jest/globals';
import { circuitBreaker, createCircuitBreaker, MemoryCircuitStore } from '../../../runtime/src/circuit-breaker/index.ts';
import { createObservability, observability, type ObservabilityMiddlewareOptions } from '../../../runtime/src/observability/index.ts';
import { MemoryRateLimitStore, rateLimit } from '../../../runtime/src/rate-limit/index.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { FACTORIES, invoke, lambdaContext } from '../middy/gates.ts';
import { listening, type Line } from './listening.ts';
import { BATCH_EVENT, observed, ORDER_EVENT, SERVICE } from './observed.ts';
import { inSegment, subsegmentsOf } from './tracing.ts';

const test = listening();

const ok = async () => ({ statusCode: 200, body: 'ünd' });
const throwing = (thrown: Error) => async () => Promise.reject(thrown);
const boom = async () => Promise.reject(new TypeError('boom'));
/** An error as `http-errors` makes them. */
const notFound = async () => Promise.reject(Object.assign(new Error('no such order'), { statusCode: 404, expose: true }));
const keysOf = ({ correlation_id, tenant_id, user_id, operation, xray_trace_id, function_request_id }: Line) => ({
  ...{ correlation_id, tenant_id, user_id, operation, xray_trace_id, function_request_id },
});
const NO_KEYS = { correlation_id: undefined, tenant_id: undefined, user_id: undefined, operation: undefined };

/** A breaker whose circuit is open. */
async function openBreaker() {
  const dependencies = { store: new MemoryCircuitStore(), clock: new ManualClock(), random: new SeededRandom(1), sink: new RecordingSink(), environment: {} };
  const breaker = createCircuitBreaker({ name: 'payments', failureThreshold: 1, minimumCalls: 1 }, dependencies);
  await breaker.execute(boom).catch(() => undefined);
  return breaker;
}

function usedUpLimit() {
  const limits = [{ limit: 1, periodMs: 60_000 }];
  return rateLimit({ name: 'orders', limits }, { store: new MemoryRateLimitStore(), clock: new ManualClock(), sink: new RecordingSink(), environment: {} });
}

describe.each(FACTORIES)('observability on $factory', ({ create }) => {
  describe('a request that goes well', () => {
    it('leaves a line with what it was and how it ended (OB-01)', async () => {
      const { heard } = test;
      const { middleware, clock } = observed();
      const handler = create(async () => {
        clock.advance(25);
        return ok();
      }).use(middleware);
      await expect(invoke(handler, ORDER_EVENT)).resolves.toEqual({ statusCode: 200, body: 'ünd' });
      expect(heard.lines).toHaveLength(1);
      expect(heard.lines[0]).toMatchObject({
        level: 'INFO',
        message: 'request completed',
        event: 'request.completed',
        name: SERVICE,
        service: SERVICE,
        method: 'GET',
        route: 'GET /orders/{id}',
        statusCode: 200,
        durationMs: 25,
        correlation_id: 'http-1',
        tenant_id: 'acme',
        user_id: 'ada',
        operation: 'GET /orders/{id}',
        xray_trace_id: '1-5759e988-bd862e3fe1be46a994272793',
      });
      expect(heard.lines[0]).not.toHaveProperty('request');
      expect(heard.lines[0]).not.toHaveProperty('response');
    });

    it('puts who and what it is about on every line that the handler writes, and takes it off again (OB-04, OB-06)', async () => {
      const { heard } = test;
      const { middleware, logger } = observed({ traceFields: () => ({ span_id: 'abc' }) });
      const handler = create(async () => {
        logger.info('first');
        await Promise.resolve();
        logger.warn('second');
        return ok();
      }).use(middleware);
      await invoke(handler, ORDER_EVENT);
      logger.info('outside');
      const keys = { correlation_id: 'http-1', tenant_id: 'acme', user_id: 'ada', operation: 'GET /orders/{id}' };
      const [first, second, own, outside] = heard.lines;
      for (const line of [first, second, own]) {
        expect(line).toMatchObject({ ...keys, span_id: 'abc', xray_trace_id: expect.any(String), function_request_id: 'request' });
      }
      expect(keysOf(outside!)).toMatchObject(NO_KEYS);
      expect(outside).not.toHaveProperty('span_id');
    });

    it('counts in the contract’s metrics with the service alone, and by operation', async () => {
      const { heard } = test;
      const { middleware, clock } = observed();
      const handler = create(async () => {
        clock.advance(25);
        return ok();
      }).use(middleware);
      await invoke(handler, ORDER_EVENT);
      const named = Object.fromEntries(heard.points.map((point) => [point.name, point]));
      expect(Object.keys(named).sort()).toEqual(
        ['ActiveRequests', 'ColdStarts', 'OperationLatency', 'OperationRequests', 'RequestLatency', 'Requests', 'ResponseSize'].sort(),
      );
      expect(named['Requests']).toEqual({ name: 'Requests', values: [1], namespace: 'ResilientLambda', dimensions: { service: SERVICE } });
      expect(named['RequestLatency']).toMatchObject({ values: [25], dimensions: { service: SERVICE } });
      expect(named['ResponseSize']?.values).toEqual([4]);
      expect(named['OperationRequests']?.dimensions).toEqual({ service: SERVICE, operation: 'GET /orders/{id}' });
    });

    it('is a cold start only if it is the first', async () => {
      const { heard } = test;
      const sink = new RecordingSink();
      const { middleware } = observed({ sinks: [sink] });
      const handler = create(ok).use(middleware);
      await invoke(handler, ORDER_EVENT);
      await invoke(handler, ORDER_EVENT);
      expect(sink.ofType('request.completed')).toMatchObject([{ coldStart: true }, { coldStart: false }]);
      expect(heard.sumOf('ColdStarts')).toBe(1);
    });

    it('is told to the other sinks, which are flushed before the response leaves', async () => {
      const told: string[] = [];
      const sink = { emit: ({ type }: { type: string }) => void told.push(type), flush: () => void told.push('flush') };
      const handler = create(ok).use(observed({ sinks: [sink] }).middleware);
      await invoke(handler, ORDER_EVENT);
      expect(told).toEqual(['request.completed', 'flush']);
    });

    it('is named by the functions that are given', async () => {
      const { heard } = test;
      const options: ObservabilityMiddlewareOptions = {
        operationOf: () => 'find order',
        correlationIdOf: (event) => (event as typeof ORDER_EVENT).rawPath,
        identity: { tenant: () => 'globex', user: () => 'bob' },
      };
      await invoke(create(ok).use(observed(options).middleware), ORDER_EVENT);
      expect(keysOf(heard.lines[0]!)).toMatchObject({ correlation_id: '/orders/1', operation: 'find order', tenant_id: 'globex', user_id: 'bob' });
    });

    it('cannot make lines and traces long by what its caller writes', async () => {
      const { heard } = test;
      const long = 'x'.repeat(100_000);
      const options: ObservabilityMiddlewareOptions = {
        operationOf: () => long,
        correlationIdOf: () => long,
        identity: { tenant: () => long, user: { header: 'user' } },
        tracing: true,
      };
      const handler = create(ok).use(observed(options).middleware);
      const event = { ...ORDER_EVENT, routeKey: long, headers: { user: long }, requestContext: { http: { method: long } } };
      const [segment] = await inSegment(async (parent) => {
        await invoke(handler, event);
        return subsegmentsOf(parent);
      });
      expect(JSON.stringify(heard.lines[0]).length).toBeLessThan(3000);
      expect(segment?.annotations).toMatchObject({ Tenant: 'x'.repeat(250), Operation: 'x'.repeat(250) });
    });
  });

  describe('a request counts', () => {
    const counted = (): object => ({
      requests: test.heard.sumOf('Requests'),
      errors: test.heard.sumOf('RequestErrors'),
      rejected: test.heard.sumOf('RequestsRejected'),
      latencies: test.heard.valuesOf('RequestLatency').length,
      lines: test.heard.lines.map(({ event }) => event),
    });
    const SUCCESS = { requests: 1, errors: 0, rejected: 0, latencies: 1, lines: ['request.completed'] };
    const ERROR = { requests: 1, errors: 1, rejected: 0, latencies: 1, lines: ['request.failed'] };
    const REJECTED = { requests: 1, errors: 0, rejected: 1, latencies: 0, lines: ['request.completed'] };

    it.each([
      ['as a success if it is answered with 200', ORDER_EVENT, ok, SUCCESS],
      ['as a success if it is answered with 404', ORDER_EVENT, async () => ({ statusCode: 404 }), SUCCESS],
      ['as an error if it is answered with 500', ORDER_EVENT, async () => ({ statusCode: 500 }), ERROR],
      ['as an error if it is answered with "503"', ORDER_EVENT, async () => ({ statusCode: '503' }), ERROR],
      ['as an error if the handler throws', ORDER_EVENT, boom, ERROR],
      ['as an error if the handler throws without a reason', ORDER_EVENT, throwing(undefined as never), ERROR],
      ['as an error if the handler throws null', ORDER_EVENT, throwing(null as never), ERROR],
      ['as an error if the handler throws a text', ORDER_EVENT, throwing('text' as never), ERROR],
      ['as a success if the handler throws a mistake of the caller', ORDER_EVENT, notFound, SUCCESS],
      ['as a success if a batch is done', BATCH_EVENT, async () => undefined, SUCCESS],
      ['as a success if a part of a batch has to be repeated', BATCH_EVENT, async () => ({ batchItemFailures: [{ itemIdentifier: 'm-1' }] }), SUCCESS],
      ['as an error if the handler of a batch throws', BATCH_EVENT, boom, ERROR],
      ['as an error if the handler of a batch throws a mistake of a caller', BATCH_EVENT, notFound, ERROR],
    ] as readonly (readonly [string, object, () => Promise<unknown>, object])[])('%s', async (_, event, work, expected) => {
      const plain = await Promise.allSettled([invoke(create(work), event)]);
      const { middleware } = observed();
      await expect(Promise.allSettled([invoke(create(work).use(middleware), event)])).resolves.toEqual(plain);
      expect(counted()).toEqual(expected);
      expect(middleware.statistics()).toMatchObject({ requests: 1, active: 0, errors: 0 });
    });

    it('as rejected if a rate limit refuses it, which is kept out of the latency', async () => {
      const { middleware } = observed();
      const handler = create(ok).use(middleware).use(usedUpLimit());
      await invoke(handler, ORDER_EVENT);
      test.heard.clear();
      await expect(invoke(handler, ORDER_EVENT)).resolves.toMatchObject({ statusCode: 429 });
      expect(counted()).toEqual(REJECTED);
      expect(test.heard.lines[0]).toMatchObject({ statusCode: 429 });
    });

    it('as rejected if a circuit refuses a batch', async () => {
      const { middleware } = observed();
      const handler = create(ok).use(middleware).use(circuitBreaker(await openBreaker()));
      await expect(invoke(handler, BATCH_EVENT)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
      expect(counted()).toEqual(REJECTED);
    });

    it('as rejected if a circuit refuses within the handler', async () => {
      const { middleware } = observed();
      const breaker = await openBreaker();
      const handler = create(async () => breaker.execute(ok)).use(middleware).use(httpErrorHandler({ logger: false }));
      await expect(invoke(handler, ORDER_EVENT)).resolves.toMatchObject({ statusCode: 503 });
      expect(counted()).toEqual(REJECTED);
    });

    it.each([
      ['outside', true],
      ['inside', false],
    ])('by its status with the error handler %s', async (_, outside) => {
      for (const [work, statusCode, expected] of [[notFound, 404, SUCCESS], [boom, 500, ERROR]] as const) {
        test.heard.clear();
        const { middleware } = observed();
        const renderer = httpErrorHandler({ logger: false, fallbackMessage: 'sorry' });
        const handler = create(work).use(outside ? [renderer, middleware] : [middleware, renderer]);
        await expect(invoke(handler, ORDER_EVENT)).resolves.toMatchObject({ statusCode });
        expect(counted()).toEqual(expected);
      }
    });

    it('as an error, by its name, with the error on its line', async () => {
      const { middleware } = observed();
      await expect(invoke(create(boom).use(middleware), ORDER_EVENT)).rejects.toThrow('boom');
      expect(test.heard.lines[0]).toMatchObject({ level: 'ERROR', error: { name: 'TypeError', message: 'boom' }, tenant_id: 'acme' });
      expect(test.heard.points.find(({ name }) => name === 'ErrorsByType')?.dimensions).toEqual({ service: SERVICE, errorType: 'TypeError' });
    });
  });

  it('takes in the events of policies that were made before and after it and are given no sink, and of no others', async () => {
    const { heard } = test;
    const own = new RecordingSink();
    const refusing = (name: string, more: object) =>
      createCircuitBreaker({ name, failureThreshold: 1, minimumCalls: 1, shared: false }, { clock: new ManualClock(), random: new SeededRandom(1), environment: {}, ...more });
    const before = refusing('before', {});
    const { middleware } = observed();
    const [after, apart] = [refusing('after', {}), refusing('apart', { sink: own })];
    const handler = create(async () => {
      for (const breaker of [before, after, apart]) await breaker.execute(boom).catch(() => undefined);
      return ok();
    }).use(middleware);
    await invoke(handler, ORDER_EVENT);
    const opened = heard.points.filter(({ name }) => name === 'CircuitOpened').map(({ dimensions }) => dimensions['circuit']);
    expect(opened.sort()).toEqual(['after', 'before']);
    expect(heard.linesOf('circuit.opened').map(({ name }) => name)).toEqual(['before', 'after']);
    expect(own.ofType('circuit.state_changed')).toHaveLength(1);
  });

  it('observes with one observability what several handlers do', async () => {
    const shared = createObservability({ service: SERVICE }, { clock: new ManualClock(), environment: {} });
    for (let handlers = 0; handlers < 2; handlers += 1) await invoke(create(ok).use(observability(shared)), ORDER_EVENT);
    expect([shared.statistics().requests, test.heard.sumOf('Requests')]).toEqual([2, 2]);
  });

  it('leaves the request as it finds it, whatever others have put there', async () => {
    const seen: Request[] = [];
    const peek = { before: (request: Request) => void seen.push({ ...request, internal: { ...request.internal } }) };
    await invoke(create(ok).use(peek).use(observed().middleware).use(peek), ORDER_EVENT, lambdaContext());
    expect(Object.keys(seen[1]!)).toEqual(Object.keys(seen[0]!));
    expect(seen[1]!.internal).toEqual(seen[0]!.internal);
  });
});
