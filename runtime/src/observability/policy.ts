import type { Clock } from '../core/clock.ts';
import { several, type EventSink } from '../core/events.ts';
import type { Random } from '../core/random.ts';
import type { ObservabilityFailedEvent, RequestCompletedEvent } from './events.ts';
import { lambdaContext, remainingMs, type LambdaContext } from './lambda-context.ts';
import type { ResolvedObservabilityOptions } from './options.ts';
import type { LoggerLike, StoredMetrics, TracerLike } from './powertools.ts';
import type { PowertoolsSink, SinkStatistics } from './powertools-sink.ts';
import { countedEnd, type RequestEnd } from './request-result.ts';
import { annotateEvent, openTrace, type RequestTrace } from './trace.ts';

/** What is known of a request when it begins. */
export interface RequestDescription {
  /** Whether its caller sees a status. */
  readonly isHttp: boolean;
  readonly method?: string | undefined;
  readonly route?: string | undefined;
  readonly operation?: string | undefined;
  readonly tenant?: string | undefined;
  readonly user?: string | undefined;
  /** Under which the lines of a request that crosses several services are found. */
  readonly correlationId?: string | undefined;
}

/** What is known of a request when it has ended. */
export interface DescribedEnd extends RequestEnd {
  /** Bytes of the body of the answer, where they are known. */
  readonly responseBytes?: number | undefined;
  /** Bodies as they may be logged; asked for only if a line shows them. */
  readonly bodies?: (() => { readonly request?: unknown; readonly response?: unknown }) | undefined;
}

/** A request that is being observed. */
export interface ObservedRequest {
  /**
   * Reports the request and sends everything that is held back. Only the first call has an effect.
   *
   * @param end How it ended; undefined where it is no request to count, such as one about the function's health.
   */
  end(end: DescribedEnd | undefined): void;
}

/** What the observability of a function has done since it was made, in this environment. */
export interface ObservabilityStatistics extends SinkStatistics {
  /** Requests that began. */
  readonly requests: number;
  /** Requests in flight. */
  readonly active: number;
  /** Requests that were traced. */
  readonly traces: number;
  /** When the last trace was closed, in epoch milliseconds; undefined if none was. */
  readonly lastTraceAtMs: number | undefined;
  /** Sinks, extractors and callbacks that threw. */
  readonly errors: number;
}

/** What the observability works with. */
export interface ObservabilityParts {
  readonly clock: Clock;
  readonly random: Random;
  /** Name of the service. */
  readonly service: string;
  /** Counts and logs events. */
  readonly sink: PowertoolsSink;
  /** Carries the keys of requests; undefined where nothing is logged. */
  readonly logger: LoggerLike | undefined;
  /** The application's own metrics. */
  readonly metrics: StoredMetrics | undefined;
  /** Undefined where nothing is traced. */
  readonly tracer: TracerLike | undefined;
  /** Whether one environment serves several requests at once, as Managed Instances do. */
  readonly concurrent: boolean;
}

interface OpenRequest extends ObservedRequest {
  readonly deadlineMs: number;
  /** Ends it long after the fact, when is not known; one that nobody has answered yet only if it is late. */
  readonly forget: (isLate: boolean) => void;
}

/** What a request has put where the next one would find it. */
interface Leftovers {
  readonly trace: RequestTrace | undefined;
  readonly keys: readonly string[];
}

const NOTHING_LEFT: Leftovers = { trace: undefined, keys: [] };

/** When and how a request began. */
interface Beginning {
  readonly startedAtMs: number;
  readonly coldStart: boolean;
  readonly sampled: boolean;
}

/** What Lambda allows. */
const LONGEST_REQUEST_MS = 900_000;

/** A request that nobody has seen end may be forgotten this long after its deadline. */
const FORGET_AFTER_MS = 60_000;

/**
 * Logs, counts and traces requests, and takes in the events of all policies. Whatever it is given that throws is counted and
 * touches no request.
 */
export class Observability {
  /** Where policies report to. */
  readonly sink: EventSink;
  readonly options: ResolvedObservabilityOptions;
  readonly clock: Clock;
  readonly #parts: ObservabilityParts;
  readonly #open = new Set<OpenRequest>();
  #requests = 0;
  #traces = 0;
  #lastTraceAtMs: number | undefined;
  #errors = 0;

