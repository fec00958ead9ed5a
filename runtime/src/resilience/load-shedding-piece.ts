import { createLoadShedder, loadShedding, type LoadSheddingMiddlewareOptions } from '../load-shedding/index.ts';
import { givenOf } from '../core/record.ts';
import { codeOptions, type Piece } from './workshop.ts';

/** Outside of everything else that refuses, so that shedding costs least; only health is asked for before it. */
export const loadSheddingPiece: Piece = (workshop) => {
  const { dependencies, options, parts } = workshop;
  const { priority, priorityOf, exemptPaths, identity = options.identity, ...own }: LoadSheddingMiddlewareOptions = codeOptions(options.loadShedding);
  const made = workshop.wanted('loadShedding', () => createLoadShedder(own, { ...workshop.sources, ...givenOf({ probe: dependencies.loadProbe }) }));
  parts.loadShedding = made;
  return () => (made === undefined ? [] : workshop.adapted('loadShedding', () => loadShedding(made, { priority, priorityOf, exemptPaths, identity })));
};
