import { createObservability, makeObservability, observability, type Observability } from '../observability/index.ts';
import { givenOf } from '../core/record.ts';
import type { Piece } from './workshop.ts';

/** Outermost, so that it sees everything, refusals included; made first, so that everything reports to it. */
export const observabilityPiece: Piece = (workshop) => {
  const { options, dependencies, configuration, profile } = workshop;
  if (options.observability === false) return () => [];
  const { identity = options.identity, operationOf, correlationIdOf, ...own } = options.observability ?? {};
  const { tracing, ...preset } = profile.observability;
  const presets = { ...preset, ...(tracing === true && dependencies.tracer !== undefined && { tracing }) };
  // What takes events from everywhere is set elsewhere, where it outlives this one.
  const create = workshop.lasting === undefined ? createObservability : makeObservability;
  const observed = workshop.attempt('observability', () =>
    workshop.kept('observability', configuration.observability, (before?: Observability) => {
      const made = create({ ...presets, ...configuration.observability, ...givenOf(own) }, dependencies);
      if (before !== undefined) made.countOnFrom(before);
      return made;
    }),
  );
  workshop.parts.observability = observed;
  return () =>
    observed === undefined ? [] : workshop.adapted('observability', () => observability(observed, { identity, operationOf, correlationIdOf }));
};
