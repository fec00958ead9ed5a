import { BULKHEAD_DEFAULTS, bulkhead, createBulkhead, type BulkheadMiddlewareOptions, type BulkheadRequestOptions } from '../bulkhead/index.ts';
import { givenOf } from '../core/record.ts';
import type { Piece, Workshop } from './workshop.ts';

/** Innermost: a slot is taken last and held only while the handler runs. */
export const bulkheadPiece: Piece = (workshop) => {
  const { dependencies } = workshop;
  const { bulkheads: lent } = workshop.lent;
  const bulkheads = workshop.named('bulkheads', (options: BulkheadMiddlewareOptions) => {
    const { identity: _identity, priorityFrom: _priority, ...own } = options;
    return lent.get(own.name) ?? createBulkhead(own, { ...workshop.sources, ...givenOf({ store: dependencies.bulkheadStore }) });
  });
  workshop.parts.bulkheads = new Map([...lent, ...bulkheads]);
  const inbound = workshop.takeInbound('bulkheads', bulkheads, BULKHEAD_DEFAULTS.inbound);
  return () =>
    inbound.flatMap((each) => {
      const middleware = workshop.attempt(`bulkheads.${each.name}`, () => bulkhead(each, requestOptions(workshop, each.name)));
      return middleware === undefined ? [] : [middleware];
    });
};

function requestOptions({ options: { identity: common, bulkheads } }: Workshop, name: string): BulkheadRequestOptions {
  const given = bulkheads?.[name];
  const { identity = common, priorityFrom }: BulkheadRequestOptions = given === false ? {} : (given ?? {});
  return { identity, priorityFrom };
}
