import { circuitCheck, createHealth, healthCheck, observabilityCheck, type HealthCheck, type HealthCheckOptions } from '../health/index.ts';
import { givenOf } from '../core/record.ts';
import type { Piece, Workshop } from './workshop.ts';

const OFF: HealthCheckOptions = { enabled: false };

/** Before everything that may refuse: health requests are never limited or shed. */
export const healthPiece: Piece = (workshop) => {
  const { options, configuration, profile } = workshop;
  const { paths, authorize, cors, statusHeader, ...own } = options.health === false ? OFF : (options.health ?? {});
  const health = workshop.attempt('health', () => {
    const made = createHealth({ ...profile.health, ...configuration.overrides.health, ...givenOf(own) }, workshop.sources);
    const isTaken = ({ name }: HealthCheck) => made.options.checks.some((check) => check.name === name);
    for (const check of ownChecks(workshop)) if (!isTaken(check)) made.register(check);
    return made;
  });
  if (health === undefined) return () => [];
  workshop.parts.health = health;
  return () => {
    if (!health.options.enabled) return [];
    const middleware = workshop.attempt('health', () => healthCheck(health, { paths, authorize, cors, statusHeader }));
    return middleware === undefined ? [] : [middleware];
  };
};

/** What can be looked at without asking anybody. None is required: an open circuit has an answer of its own. */
function ownChecks(workshop: Workshop): HealthCheck[] {
  const { parts } = workshop;
  const { observability } = parts;
  return [
    // Circuits are made later.
    ...(workshop.names('circuits').length > 0 ? [circuitCheck('circuits', () => parts.circuits?.values() ?? [])] : []),
    ...(observability === undefined ? [] : [observabilityCheck('observability', observability)]),
  ];
}
