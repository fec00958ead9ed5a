// Brands survive two copies of the package in one bundle, where `instanceof` would not.
const ERROR_BRAND = Symbol.for('resilient-lambda.error');
const REJECTION_BRAND = Symbol.for('resilient-lambda.rejection');

/** What every error of this library carries besides its message. */
export interface ResilienceErrorDetails {
  /** Machine-readable code, for example `CIRCUIT_OPEN`. */
  readonly code: string;
  /** HTTP status with which the error is answered. */
  readonly statusCode: number;
  /** Milliseconds until trying again may make sense; absent where waiting does not help. */
  readonly retryAfterMs?: number;
  /** Whether the message may be shown to the caller. Default true: it names no internals. */
  readonly expose?: boolean;
  /** Fields of the condition that may be shown to the caller, in the spelling of the HTTP body, for example `service`. */
  readonly publicFields?: Readonly<Record<string, string | number>>;
  /** The error behind this one. */
  readonly cause?: unknown;
}

/**
 * Base of all errors of this library. Carries `statusCode`, `expose` and `headers`, so that `@middy/http-error-handler`
 * renders it as it is.
 */
export class ResilienceError extends Error {
  /** Machine-readable code, for example `CIRCUIT_OPEN`. */
  readonly code: string;
  /** HTTP status with which the error is answered. */
  readonly statusCode: number;
  /** Whether the message may be shown to the caller; false where it names internals. */
  readonly expose: boolean;
  /** Milliseconds until trying again may make sense. */
  readonly retryAfterMs: number | undefined;
  /** Fields that the HTTP body shows besides `error`, `message`, `code` and `retry_after`. */
  readonly publicFields: Readonly<Record<string, string | number>>;

  constructor(message: string, details: ResilienceErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    // Written out here and in every class of ours: a minifier renames them.
    this.name = new.target === ResilienceError ? 'ResilienceError' : new.target.name;
    this.code = details.code;
    this.statusCode = details.statusCode;
    this.expose = details.expose ?? true;
    this.retryAfterMs = details.retryAfterMs;
    this.publicFields = details.publicFields ?? {};
    Object.defineProperty(this, ERROR_BRAND, { value: true });
  }

  /** HTTP headers of the answer: `Retry-After` in whole seconds, at least 1, where there is something to wait for. */
  get headers(): Record<string, string> {
    const seconds = retryAfterSeconds(this.retryAfterMs);
    return seconds === undefined ? {} : { 'Retry-After': String(seconds) };
  }
}

/** Sets how many frames an error keeps, and says how many it was. */
function keepFrames(frames: number): number {
  const { stackTraceLimit } = Error;
  // An assignment would throw where somebody has frozen what is built in.
  Reflect.set(Error, 'stackTraceLimit', frames);
  return stackTraceLimit;
}

/**
 * A call that a policy refused: it never reached the protected thing and is not a failure of it. Its stack holds no frames: they
 * would tell only where a policy refuses, and cost more than all the rest of a refusal, which matters when there are many.
 */
export class RejectedError extends ResilienceError {
  constructor(message: string, details: ResilienceErrorDetails) {
    const frames = keepFrames(0);
    super(message, details);
    keepFrames(frames);
    if (new.target === RejectedError) this.name = 'RejectedError';
    Object.defineProperty(this, REJECTION_BRAND, { value: true });
  }
}

/** Options or configuration that cannot work. Thrown once, at init, with every problem found. */
export class ConfigurationError extends ResilienceError {
  /** One sentence per problem: the option, the value seen, the remedy. */
  readonly problems: readonly string[];

  constructor(subject: string, problems: readonly string[], cause?: unknown) {
    super(`${subject}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`, {
      code: 'INVALID_CONFIGURATION',
      statusCode: 500,
      expose: false, // names variables, tables and values
      cause,
    });
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

/** Whether a value is an error of this library, also one of another copy of it. */
export function isResilienceError(error: unknown): error is ResilienceError {
  return isBranded(error, ERROR_BRAND);
}

/** Whether an error is the refusal of some policy, also one of another copy of this library. */
export function isRejection(error: unknown): error is RejectedError {
  return isBranded(error, REJECTION_BRAND);
}

/** Whole seconds for a `Retry-After` header: rounded up, at least 1 so that clients never spin; undefined stays undefined. */
export function retryAfterSeconds(retryAfterMs: number | undefined): number | undefined {
  return retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(retryAfterMs / 1000));
}

function isBranded(error: unknown, brand: symbol): boolean {
  return typeof error === 'object' && error !== null && brand in error;
}
