import type { ResolvedRetryOptions, RetryableCall } from './options.ts';
import type { RetryReporter } from './reporter.ts';

/** Methods that may be repeated (RFC 9110, 9.2.2). */
const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Whether a call may be made more than once. */
export function isRepeatable(call: RetryableCall, options: ResolvedRetryOptions, reporter: RetryReporter): boolean {
  const { idempotentOnly, isIdempotent } = options;
  if (isIdempotent !== undefined) {
    const said = reporter.ask(() => ({ answer: isIdempotent(call) }));
    // What is not known to be harmless is not done twice.
    if (said === undefined) return false;
    if (said.answer !== undefined) return said.answer;
  }
  const { method, idempotencyKey } = call;
  if (!idempotentOnly || method === undefined) return true;
  return IDEMPOTENT_METHODS.has(method.toUpperCase()) || (idempotencyKey !== undefined && idempotencyKey !== '');
}
