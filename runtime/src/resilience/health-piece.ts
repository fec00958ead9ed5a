import { circuitCheck, createHealth, healthCheck, observabilityCheck, type Health, type HealthCheck, type HealthCheckOptions } from '../health/index.ts';
import { givenOf } from '../core/record.ts';
import { codeOptions, type Piece, type Workshop } from './workshop.ts';

/** Before everything that may refuse: health requests are never limited or shed. */
export const healthPiece: Piece = (workshop) => {
  const { options, configuration, profile } = workshop;
  const { paths, authorize, cors, statusHeader, ...own }: HealthCheckOptions = codeOptions(options.health);
  const health = workshop.attempt('health', () => {
    const make = () => createHealth({ ...profile.health, ...configuration.overrides.health, ...givenOf(own) }, workshop.sources);
    return workshop.kept('health', undefined, () => withChecks(make(), ownChecks(workshop)));
  });
  if (health === undefined) return () => [];
  workshop.parts.health = health;
  return () => (health.options.enabled ? workshop.adapted('health', () => healthCheck(health, { paths, authorize, cors, statusHeader })) : []);
};

function withChecks(health: Health, checks: readonly HealthCheck[]): Health {
  const isTaken = ({ name }: HealthCheck) => health.options.checks.some((check) => check.name === name);
  for (const check of checks) if (!isTaken(check)) health.register(check);
  return health;
}

/** What can be looked at without asking anybody. None is required: an open circuit has an answer of its own. */
function ownChecks(workshop: Workshop): HealthCheck[] {
  const { parts, live, lasting } = workshop;
  const { observability } = parts;
  // Circuits are made later, and may come with another configuration.
  const hasCircuits = lasting !== undefined || workshop.names('circuits').length > 0;
  return [
    ...(hasCircuits ? [circuitCheck('circuits', () => live().circuits?.values() ?? [])] : []),
    ...(observability === undefined ? [] : [observabilityCheck('observability', { statistics: () => (live().observability ?? observability).statistics() })]),
  ];
}
