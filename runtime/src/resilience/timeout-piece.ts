import { givenOf } from '../core/record.ts';
import { createTimeout, timeout, type TimeoutMiddlewareOptions } from '../timeout/index.ts';
import { codeOptions, type Piece } from './workshop.ts';

/** Within everything that refuses, so that the time is that of the work; around the retry, so that it is the time of all attempts. */
export const timeoutPiece: Piece = (workshop) => {
  const { configuration, options, parts, live } = workshop;
  const { identity = options.identity, priority, priorityOf, deadlineHeader, ...own }: TimeoutMiddlewareOptions = codeOptions(options.timeout);
  // Whoever sheds load knows what it is.
  const known = parts.loadShedding === undefined ? {} : { load: () => live().loadShedding?.statistics };
  const made = workshop.wanted('timeout', () => createTimeout({ ...known, ...configuration.timeout, ...givenOf(own) }, workshop.sources));
  parts.timeout = made;
  return () => (made === undefined ? [] : workshop.adapted('timeout', () => timeout(made, { identity, priority, priorityOf, deadlineHeader })));
};
