import { cleanupMiddlewares } from '@aws-lambda-powertools/commons';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import coreMiddy, { type Request } from '@middy/core';
import { describe, expect, it } from '@jest/globals';
import xray from 'aws-xray-sdk-core';
import { answerEarly } from '../../../runtime/src/middy/early-answer.ts';
import { middy } from '../../../runtime/src/middy/middy.ts';
import { RecordingSink } from '../../../runtime/src/testing/index.ts';
import { deferred } from '../core/deferred.ts';
import { FACTORIES, invoke, lambdaContext } from '../middy/gates.ts';
import { listening } from './listening.ts';
import { observed, ORDER_EVENT, SERVICE } from './observed.ts';
import { inSegment, subsegmentsOf } from './tracing.ts';

const test = listening();

const ok = async () => ({ statusCode: 200 });
const EARLY = { statusCode: 304, body: 'early' };
/** A request that is answered before the handler runs. */
const EARLY_EVENT = { ...ORDER_EVENT, early: true, requestContext: { ...ORDER_EVENT.requestContext, requestId: 'early-1' } };
/** Nobody is known to have made it. */
const NOBODY_EVENT = { ...ORDER_EVENT, requestContext: { requestId: 'next-1', http: { method: 'GET' } } };
/** Middy would set a timer of its own. */
const NO_TIMEOUT = { timeoutEarlyInMillis: 0 };
const isEarly = ({ event }: Request) => (event as { early?: boolean }).early === true;
const answers = (answer: unknown) => ({ before: (request: Request) => (isEarly(request) ? answer : undefined) });

describe('an answer by another middleware before the handler', () => {
  it('ends the observation at once on the exported middy', async () => {
    const { heard } = test;
    const { middleware, logger, metrics, clock } = observed();
    const handler = middy(ok)
      .use(middleware)
      .before(() => {
        metrics.addMetric('own', 'Count', 1);
        clock.advance(5);
      })
      .use(answers(EARLY));
    await expect(invoke(handler, EARLY_EVENT)).resolves.toEqual(EARLY);
    expect(heard.linesOf('request.completed')).toMatchObject([{ statusCode: 304, durationMs: 5, correlation_id: 'early-1', user_id: 'ada' }]);
    expect([heard.sumOf('Requests'), heard.sumOf('own')]).toEqual([1, 1]);
    expect(middleware.statistics()).toMatchObject({ requests: 1, active: 0, errors: 0 });
    heard.clear();
    logger.info('outside');
    expect(heard.lines[0]).not.toHaveProperty('correlation_id');
    expect(heard.lines[0]).not.toHaveProperty('user_id');
  });

  it('ends it when the next request begins on stock Middy, of which nothing leaks into the next', async () => {
    const { heard } = test;
    const { middleware, logger, metrics, clock } = observed();
    const handler = coreMiddy(async () => {
      clock.advance(7);
      logger.info('next');
      metrics.addMetric('later', 'Count', 1);
      return ok();
    })
      .use(middleware)
      .use({ before: (request: Request) => (isEarly(request) ? void metrics.addMetric('own', 'Count', 1) : undefined) })
      .use(answers(EARLY));
    await expect(invoke(handler, EARLY_EVENT)).resolves.toEqual(EARLY);
    expect([heard.lines, heard.points, middleware.statistics().active]).toEqual([[], [], 1]);
    clock.advance(60_000);
    await invoke(handler, NOBODY_EVENT);
    const [first, next, second] = heard.lines;
    expect(first).toMatchObject({ event: 'request.completed', statusCode: 304, correlation_id: 'early-1', user_id: 'ada', tenant_id: 'acme' });
    expect(first).not.toHaveProperty('durationMs');
    for (const line of [next, second]) {
      expect(line).toMatchObject({ correlation_id: 'next-1' });
      expect(line).not.toHaveProperty('user_id');
      expect(line).not.toHaveProperty('tenant_id');
    }
    expect([heard.sumOf('Requests'), heard.valuesOf('RequestLatency'), heard.sumOf('ColdStarts')]).toEqual([2, [7], 1]);
    const own = heard.points.findIndex(({ name }) => name === 'own');
    expect(own).toBeLessThan(heard.points.findIndex(({ name }) => name === 'later'));
    expect(heard.points[own]).toMatchObject({ namespace: 'shop', values: [1] });
    expect(middleware.statistics()).toMatchObject({ requests: 2, active: 0, errors: 0 });
    expect(heard.remarks).toEqual([]);
  });

  it.each(FACTORIES)('has a trace of its own, and so has the next request, on $factory', async ({ create }) => {
    const { middleware } = observed({ tracing: true });
    const handler = create(ok).use(middleware).use(answers(EARLY));
    const traces = await inSegment(async (segment) => {
      await invoke(handler, EARLY_EVENT);
      await invoke(handler, NOBODY_EVENT);
      expect(xray.getSegment()).toBe(segment);
      return subsegmentsOf(segment);
    });
    expect(traces.map(({ annotations, in_progress, subsegments }) => [annotations?.['StatusCode'], annotations?.['Tenant'], in_progress, subsegments])).toEqual([
      [304, 'acme', undefined, undefined],
      [200, undefined, undefined, undefined],
    ]);
  });

  it.each(FACTORIES)('does not put the next request into a trace that captureLambdaHandler has closed, on $factory', async ({ create }) => {
    const { middleware, tracer } = observed({ tracing: true });
    const early = {
      before: async (request: Request) => {
        if (!isEarly(request)) return undefined;
        await cleanupMiddlewares(request as never);
        return EARLY;
      },
    };
    const handler = create(ok).use(captureLambdaHandler(tracer)).use(middleware).use(early);
    const [first, second] = await inSegment(async (segment) => {
      await invoke(handler, EARLY_EVENT);
      await invoke(handler, NOBODY_EVENT);
      expect(xray.getSegment()).toBe(segment);
      return subsegmentsOf(segment);
    });
    for (const [outer, status] of [[first, 304], [second, 200]] as const) {
      expect(outer).toMatchObject({ name: '## index.handler', subsegments: [{ name: `## ${SERVICE}`, annotations: { StatusCode: status } }] });
      expect(JSON.stringify(outer)).not.toContain('in_progress');
    }
  });

  it.each(FACTORIES)('is not counted if it is about the function’s health, on $factory', async ({ create }) => {
    const { heard } = test;
    const { middleware, logger } = observed({ tracing: true });
    const handler = create(ok).use(middleware).use({ before: (request: Request) => answerEarly(request, { statusCode: 200, body: 'healthy' }) });
    const traces = await inSegment(async (segment) => {
      await expect(invoke(handler, EARLY_EVENT)).resolves.toEqual({ statusCode: 200, body: 'healthy' });
      return subsegmentsOf(segment);
    });
    logger.info('outside');
    expect(heard.lines).toHaveLength(1);
    expect(heard.lines[0]).not.toHaveProperty('correlation_id');
    expect(heard.points).toEqual([]);
    expect(traces).toHaveLength(1);
    expect(traces[0]).not.toHaveProperty('in_progress');
    expect(middleware.statistics()).toMatchObject({ requests: 1, active: 0 });
  });

  it.each(FACTORIES)('after the handler, by another after hook, is counted as well, on $factory', async ({ create }) => {
    const { middleware } = observed();
    const handler = create(ok).use(middleware).use({ after: () => ({ statusCode: 502 }) });
    await invoke(handler, ORDER_EVENT);
    await invoke(create(ok).use(middleware), ORDER_EVENT);
    expect([test.heard.sumOf('Requests'), test.heard.sumOf('RequestErrors')]).toEqual([2, 1]);
  });
});

