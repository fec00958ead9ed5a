import type { MiddlewareObj } from '@middy/core';
import httpErrorHandler from '@middy/http-error-handler';
import { createBulkhead } from '../../runtime/src/bulkhead/create.ts';
import { bulkhead } from '../../runtime/src/bulkhead/middleware.ts';
import type { EventSink } from '../../runtime/src/core/events.ts';
import { createLoadShedder } from '../../runtime/src/load-shedding/create.ts';
import { LoadShedError } from '../../runtime/src/load-shedding/errors.ts';
import { loadShedding } from '../../runtime/src/load-shedding/middleware.ts';
import type { LoadSheddingOptions } from '../../runtime/src/load-shedding/options.ts';
import type { LoadShedder } from '../../runtime/src/load-shedding/policy.ts';
import { timeLoop, type Contender } from '../load-rounds.ts';
import { MeasuredChain, PacedClock } from './measured-chain.ts';

const PACE_MS = 10;

/** Events are made, and go nowhere. */
const SINK: EventSink = { emit: () => undefined };
const SUCCESS = { kind: 'success', value: undefined } as const;
const CALL = Object.freeze({ operation: 'GET /orders/{id}' });

/** All requests are shed. */
const ALL: LoadSheddingOptions = { minRate: 1, maxRate: 1 };

/** A middleware that does nothing: what Middy takes for any middleware. */
export const EMPTY: MiddlewareObj = { before: () => undefined, after: () => undefined, onError: () => undefined };

/** The middleware that others are measured by. */
export function emptyMiddleware(): Contender {
  return requests('a middleware that does nothing', 200, () => EMPTY);
}

/** Middlewares that let a request pass. */
export function admittingMiddlewares(): Contender[] {
  return [
    requests('load shedding, switched off', 200, (clock) => shedding({ enabled: false }, clock)),
    requests('bulkhead in process', 200, (clock) => bulkhead(bulkheadOf(10), { clock, sink: SINK, environment: {} }) as MiddlewareObj),
  ];
}

/** Middlewares that answer in place of the handler. */
export function refusingMiddlewares(): Contender[] {
  const refuseWithError = (): never => {
    throw Object.assign(new Error('too much to do'), { statusCode: 503, expose: true });
  };
  return [
    requests('a middleware that answers 503 itself', 503, () => ({ before: () => ({ statusCode: 503, body: '' }) })),
    requests('a middleware that throws an `Error` with status 503, `httpErrorHandler` around it', 503, () => ({ before: refuseWithError }), httpErrorHandler({ logger: false }) as MiddlewareObj),
    requests('load shedding', 503, (clock) => shedding(ALL, clock)),
    requests('bulkhead in process, full', 429, (clock) => fullBulkhead(clock)),
  ];
}

/** Decisions without Middy; the first is an admission. */
export function decisions(): Contender[] {
  const dependencies = { clock: new PacedClock(), sink: SINK, environment: {} };
  const shedder = createLoadShedder(ALL, dependencies);
  return [
    admissions(createLoadShedder({}, dependencies), dependencies.clock),
    refusals('`acquire`, which throws a refusal', LoadShedError, () => shedder.acquire(CALL)),
    refusals('an `Error` that is thrown and caught, with the frames that Node keeps', RangeError, () => {
      throw new RangeError('too much to do');
    }),
  ];
}

function requests(name: string, statusCode: 200 | 503 | 429, make: (clock: PacedClock) => MiddlewareObj, outer?: MiddlewareObj): Contender {
  const clock = new PacedClock();
  const middlewares = [...(outer === undefined ? [] : [outer]), make(clock)];
  const chain = new MeasuredChain({ middlewares, clock, paceMs: PACE_MS, statusCode });
  return { name, play: (calls) => chain.play(calls) };
}

function shedding(options: LoadSheddingOptions, clock: PacedClock): MiddlewareObj {
  return loadShedding(options, { clock, sink: SINK, environment: {} }) as MiddlewareObj;
}

function bulkheadOf(maxConcurrent: number) {
  return { name: 'bench', shared: false, maxConcurrent, queueSize: 0 };
}

function fullBulkhead(clock: PacedClock): MiddlewareObj {
  const full = createBulkhead(bulkheadOf(1), { clock, sink: SINK, environment: {} });
  // Held for good.
  if (full.acquire({}) instanceof Promise) throw new Error('the first call had to wait');
  return bulkhead(full) as MiddlewareObj;
}

function admissions(shedder: LoadShedder, clock: PacedClock): Contender {
  return loop('`acquire` and `settle`', (calls) => {
    for (let call = 0; call < calls; call += 1) {
      void shedder.acquire(CALL).settle(SUCCESS);
      clock.advance(PACE_MS);
    }
    return calls - shedder.statistics.shed;
  });
}

function refusals(name: string, kind: new (...args: never[]) => Error, attempt: () => unknown): Contender {
  return loop(name, (calls) => {
    let refused = 0;
    for (let call = 0; call < calls; call += 1) {
      try {
        attempt();
      } catch (error) {
        if (error instanceof kind) refused += 1;
      }
    }
    return refused;
  });
}

/** Every call has to come to the same end. */
function loop(name: string, run: (calls: number) => number): Contender {
  return {
    name,
    play: async (calls) => {
      let ended = 0;
      const ns = await timeLoop(calls, async () => void (ended = run(calls)));
      if (ended !== calls) throw new Error(`${name}: ${ended} of ${calls} calls ended as they should`);
      return ns;
    },
  };
}