  constructor(options: ResolvedObservabilityOptions, parts: ObservabilityParts) {
    this.options = options;
    this.#parts = parts;
    this.clock = parts.clock;
    const { tracer } = parts;
    // Outside of a request there is no subsegment to write to.
    const annotations: EventSink = { emit: (event) => tracer !== undefined && this.#open.size > 0 && annotateEvent(tracer, event) };
    const sinks = [parts.sink, ...(tracer === undefined ? [] : [annotations]), ...options.sinks];
    this.sink = several(sinks, (error) => this.failed('sink', error));
  }

  /** Goes on counting where another one of this environment is, in whose place it comes. What sinks count, they count themselves. */
  countOnFrom(before: Observability): void {
    this.#requests = before.#requests;
    this.#traces = before.#traces;
    this.#lastTraceAtMs = before.#lastTraceAtMs;
    this.#errors = before.#errors;
  }

  /**
   * Begins to observe a request.
   *
   * @param whenForgotten Says how it ended, if nobody has told until the next request of this environment begins.
   */
  begin(description: RequestDescription, context: unknown, whenForgotten: () => DescribedEnd | undefined = () => undefined): ObservedRequest {
    const startedAtMs = this.clock.nowMs();
    this.#forget(startedAtMs);
    this.#requests += 1;
    const beginning = { startedAtMs, coldStart: this.#requests === 1, sampled: this.#parts.random.next() < this.options.sampleRate };
    const lambda = lambdaContext(context);
    let left: Leftovers = { trace: this.#openTrace(), keys: this.#addKeys(description, lambda) };
    const end = (found: DescribedEnd | undefined, atMs: number | undefined): void => {
      if (!this.#open.delete(observed)) return;
      const event = found && this.attempt('response', () => this.#completed(description, found, beginning, atMs));
      this.#finish(event, left);
    };
    const observed: OpenRequest = {
      deadlineMs: startedAtMs + (this.attempt('context', () => remainingMs(lambda)) ?? LONGEST_REQUEST_MS),
      end: (found) => end(found, this.clock.nowMs()),
      forget: (isLate) => {
        const found = this.attempt('response', whenForgotten);
        // Where several requests run at once, what it left is out of reach, and what is within reach is another one's.
        if (this.#parts.concurrent) left = NOTHING_LEFT;
        if (found !== undefined || isLate) return end(found, undefined);
        if (left !== NOTHING_LEFT) this.#finish(undefined, left);
        left = NOTHING_LEFT;
      },
    };
    this.#open.add(observed);
    return observed;
  }

  /** Does something that may throw or reject, which is then reported and counted; undefined is given back if it threw. */
  attempt<T>(part: string, work: () => T): T | undefined {
    try {
      const result = work();
      // Nobody waits for it, and a rejection that nobody handles ends the process.
      if (result instanceof Promise) void result.catch((error: unknown) => this.failed(part, error));
      return result;
    } catch (error) {
      this.failed(part, error);
      return undefined;
    }
  }

  /** Reports that a part has failed. */
  failed(part: string, error: unknown): void {
    this.#errors += 1;
    try {
      const event: ObservabilityFailedEvent = { type: 'observability.failed', name: part, atMs: this.clock.nowMs(), error };
      // A sink that fails at every event must not be told of its own failures, again and again.
      (part === 'sink' ? this.#parts.sink : this.sink).emit(event);
    } catch {
      // There is nobody left to tell.
    }
  }

  /** What was done so far. */
  statistics(): ObservabilityStatistics {
    return {
      ...this.#parts.sink.statistics(),
      requests: this.#requests,
      active: this.#open.size,
      traces: this.#traces,
      lastTraceAtMs: this.#lastTraceAtMs,
      errors: this.#errors,
    };
  }

  #openTrace(): RequestTrace | undefined {
    const { tracer, service } = this.#parts;
    return tracer && this.attempt('tracer', () => openTrace(tracer, service));
  }

  #addKeys({ operation, tenant, user, correlationId }: RequestDescription, lambda: LambdaContext): string[] {
    const { logger } = this.#parts;
    if (logger === undefined) return [];
    const given = { correlation_id: correlationId, operation, tenant_id: tenant, user_id: user };
    const traceFields = this.attempt('extractor', () => this.options.traceFields?.());
    const all = Object.entries({ ...given, ...traceFields }).filter((entry): entry is [string, string] => entry[1] !== undefined);
    this.attempt('logger', () => {
      logger.refreshSampleRateCalculation();
      logger.addContext(lambda as never);
    });
    this.attempt('logger', () => logger.appendKeys(Object.fromEntries(all)));
    return all.map(([key]) => key);
  }

  #completed(
    { isHttp, method, route, operation, tenant, user }: RequestDescription,
    { response, error, responseBytes, bodies }: DescribedEnd,
    { startedAtMs, coldStart, sampled }: Beginning,
    endedAtMs: number | undefined,
  ): RequestCompletedEvent {
    const counted = countedEnd({ response, error }, isHttp);
    const hasLine = counted.result === 'error' || (sampled && this.options.level === 'detailed');
    return {
      type: 'request.completed',
      name: this.#parts.service,
      atMs: endedAtMs ?? startedAtMs,
      ...counted,
      durationMs: endedAtMs === undefined ? undefined : endedAtMs - startedAtMs,
      ...{ method, route, operation, tenant, user, responseBytes },
      ...(counted.result === 'error' && { error }),
      ...(hasLine && bodies !== undefined && this.attempt('body', bodies)),
      coldStart,
      active: this.#open.size + 1,
      sampled,
    };
  }

  #finish(event: RequestCompletedEvent | undefined, { trace, keys }: Leftovers): void {
    const { logger, metrics } = this.#parts;
    const nowMs = this.clock.nowMs();
    if (event !== undefined) this.sink.emit(event);
    if (trace !== undefined) {
      this.attempt('tracer', () => trace.close(event));
      this.#traces += 1;
      this.#lastTraceAtMs = nowMs;
    }
    this.attempt('metrics', () => metrics?.hasStoredMetrics() === true && metrics.publishStoredMetrics());
    this.sink.flush?.(nowMs);
    if (keys.length > 0) this.attempt('logger', () => logger?.removeKeys([...keys]));
  }

  /** Ends what nobody has seen end, because somebody answered early. */
  #forget(nowMs: number): void {
    if (this.#open.size === 0) return;
    for (const request of this.#open) {
      const isLate = request.deadlineMs + FORGET_AFTER_MS < nowMs;
      if (isLate || !this.#parts.concurrent) request.forget(isLate);
    }
  }
}
