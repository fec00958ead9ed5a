import { createLoadShedder, loadShedding } from '../load-shedding/index.ts';
import { givenOf } from '../core/record.ts';
import type { Piece } from './workshop.ts';

/** Outside of everything else that refuses, so that shedding costs least; only health is asked for before it. */
export const loadSheddingPiece: Piece = (workshop) => {
  const { dependencies, configuration, options } = workshop;
  const given = options.loadShedding;
  // A function sheds its load only if somebody says so.
  if (given === false || (given === undefined && configuration.loadShedding === undefined)) return () => [];
  const { priority, priorityOf, exemptPaths, identity = options.identity, ...own } = given ?? {};
  const shedder = workshop.attempt('loadShedding', () =>
    workshop.kept('loadShedding', configuration.loadShedding, () =>
      createLoadShedder(own, { ...workshop.sources, ...givenOf({ probe: dependencies.loadProbe }) }),
    ),
  );
  workshop.parts.loadShedding = shedder;
  if (shedder === undefined) return () => [];
  workshop.inbound.push(shedder);
  return () => {
    const middleware = workshop.attempt('loadShedding', () => loadShedding(shedder, { priority, priorityOf, exemptPaths, identity }));
    return middleware === undefined ? [] : [middleware];
  };
};
