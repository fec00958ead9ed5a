import { BULKHEAD_DEFAULTS, bulkhead, createBulkhead, type BulkheadMiddlewareOptions, type BulkheadRequestOptions } from '../bulkhead/index.ts';
import { givenOf } from '../core/record.ts';
import { partsOfClients } from './client-piece.ts';
import { codeOptions, type Piece, type Workshop } from './workshop.ts';

/** Innermost: a slot is taken last and held only while the handler runs. */
export const bulkheadPiece: Piece = (workshop) => {
  const { dependencies } = workshop;
  const lent = partsOfClients(workshop, 'bulkhead');
  const bulkheads = workshop.named('bulkheads', (options: BulkheadMiddlewareOptions) => {
    const { identity: _identity, priorityFrom: _priority, ...own } = options;
    return lent.get(own.name) ?? createBulkhead(own, { ...workshop.sources, ...givenOf({ store: dependencies.bulkheadStore }) });
  });
  workshop.parts.bulkheads = new Map([...lent, ...bulkheads]);
  const inbound = workshop.takeInbound('bulkheads', bulkheads, BULKHEAD_DEFAULTS.inbound);
  return () => inbound.flatMap((each) => workshop.adapted(`bulkheads.${each.name}`, () => bulkhead(each, requestOptions(workshop, each.name))));
};

function requestOptions({ options: { identity: common, bulkheads } }: Workshop, name: string): BulkheadRequestOptions {
  const { identity = common, priorityFrom }: BulkheadRequestOptions = codeOptions(bulkheads?.[name]);
  return { identity, priorityFrom };
}
