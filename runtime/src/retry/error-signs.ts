/**
 * Codes with which Node and undici say that a connection did not come about or broke. `ENOTFOUND` is among them, because a name
 * that moves is unknown for a moment; where the name is wrong, it costs a few short waits.
 */
export const NETWORK_CODES: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/**
 * Names of errors that pass by themselves. The throttling ones are those of the AWS SDK for JavaScript
 * (`@smithy/service-error-classification`), which come with the status 400; `TimeoutError` is that of the SDK and of
 * `AbortSignal.timeout`.
 */
export const TRANSIENT_NAMES: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
  'RequestTimeout',
  'RequestTimeoutException',
  'TimeoutError',
]);

/**
 * Codes of errors of this library that say nothing about the thing that is called, or that were tried often enough: their status
 * is not looked at.
 */
export const FINAL_CODES: ReadonlySet<string> = new Set(['RETRY_EXHAUSTED', 'INVALID_CONFIGURATION']);
