import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import type { Tracer } from '@aws-lambda-powertools/tracer';
import middy, { type MiddlewareObj } from '@middy/core';
import { setImmediate as afterOtherWork } from 'node:timers/promises';
import { circuitBreaker } from '../runtime/src/circuit-breaker/middleware.ts';
import { MemoryCircuitStore } from '../runtime/src/circuit-breaker/memory-store.ts';
import { NO_EVENTS, type EventSink } from '../runtime/src/core/events.ts';
import type { Clock } from '../runtime/src/core/clock.ts';
import { observability } from '../runtime/src/observability/middleware.ts';
import { MemoryRateLimitStore } from '../runtime/src/rate-limit/memory-store.ts';
import { rateLimit } from '../runtime/src/rate-limit/middleware.ts';
import { REQUEST_CASES, type RequestCase } from './observability-cases.ts';

/** Who watches the requests. */
export const CONTENDERS = ['middy', 'powertools', 'essential', 'essential and own', 'detailed'] as const;

/** One of those who watch. */
export type ContenderName = (typeof CONTENDERS)[number];

/** How a function is made. */
export interface ContenderOptions {
  readonly name: ContenderName;
  readonly tracing: boolean;
  /** What becomes of its requests. */
  readonly requestCase: RequestCase;
  readonly clock: Clock;
  /** How many circuits a request passes. */
  readonly circuits: number;
  /** Whether its handler waits for other work, so that requests overlap. */
  readonly overlapping: boolean;
}

/** A function that can be invoked. */
export type Invoke = (event: unknown, context: unknown) => Promise<unknown>;

/** Circuits that a request passes whose bytes are counted: one for the handler, one for a dependency. */
export const COUNTED_CIRCUITS = 2;

const SERVICE = 'checkout';
const PLENTY = 1_000_000_000;
const HOUR_MS = 3_600_000;
const ANSWER = Object.freeze({ statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ order: 'o-1', state: 'paid' }) });

type Work = (event: unknown) => void;

/**
 * A function with a limit and circuits, and with what watches it. The policies are the same for all, and so is what the handler
 * does; where they report to is what is compared.
 */
export async function createContender(options: ContenderOptions): Promise<Invoke> {
  const { overlapping } = options;
  const { middlewares, work, sink } = await watched(options);
  const chain = middy(async (event: unknown) => {
    if (overlapping) await afterOtherWork();
    work(event);
    return { ...ANSWER };
  }).use(middlewares);
  chain.use(policies(options, sink));
  return chain as unknown as Invoke;
}

interface Watched {
  readonly middlewares: MiddlewareObj[];
  readonly work: Work;
  /** Where policies report to; undefined where they have a sink from the observability. */
  readonly sink: EventSink | undefined;
}

async function watched({ name, tracing, clock, requestCase }: ContenderOptions): Promise<Watched> {
  const { work } = REQUEST_CASES[requestCase];
  if (name === 'middy') return { middlewares: [], work, sink: NO_EVENTS };
  const tracer = tracing ? await createTracer() : undefined;
  const logger = new Logger({ serviceName: SERVICE });
  const metrics = new Metrics({ namespace: 'Checkout', serviceName: SERVICE });
  const reporting = reportingWork(work, logger, metrics);
  if (name === 'powertools') return { middlewares: await powertools(logger, metrics, tracer), work: reporting, sink: NO_EVENTS };
  const level = name === 'detailed' ? 'detailed' : 'essential';
  const ours = observability({ service: SERVICE, level, tracing }, { clock, logger, metrics, tracer });
  return { middlewares: [ours as MiddlewareObj], work: name === 'essential and own' ? reporting : work, sink: undefined };
}

/** Loaded only where it is used: the X-Ray SDK follows every promise of the process from then on. */
async function createTracer(): Promise<Tracer> {
  const { Tracer } = await import('@aws-lambda-powertools/tracer');
  return new Tracer({ serviceName: SERVICE, captureHTTPsRequests: false });
}

/** As their documentation shows it. */
async function powertools(logger: Logger, metrics: Metrics, tracer: Tracer | undefined): Promise<MiddlewareObj[]> {
  const middlewares: MiddlewareObj[] = [injectLambdaContext(logger, { resetKeys: true }), logMetrics(metrics, { captureColdStartMetric: true })];
  if (tracer === undefined) return middlewares;
  const { captureLambdaHandler } = await import('@aws-lambda-powertools/tracer/middleware');
  return [...middlewares, captureLambdaHandler(tracer)];
}

/** The same work by a handler that writes a line and a metric for every request itself. */
function reportingWork(work: Work, logger: Logger, metrics: Metrics): Work {
  return (event) => {
    metrics.addMetric('Requests', 'Count', 1);
    try {
      work(event);
      logger.info('request completed', { route: 'POST /orders', statusCode: ANSWER.statusCode });
    } catch (error) {
      logger.error('request failed', error as Error);
      throw error;
    }
  };
}

function policies({ requestCase, clock, circuits }: ContenderOptions, sink: EventSink | undefined): MiddlewareObj[] {
  const { limit = PLENTY } = REQUEST_CASES[requestCase];
  const common = { clock, environment: {}, ...(sink !== undefined && { sink }) };
  const limits = [{ limit, periodMs: HOUR_MS }];
  const circuit = { failureThreshold: 5, openDurationMs: HOUR_MS / 4 };
  return [
    rateLimit({ name: 'orders', limits, by: ['user'] }, { ...common, store: new MemoryRateLimitStore() }),
    ...Array.from({ length: circuits }, (_, index) =>
      circuitBreaker({ ...circuit, name: `dependency-${index}` }, { ...common, store: new MemoryCircuitStore() }),
    ),
  ] as MiddlewareObj[];
}
