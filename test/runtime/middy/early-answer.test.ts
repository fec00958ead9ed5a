import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import type { Request } from '@middy/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { answerEarly } from '../../../runtime/src/middy/early-answer.ts';
import { gateMiddleware } from '../../../runtime/src/middy/gate-middleware.ts';
import { FACTORIES, HTTP_EVENT, invoke, TestGate } from './gates.ts';

const early = { before: (request: Request) => answerEarly(request, { statusCode: 200, body: 'early' }) };
const EARLY = { statusCode: 200, body: 'early' };

const { ...environment } = process.env;
let lines: Record<string, unknown>[];
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
    jest.spyOn(console, method).mockImplementation((line: unknown) => void lines.push(JSON.parse(String(line)) as Record<string, unknown>));
  }
});

describe.each(FACTORIES)('an early answer on $factory', ({ create }) => {
  it('gives back the permits that are held', async () => {
    const gates = [new TestGate('outer'), new TestGate('inner')];
    const handler = create(async () => 'ran').use(gates.map((gate) => gateMiddleware(gate))).use(early);
    await expect(invoke(handler)).resolves.toEqual(EARLY);
    expect(gates.map(({ held, outcomeKinds }) => [held, outcomeKinds])).toEqual([[0, ['abandoned']], [0, ['abandoned']]]);
  });

  it('goes out although a permit cannot be given back', async () => {
    const gate = new TestGate('gate', () => Promise.reject(new Error('settle')));
    await expect(invoke(create(async () => 'ran').use(gateMiddleware(gate)).use(early))).resolves.toEqual(EARLY);
  });

  it('lets Powertools write its metrics, none of which reach the next invocation', async () => {
    const metrics = new Metrics({ namespace: 'test', serviceName: 'orders' });
    let isEarly = true;
    const handler = create(async () => {
      metrics.addMetric('Handled', MetricUnit.Count, 1);
      return 'ran';
    })
      .use(logMetrics(metrics))
      .use({ before: () => { metrics.addMetric('Before', MetricUnit.Count, 1); } })
      .use({ before: (request: Request) => (isEarly ? early.before(request) : undefined) });
    await expect(invoke(handler)).resolves.toEqual(EARLY);
    expect(lines).toMatchObject([{ Before: 1 }]);
    isEarly = false;
    await expect(invoke(handler)).resolves.toBe('ran');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({ Before: 1, Handled: 1 });
  });

  it('lets Powertools forget the keys of its logger', async () => {
    const logger = new Logger({ serviceName: 'orders' });
    const handler = create(async () => 'ran')
      .use(injectLambdaContext(logger, { resetKeys: true }))
      .use({ before: () => logger.appendKeys({ order: 7 }) })
      .use(early);
    await invoke(handler);
    logger.info('after');
    expect(lines.at(-1)).toMatchObject({ message: 'after' });
    expect(lines.at(-1)).not.toHaveProperty('order');
  });

  it('calls what Powertools left behind in its order, with the request, and drops what it throws', async () => {
    const called: unknown[] = [];
    const leave = {
      before: (request: Request) => {
        const cleanUp = (tool: string, fail: boolean) => async (given: unknown) => {
          called.push([tool, given === request]);
          if (fail) throw new Error(tool);
        };
        request.internal = {
          ...request.internal,
          'powertools-for-aws.idempotency': cleanUp('idempotency', false),
          'powertools-for-aws.logger': cleanUp('logger', true),
          'powertools-for-aws.metrics': () => { called.push('metrics'); throw new Error('metrics'); },
          'powertools-for-aws.tracer': cleanUp('tracer', true),
          'powertools-for-aws.other': cleanUp('other', false),
        };
      },
    };
    await expect(invoke(create(async () => 'ran').use(leave).use(early), HTTP_EVENT)).resolves.toEqual(EARLY);
    expect(called).toEqual([['tracer', true], 'metrics', ['logger', true], ['idempotency', true]]);
  });

  it('goes out where nothing is left behind, or something that is no function', async () => {
    const leave = { before: (request: Request) => void Object.assign(request.internal, { 'powertools-for-aws.tracer': 1 }) };
    await expect(invoke(create(async () => 'ran').use(leave).use(early))).resolves.toEqual(EARLY);
  });
});