describe.each(FACTORIES)('a request that nobody has seen end, on $factory', ({ create, settlesAll }) => {
  it('is counted as failed if the onError of another middleware throws', async () => {
    const { heard } = test;
    const { middleware } = observed();
    const breaking = { onError: () => Promise.reject(new RangeError('broken')) };
    const handler = create(async () => Promise.reject(new Error('boom')))
      .use(middleware)
      .use(breaking);
    await expect(invoke(handler, ORDER_EVENT)).rejects.toThrow('broken');
    if (!settlesAll) await invoke(create(ok).use(middleware), NOBODY_EVENT);
    expect(heard.linesOf('request.failed')).toMatchObject([{ error: { name: 'RangeError' }, correlation_id: 'http-1' }]);
    expect(heard.sumOf('RequestErrors')).toBe(1);
  });

  it('leaves no keys and no trace open for the next, and is counted if it ends after all', async () => {
    const { heard } = test;
    const { middleware, logger } = observed({ tracing: true });
    const slow = deferred();
    const isSlow = (event: unknown) => event === ORDER_EVENT;
    const handler = create(async (event: unknown) => {
      if (isSlow(event)) await slow.promise;
      else logger.info('next');
      return ok();
    }).use(middleware);
    await inSegment(async (segment) => {
      const first = invoke(handler, ORDER_EVENT);
      await invoke(handler, NOBODY_EVENT);
      expect(middleware.statistics()).toMatchObject({ requests: 2, active: 1 });
      slow.resolve(undefined);
      await first;
      expect(subsegmentsOf(segment).map(({ in_progress, subsegments }) => [in_progress, subsegments])).toEqual([[undefined, undefined], [undefined, undefined]]);
    });
    expect(heard.lines[0]).toMatchObject({ message: 'next', correlation_id: 'next-1' });
    expect(heard.lines[0]).not.toHaveProperty('user_id');
    expect([heard.sumOf('Requests'), middleware.statistics().active]).toEqual([2, 0]);
  });

  it.each([
    ['one request at a time', {}],
    ['several requests at once', { AWS_LAMBDA_MAX_CONCURRENCY: '64' }],
  ])('is forgotten a minute after its deadline, where there are %s', async (_, environment) => {
    const sink = new RecordingSink();
    const { middleware, clock } = observed({ sinks: [sink] }, { environment });
    const never = create(() => new Promise(() => undefined), NO_TIMEOUT).use(middleware);
    const quick = create(ok).use(middleware);
    void invoke(never, ORDER_EVENT, lambdaContext(3000));
    for (const [afterMs, active] of [[0, 1], [63_000, 1], [1, 0]] as const) {
      clock.advance(afterMs);
      await invoke(quick, NOBODY_EVENT);
      expect(middleware.statistics().active).toBe(active);
    }
    expect(sink.ofType('request.completed')).toHaveLength(3);
  });
});
