import type { Environment } from '../config/configuration.ts';

/** Headers by which a request is known to belong to a trace. */
export interface TraceHeaders {
  /** The trace of W3C Trace Context. */
  readonly traceparent?: string | undefined;
  /** What vendors add to it. */
  readonly tracestate?: string | undefined;
  /** The trace of AWS X-Ray. */
  readonly 'x-amzn-trace-id'?: string | undefined;
}

/** Where the trace of the work in hand is read; undefined where there is none. */
export type TraceSource = () => TraceHeaders | undefined;

const VARIABLE = '_X_AMZN_TRACE_ID';
const NAMES = ['traceparent', 'tracestate', 'x-amzn-trace-id'] as const;
const PRINTABLE = /^[\x20-\x7e]{1,1024}$/;

/** Reads the trace that Lambda puts into the environment for each invocation. */
export function lambdaTrace(environment: () => Environment): TraceSource {
  return () => ({ 'x-amzn-trace-id': environment()[VARIABLE] });
}

/** Hands a trace on. What the caller has set stays as it is, and where there is no trace none is made up. */
export function propagateTrace(headers: Headers, source: TraceSource): void {
  // A state belongs to the trace it came with.
  if (NAMES.some((name) => headers.has(name))) return;
  const trace = source() ?? {};
  for (const name of NAMES) {
    const value = trace[name];
    if (value !== undefined && PRINTABLE.test(value)) headers.set(name, value);
  }
}
