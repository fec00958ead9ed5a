import type { CallContext } from '../core/call-context.ts';

/** A call with what the calculator `adaptive` looks at. Absent means unknown. */
export interface TimedCall extends CallContext {
  /** How many query parameters the request has. */
  readonly queryParameters?: number;
  /** Size of the body of the request, in bytes. */
  readonly bodyBytes?: number;
}

/** What the calculator `load` looks at; the statistics of a load shedder are of this shape. What is not known is undefined. */
export interface TimeoutLoad {
  /** Share of the processor time that is used, 0 to 1. */
  readonly cpu?: number | undefined;
  /** Share of the memory that is used, 0 to 1. */
  readonly memory?: number | undefined;
  /** Requests in flight. */
  readonly inFlight?: number | undefined;
  /** Share of the requests that failed, 0 to 1. */
  readonly errorRate?: number | undefined;
}
