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
  const { circuitStore: _circuits, rateLimitStore: _limits, bulkheadStore: _bulkheads, retryBudgets: _budgets, ...others } = dependencies;
  const { fetch: _fetch, loadProbe: _probe, sleep: _sleep, ...parts } = others;
  // What takes events from everywhere is set elsewhere, where it outlives this one.
  const create = workshop.lasting === undefined ? createObservability : makeObservability;
  const observed = workshop.attempt('observability', () =>
    workshop.kept('observability', configuration.observability, (before?: Observability) => {
      const made = create({ ...presets, ...configuration.observability, ...givenOf(own) }, parts);
      if (before !== undefined) made.countOnFrom(before);
      return made;
    }),
  );
  workshop.parts.observability = observed;
  return () => {
    const middleware = observed && workshop.attempt('observability', () => observability(observed, { identity, operationOf, correlationIdOf }));
    return middleware === undefined ? [] : [middleware];
  };
};
