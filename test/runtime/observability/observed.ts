import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { observability, type ObservabilityDependencies, type ObservabilityMiddlewareOptions } from '../../../runtime/src/observability/index.ts';
import { ManualClock, SeededRandom } from '../../../runtime/src/testing/index.ts';

export const SERVICE = 'checkout';

/** A request as an HTTP API passes it on. */
export const ORDER_EVENT = {
  version: '2.0',
  routeKey: 'GET /orders/{id}',
  rawPath: '/orders/1',
  headers: { 'content-type': 'application/json' },
  requestContext: {
    requestId: 'http-1',
    http: { method: 'GET', path: '/orders/1', sourceIp: '203.0.113.7' },
    authorizer: { jwt: { claims: { sub: 'ada', tenant: 'acme' } } },
  },
  body: '{"id":1,"password":"hunter2"}',
};

export const BATCH_EVENT = { Records: [{ eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:eu-central-1:111122223333:orders', body: '{}' }] };

/** Identity of the event above. */
export const IDENTITY = { tenant: { claim: 'tenant' } } as const;

/** The middleware with real Powertools, a clock that is moved by hand and a fixed source of chance. */
export function observed(options: ObservabilityMiddlewareOptions = {}, dependencies: ObservabilityDependencies = {}) {
  const clock = new ManualClock();
  const logger = new Logger({ serviceName: SERVICE });
  const metrics = new Metrics({ namespace: 'shop', serviceName: SERVICE });
  const tracer = new Tracer({ serviceName: SERVICE, captureHTTPsRequests: false });
  const given = { clock, random: new SeededRandom(1), logger, metrics, tracer, environment: {}, ...dependencies };
  const middleware = observability({ service: SERVICE, identity: IDENTITY, level: 'detailed', ...options }, given);
  return { middleware, clock, logger, metrics, tracer };
}
