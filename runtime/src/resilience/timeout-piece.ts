import { givenOf } from '../core/record.ts';
import { createTimeout, timeout } from '../timeout/index.ts';
import type { Piece } from './workshop.ts';

/** Within everything that refuses, so that the time is that of the work; around the retry, so that it is the time of all attempts. */
export const timeoutPiece: Piece = (workshop) => {
  const { configuration, options, parts, live } = workshop;
  const given = options.timeout;
  // Work is cut short only if somebody says so.
  if (given === false || (given === undefined && configuration.timeout === undefined)) return () => [];
  const { identity = options.identity, priority, priorityOf, deadlineHeader, ...own } = given ?? {};
  // Whoever sheds load knows what it is.
  const known = parts.loadShedding === undefined ? {} : { load: () => live().loadShedding?.statistics };
  const made = workshop.attempt('timeout', () =>
    workshop.kept('timeout', configuration.timeout, () => createTimeout({ ...known, ...configuration.timeout, ...givenOf(own) }, workshop.sources)),
  );
  parts.timeout = made;
  if (made === undefined) return () => [];
  workshop.inbound.push(made);
  return () => {
    const middleware = workshop.attempt('timeout', () => timeout(made, { identity, priority, priorityOf, deadlineHeader }));
    return middleware === undefined ? [] : [middleware];
  };
};
