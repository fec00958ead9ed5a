import { CircuitFleet } from '../../test/simulation/circuit-fleet.ts';
import type { PolicyFleetFactory } from '../../test/simulation/policy-fleet.ts';
import { PeerFleet } from './peer-fleet.ts';
import { PER_ENVIRONMENT_COUNT } from './per-environment-count.ts';
import { WHOLE_STATE } from './whole-state.ts';

/** What is compared, by the name it goes by in the table. */
export const DESIGNS = {
  'per-environment consecutive count, shared state': (run) => new PeerFleet(run, PER_ENVIRONMENT_COUNT),
  'whole state read and written on every call': (run) => new PeerFleet(run, WHOLE_STATE),
  'in-memory only': (run) => {
    const { scenario } = run;
    return new CircuitFleet({ ...run, scenario: { ...scenario, options: { ...scenario.options, shared: false } } });
  },
  'resilient-lambda': (run) => new CircuitFleet(run),
} as const satisfies Record<string, PolicyFleetFactory>;

/** Name of a design. */
export type DesignName = keyof typeof DESIGNS;

/** All names, in the order of the table. */
export const DESIGN_NAMES = Object.keys(DESIGNS) as readonly DesignName[];
