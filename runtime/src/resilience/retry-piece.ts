import { givenOf } from '../core/record.ts';
import { createRetry, retry, type RetryMiddlewareOptions } from '../retry/index.ts';
import { codeOptions, type Piece } from './workshop.ts';

/** Innermost: a request is admitted, counted and timed once, however often its handler runs. */
export const retryPiece: Piece = (workshop) => {
  const { configuration, dependencies, options, parts } = workshop;
  const { identity = options.identity, ...own }: RetryMiddlewareOptions = codeOptions(options.retry);
  // What the stack declares has what the environment overrides.
  const under = configuration.retry ?? configuration.overrides.retry;
  const made = workshop.wanted('retry', () =>
    createRetry({ ...under, ...givenOf(own) }, { ...workshop.sources, ...givenOf({ budgets: dependencies.retryBudgets }) }),
  );
  parts.retry = made;
  return () => (made === undefined ? [] : workshop.adapted('retry', () => retry(made, { identity })));
};
