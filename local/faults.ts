/** What a client receives in place of DynamoDB's answer. */
export type FaultAnswer = 'reset' | 'hang' | 'truncated' | HttpAnswer;

/** A complete HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** One way in which a request goes wrong. Built by {@link faults}. */
export interface Fault {
  readonly name: string;
  /** Whether DynamoDB receives the request, and applies it if it is a write. */
  readonly applied: boolean;
  /** What the client receives; without it, DynamoDB's own answer. */
  readonly answer?: FaultAnswer;
  /** Wait before the request is forwarded, in milliseconds. */
  readonly beforeMs?: number;
  /** Wait before the answer is handed back, in milliseconds. */
  readonly afterMs?: number;
}

const DYNAMODB = 'com.amazonaws.dynamodb.v20120810#';
const AVAILABILITY = 'com.amazon.coral.availability#';
const SERVICE = 'com.amazon.coral.service#';

/** Every fault the proxy knows. "Before apply": nothing was written. "After apply": the write took effect. */
export const faults = {
  /** Request rate too high for the partition or the account: HTTP 400, `ThrottlingException`. */
  throttling: () => error(AVAILABILITY, 'ThrottlingException', 400, 'Rate exceeded'),
  /** Throughput of the table or partition exceeded: HTTP 400, `ProvisionedThroughputExceededException`. */
  provisionedThroughputExceeded: () =>
    error(DYNAMODB, 'ProvisionedThroughputExceededException', 400, 'The level of configured throughput was exceeded'),
  /** Account limit: HTTP 400, `RequestLimitExceeded`. */
  requestLimitExceeded: () => error(DYNAMODB, 'RequestLimitExceeded', 400, 'Throughput exceeds the account limit'),
  /** Another transaction works on the item: HTTP 400, `TransactionConflictException`. */
  transactionConflict: () =>
    error(DYNAMODB, 'TransactionConflictException', 400, 'Transaction is ongoing for the item'),
  /** The function's role lacks the grant: HTTP 400, `AccessDeniedException`. */
  accessDenied: () => error(SERVICE, 'AccessDeniedException', 400, 'User is not authorized to perform this action'),
  /** DynamoDB itself failed: HTTP 500, `InternalServerError`. */
  internalServerError: () => error(DYNAMODB, 'InternalServerError', 500, 'Internal server error'),
  /** DynamoDB is not available: HTTP 503, `ServiceUnavailable`. */
  serviceUnavailable: () => error(AVAILABILITY, 'ServiceUnavailable', 503, 'The service is unavailable'),
  /** Something between client and DynamoDB answers in HTML: HTTP 500. */
  html: () => fault('html', false, { status: 500, contentType: 'text/html', body: '<html>Bad gateway</html>' }),
  /** The connection breaks before DynamoDB has the request. */
  resetBeforeApply: () => fault('resetBeforeApply', false, 'reset'),
  /** The request vanishes; the connection stays open without an answer. */
  hangBeforeApply: () => fault('hangBeforeApply', false, 'hang'),
  /** Lost reply: applied, then the connection breaks. */
  resetAfterApply: () => fault('resetAfterApply', true, 'reset'),
  /** Silent reply: applied, then nothing more comes. */
  hangAfterApply: () => fault('hangAfterApply', true, 'hang'),
  /** Applied, then answered with HTTP 500, `InternalServerError`. */
  internalServerErrorAfterApply: () => ({
    ...error(DYNAMODB, 'InternalServerError', 500, 'Internal server error'),
    name: 'internalServerErrorAfterApply',
    applied: true,
  }),
  /** Applied, then half of the answer's body arrives before the connection ends. */
  truncatedBody: () => fault('truncatedBody', true, 'truncated'),
  /** A slow but correct answer; both waits in milliseconds. Adds to whatever else befalls the request. */
  latency: (wait: { readonly beforeMs?: number; readonly afterMs?: number }): Fault => ({
    name: 'latency',
    applied: true,
    ...wait,
  }),
} as const;

/** What an outcome of several rules on one request amounts to. */
export interface CombinedFault {
  readonly applied: boolean;
  readonly answer: FaultAnswer | undefined;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** Sums up faults that befall one request: waits add up, and one of them at most has an answer. */
export function combine(selected: readonly Fault[]): CombinedFault {
  const sum = (of: (each: Fault) => number | undefined): number =>
    selected.reduce((total, each) => total + (of(each) ?? 0), 0);
  return {
    applied: selected.every((each) => each.applied),
    answer: selected.find((each) => each.answer !== undefined)?.answer,
    beforeMs: sum((each) => each.beforeMs),
    afterMs: sum((each) => each.afterMs),
  };
}

function fault(name: string, applied: boolean, answer: FaultAnswer): Fault {
  return { name, applied, answer };
}

function error(namespace: string, type: string, status: number, message: string): Fault {
  const body = JSON.stringify({ __type: namespace + type, message });
  return fault(type, false, { status, contentType: 'application/x-amz-json-1.0', body });
}
