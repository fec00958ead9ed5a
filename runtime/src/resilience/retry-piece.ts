import { givenOf } from '../core/record.ts';
import { createRetry, retry } from '../retry/index.ts';
import type { Piece } from './workshop.ts';

/** Innermost: a request is admitted, counted and timed once, however often its handler runs. */
export const retryPiece: Piece = (workshop) => {
  const { configuration, dependencies, options, parts } = workshop;
  const given = options.retry;
  // A handler runs more than once only if somebody says so.
  if (given === false || (given === undefined && configuration.retry === undefined)) return () => [];
  const { identity = options.identity, ...own } = given ?? {};
  // What the stack declares has what the environment overrides.
  const under = configuration.retry ?? configuration.overrides.retry;
  const made = workshop.attempt('retry', () =>
    workshop.kept('retry', configuration.retry, () =>
      createRetry({ ...under, ...givenOf(own) }, { ...workshop.sources, ...givenOf({ budgets: dependencies.retryBudgets }) }),
    ),
  );
  parts.retry = made;
  if (made === undefined) return () => [];
  workshop.inbound.push(made);
  return () => {
    const middleware = workshop.attempt('retry', () => retry(made, { identity }));
    return middleware === undefined ? [] : [middleware];
  };
};
