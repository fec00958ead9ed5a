import type { StoreErrorReason } from '../core/events.ts';

const REASON_BY_NAME: Readonly<Record<string, StoreErrorReason>> = {
  AbortError: 'timeout',
  TimeoutError: 'timeout',
  ProvisionedThroughputExceededException: 'throttled',
  ThrottlingException: 'throttled',
  RequestLimitExceeded: 'throttled',
  LimitExceededException: 'throttled',
  AccessDeniedException: 'denied',
  UnrecognizedClientException: 'denied',
  ExpiredTokenException: 'denied',
  CredentialsProviderError: 'denied',
};

const CONNECTION_CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

/** Codes of a connection that died, as opposed to one that never came about: typical of a socket closed during a freeze. */
const DEAD_CONNECTION_CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE']);

/** The reason behind an error of the SDK. The code goes before the name: the SDK calls a reset a `TimeoutError` too. */
export function reasonOf(error: unknown): StoreErrorReason {
  if (CONNECTION_CODES.has(property(error, 'code'))) return 'unreachable';
  return REASON_BY_NAME[String(property(error, 'name'))] ?? 'other';
}

/** Whether the request failed because its connection was dead, in which case a fresh one may well work. */
export function isDeadConnection(error: unknown): boolean {
  return DEAD_CONNECTION_CODES.has(property(error, 'code')) || property(error, 'message') === 'socket hang up';
}

/** Whether the error is DynamoDB's answer that a condition did not hold. */
export function isConditionFailure(error: unknown): boolean {
  return property(error, 'name') === 'ConditionalCheckFailedException';
}

/** A property of something that may not be an object. */
export function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
