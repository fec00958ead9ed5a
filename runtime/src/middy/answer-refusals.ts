import type { Request } from '@middy/core';
import { isRejection } from '../core/errors.ts';
import type { GateMiddleware } from './gate-middleware.ts';
import { httpAnswer, isHttpEvent } from './http.ts';

/**
 * Answers refusals that the handler got from a policy of its own and let through, such as that of an open circuit around a call:
 * HTTP events get status, `Retry-After` and body as if the policy stood around the handler. What somebody further in has
 * answered stays, and so do other errors and events.
 */
export function answerRefusals(): GateMiddleware {
  function refusalsBefore(): void {
    // Nothing is refused here.
  }

  function refusalsOnError(request: Request): void {
    const error: unknown = request.error;
    if (request.response === undefined && isRejection(error) && isHttpEvent(request.event)) request.response = httpAnswer(error, request.event);
  }

  return { before: refusalsBefore, after: refusalsBefore, onError: refusalsOnError };
}
