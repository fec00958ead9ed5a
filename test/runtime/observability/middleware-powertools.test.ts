import { Metrics } from '@aws-lambda-powertools/metrics';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import { describe, expect, it } from '@jest/globals';
import { FACTORIES, invoke } from '../middy/gates.ts';
import { listening } from './listening.ts';
import { observed, ORDER_EVENT, SERVICE } from './observed.ts';
import { inSegment, subsegmentsOf } from './tracing.ts';

const test = listening();

const ok = async () => ({ statusCode: 200 });
const boom = async () => Promise.reject(new Error('boom'));

describe.each(FACTORIES)('beside the middlewares of Powertools on $factory', ({ create }) => {
  it.each(['outside', 'inside'])('all three do what they do alone, %s', async (place) => {
    const { heard } = test;
    const { middleware, logger, tracer } = observed({ tracing: true });
    const metrics = new Metrics({ namespace: 'shop', serviceName: SERVICE });
    const theirs = [injectLambdaContext(logger, { resetKeys: true }), logMetrics(metrics, { captureColdStartMetric: true }), captureLambdaHandler(tracer)];
    const handler = create(async () => {
      logger.appendKeys({ basket: 'b-1' });
      logger.info('working');
      metrics.addMetric('sold', 'Count', 3);
      return ok();
    }).use(place === 'outside' ? [...theirs, middleware] : [middleware, ...theirs]);
    const segments = await inSegment(async (segment) => {
      await invoke(handler, ORDER_EVENT);
      await invoke(handler, ORDER_EVENT);
      return subsegmentsOf(segment);
    });
    for (const line of heard.lines.filter(({ message }) => message === 'working')) {
      expect(line).toMatchObject({ basket: 'b-1', correlation_id: 'http-1', tenant_id: 'acme', function_request_id: 'request' });
    }
    expect(heard.linesOf('request.completed')).toHaveLength(2);
    heard.clear();
    logger.info('outside');
    expect(heard.lines[0]).not.toHaveProperty('basket');
    expect(heard.lines[0]).not.toHaveProperty('correlation_id');
    expect(segments).toHaveLength(2);
    expect(heard.remarks).toEqual([]);
  });

  it('metrics of the application leave once, by whichever comes first', async () => {
    const { heard } = test;
    const { middleware, metrics } = observed();
    const handler = create(async () => {
      metrics.addMetric('sold', 'Count', 3);
      return ok();
    }).use([middleware, logMetrics(metrics)]);
    await invoke(handler, ORDER_EVENT);
    expect(heard.points.filter(({ name }) => name === 'sold')).toEqual([{ name: 'sold', values: [3], namespace: 'shop', dimensions: { service: SERVICE } }]);
    expect(heard.remarks).toEqual([]);
  });

  it('a correlation id that injectLambdaContext finds further in is kept', async () => {
    const { heard } = test;
    const { middleware, logger } = observed();
    const handler = create(async () => {
      logger.info('working');
      return ok();
    }).use([middleware, { before: () => logger.appendKeys({ correlation_id: 'from the caller' }) }]);
    await invoke(handler, ORDER_EVENT);
    logger.info('outside');
    expect(heard.lines.map(({ correlation_id }) => correlation_id)).toEqual(['from the caller', 'from the caller', undefined]);
  });
});

describe.each(FACTORIES)('metrics of the application on $factory', ({ create }) => {
  it.each([
    ['goes well', ok, 'after'],
    ['fails', boom, 'after'],
    ['has none', ok, 'nowhere'],
  ])('leave at the end of a request that %s, apart from the contract’s', async (_, work, place) => {
    const { heard } = test;
    const { middleware, metrics } = observed();
    const handler = create(async () => {
      if (place === 'after') metrics.addDimension('shop', 'north').addMetric('sold', 'Count', 3);
      return work();
    }).use(middleware);
    for (let requests = 0; requests < 2; requests += 1) await Promise.allSettled([invoke(handler, ORDER_EVENT)]);
    const sold = { name: 'sold', values: [3], namespace: 'shop', dimensions: { service: SERVICE, shop: 'north' } };
    const own = heard.points.filter(({ namespace }) => namespace === 'shop');
    expect(own).toEqual(place === 'after' ? [sold, sold] : []);
    const contract = heard.points.filter(({ namespace }) => namespace === 'ResilientLambda');
    expect(contract.filter(({ name }) => name === 'Requests')).toMatchObject([{ dimensions: { service: SERVICE } }, { dimensions: { service: SERVICE } }]);
    expect(contract.map(({ name }) => name)).not.toContain('sold');
    expect(heard.remarks).toEqual([]); // no "No application metrics to publish"
  });
});

describe('keys that the application has put on its logger', () => {
  it('for good come back after a request', async () => {
    const { heard } = test;
    const { middleware, logger } = observed();
    logger.appendPersistentKeys({ tenant_id: 'nobody', region: 'north' });
    const handler = FACTORIES[0]!.create(ok).use(middleware);
    await invoke(handler, ORDER_EVENT);
    logger.info('outside');
    expect(heard.lines).toMatchObject([
      { tenant_id: 'acme', region: 'north' },
      { tenant_id: 'nobody', region: 'north' },
    ]);
  });
});
