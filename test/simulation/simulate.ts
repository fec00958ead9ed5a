import { BulkheadFleet } from './bulkhead-fleet.ts';
import type { BulkheadFigures } from './bulkhead-observer.ts';
import { CircuitFleet } from './circuit-fleet.ts';
import type { CircuitFigures } from './circuit-figures.ts';
import { DependencyFleet } from './dependency-fleet.ts';
import type { DependencyFigures } from './dependency-observer.ts';
import { figuresOf, type Figures, type FleetFigures } from './figures.ts';
import { Fleet } from './fleet.ts';
import { Ledger } from './ledger.ts';
import { LoadSheddingFleet } from './load-shedding-fleet.ts';
import type { PolicyFleetFactory } from './policy-fleet.ts';
import type { LimitFigures } from './limit-figures.ts';
import { RateLimitFleet } from './rate-limit-fleet.ts';
import type { PolicyName } from './scenario-rules.ts';
import type { SheddingFigures } from './shedding-observer.ts';
import { resolveScenario, type Scenario } from './scenario.ts';
import { withoutStackTraces } from './stack-traces.ts';
import type { Timeline } from './timeline.ts';
import { VirtualTime } from './virtual-time.ts';

interface FiguresOfPolicy {
  readonly 'circuit-breaker': CircuitFigures;
  readonly 'rate-limit': LimitFigures;
  readonly bulkhead: BulkheadFigures;
  readonly 'load-shedding': SheddingFigures;
  readonly dependency: DependencyFigures;
}

/** What a simulation found, and how it went over time. */
export type SimulationResult<Policy extends PolicyName = PolicyName> = Figures<FiguresOfPolicy[Policy]> & { readonly timeline: Timeline };

const FLEETS: Readonly<Record<PolicyName, PolicyFleetFactory>> = {
  'circuit-breaker': (run) => new CircuitFleet(run),
  'rate-limit': (run) => new RateLimitFleet(run),
  bulkhead: (run) => new BulkheadFleet(run),
  'load-shedding': (run) => new LoadSheddingFleet(run),
  dependency: (run) => new DependencyFleet(run),
};

/**
 * Runs a fleet of execution environments in virtual time, each with the real policy, around the real in-memory store. The
 * same scenario and the same seed give the same result.
 *
 * @param createPolicies Puts other policies in the place of the real one, to compare them.
 * @throws ConfigurationError with every problem of the scenario; whatever a policy throws that is not a refusal.
 */
export async function simulate<Policy extends PolicyName>(
  scenario: Scenario<Policy>,
  seed: number,
  createPolicies: PolicyFleetFactory = (run) => FLEETS[run.scenario.policy](run),
): Promise<SimulationResult<Policy>> {
  const resolved = resolveScenario(scenario);
  const run = { scenario: resolved, seed, time: new VirtualTime(), ledger: new Ledger(resolved.durationMs) };
  const policies = createPolicies(run);
  const fleet = new Fleet(run, (environment) => policies.create(environment), policies.observer, policies.createCalls);
  await withoutStackTraces(() => fleet.run());
  // A policy survives whatever its store throws; a simulation must not.
  if (policies.observer.defect !== undefined) throw policies.observer.defect as Error;
  const found: FleetFigures & { readonly timeline: Timeline } = { ...figuresOf(run, policies), timeline: run.ledger.timeline };
  return found as SimulationResult<Policy>;
}
