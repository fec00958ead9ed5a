import type { ResilienceEvent } from '../core/events.ts';
import type { RequestResult } from './request-result.ts';

/** A request ended. */
export interface RequestCompletedEvent extends ResilienceEvent {
  readonly type: 'request.completed';
  /** What became of it, as far as the service can help it. */
  readonly result: RequestResult;
  /** Milliseconds from the first to the last middleware; absent where nobody saw it end. */
  readonly durationMs?: number | undefined;
  /** Method of an HTTP request. */
  readonly method?: string | undefined;
  /** Route of an HTTP request, as a template. */
  readonly route?: string | undefined;
  /** What was asked for, see `operationOf`. */
  readonly operation?: string | undefined;
  /** On whose behalf. */
  readonly tenant?: string | undefined;
  /** By whom. */
  readonly user?: string | undefined;
  /** Status of the answer, where it has one. */
  readonly statusCode?: number | undefined;
  /** Name of the error, or the status, behind a request that the service failed. */
  readonly errorType?: string | undefined;
  /** The error behind a request that the service failed. */
  readonly error?: unknown;
  /** Bytes of the body of the answer, where they are known. */
  readonly responseBytes?: number | undefined;
  /** Whether it was the first request of its environment. */
  readonly coldStart: boolean;
  /** Requests in flight in this environment, this one included. */
  readonly active: number;
  /** Whether its line is to be written, if it went well. */
  readonly sampled: boolean;
  /** Body of the request as it may be logged, where that is switched on. */
  readonly request?: unknown;
  /** Body of the answer as it may be logged, where that is switched on. */
  readonly response?: unknown;
}

/** Part of the observability failed. The request concerned was not touched. */
export interface ObservabilityFailedEvent extends ResilienceEvent {
  readonly type: 'observability.failed';
  /** What it threw. */
  readonly error: unknown;
}

/** Everything that the observability itself reports. */
export type ObservabilityEvent = RequestCompletedEvent | ObservabilityFailedEvent;
