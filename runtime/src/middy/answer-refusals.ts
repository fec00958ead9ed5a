import type { Request } from '@middy/core';
import { isResilienceError } from '../core/errors.ts';
import type { GateMiddleware } from './gate-middleware.ts';
import { httpAnswer, isHttpEvent } from './http.ts';

/**
 * Answers what the handler got from a policy of its own and let through: the refusal of an open circuit around a call, attempts
 * that are exhausted, a dependency that cannot be reached. HTTP events get status, `Retry-After` and body as if the policy stood
 * around the handler. What somebody further in has answered stays, and so do other errors, those that are not for callers, and
 * other events.
 */
export function answerRefusals(): GateMiddleware {
  function refusalsBefore(): void {
    // Nothing is refused here.
  }

  function refusalsOnError(request: Request): void {
    const error: unknown = request.error;
    if (request.response !== undefined || !isResilienceError(error) || !error.expose) return;
    if (isHttpEvent(request.event)) request.response = httpAnswer(error, request.event);
  }

  return { before: refusalsBefore, after: refusalsBefore, onError: refusalsOnError };
}
