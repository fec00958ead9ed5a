import { CircuitFleet } from './circuit-fleet.ts';
import { figuresOf, type Figures } from './figures.ts';
import { Fleet } from './fleet.ts';
import { Ledger } from './ledger.ts';
import type { PolicyFleetFactory } from './policy-fleet.ts';
import { resolveScenario, type Scenario } from './scenario.ts';
import { withoutStackTraces } from './stack-traces.ts';
import type { Timeline } from './timeline.ts';
import { VirtualTime } from './virtual-time.ts';

/** What a simulation found, and how it went over time. */
export interface SimulationResult extends Figures {
  readonly timeline: Timeline;
}

/**
 * Runs a fleet of execution environments in virtual time, each with the real policy, around the real in-memory store. The
 * same scenario and the same seed give the same result.
 *
 * @param createPolicies Puts other policies in the place of the real one, to compare them.
 * @throws ConfigurationError with every problem of the scenario; whatever a policy throws that is not a refusal.
 */
export async function simulate(
  scenario: Scenario,
  seed: number,
  createPolicies: PolicyFleetFactory = (run) => new CircuitFleet(run),
): Promise<SimulationResult> {
  const resolved = resolveScenario(scenario);
  const run = { scenario: resolved, seed, time: new VirtualTime(), ledger: new Ledger(resolved.durationMs) };
  const policies = createPolicies(run);
  const fleet = new Fleet(run, (environment) => policies.create(environment));
  await withoutStackTraces(() => fleet.run());
  // A policy survives whatever its store throws; a simulation must not.
  if (policies.observer.defect !== undefined) throw policies.observer.defect as Error;
  return { ...figuresOf(run, policies), timeline: run.ledger.timeline };
}
