import { isRecord } from './record.ts';
import { maskSecrets } from './secrets.ts';

/** An error as a line shows it. */
export interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly stack?: string | undefined;
  readonly cause?: LoggedError | undefined;
}

const MAXIMUM_TEXT = 1024;
const MAXIMUM_STACK = 8192;
const MAXIMUM_CAUSES = 3;

/**
 * An error as a line shows it: name, text, code, stack and a few causes, and nothing else that hangs on it, because clients hang
 * requests on their errors, with the headers that carry tokens. What looks like a secret in its texts is masked. Never throws.
 */
export function loggedError(error: unknown, causes = MAXIMUM_CAUSES): LoggedError {
  try {
    if (!(error instanceof Error) && !isRecord(error)) return { name: typeof error, message: textOf(String(error), MAXIMUM_TEXT) ?? '' };
    const { name, message, code, stack, cause } = error as Readonly<Record<string, unknown>>;
    return {
      name: textOf(name, MAXIMUM_TEXT) ?? 'object',
      message: textOf(message, MAXIMUM_TEXT) ?? '',
      ...optional('code', textOf(code, MAXIMUM_TEXT)),
      ...optional('stack', textOf(stack, MAXIMUM_STACK)),
      ...optional('cause', cause === undefined || causes === 0 ? undefined : loggedError(cause, causes - 1)),
    };
  } catch {
    return { name: 'unreadable', message: '' };
  }
}

function optional<Value>(name: string, value: Value | undefined): Readonly<Record<string, Value>> {
  return value === undefined ? {} : { [name]: value };
}

function textOf(value: unknown, length: number): string | undefined {
  // Cut first, so that a text without end costs no more than a long one; twice the length, so that no secret is cut in half.
  return typeof value === 'string' ? maskSecrets(value.slice(0, 2 * length)).slice(0, length) : undefined;
}
