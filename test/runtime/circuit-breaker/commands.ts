import * as fc from 'fast-check';
import type { CircuitCommand, CircuitState, SettleProbeCommand } from '../../../runtime/src/circuit-breaker/state.ts';

/** First instant of every generated run. */
export const START_MS = 1_767_225_600_000;

/** A command that is completed when it is its turn, because what is interesting depends on the circuit of that moment. */
export interface Step {
  /** Time that passes before the command. */
  readonly afterMs: number;
  readonly type: CircuitCommand['type'];
  /** Distance of the generation in the command from the circuit's. */
  readonly generationsOff: number;
  /** Few ids, so that repeated claims and reports of strangers happen. */
  readonly leaseId: string;
  /** May be negative: a lease that has ended before it starts. */
  readonly leaseMs: number;
  readonly openMs: number;
  /** Short, so that half-open circuits reach the end of their round. */
  readonly roundMs: number;
  readonly result: SettleProbeCommand['result'];
  readonly successThreshold: number;
}

const STEP: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(40)),
  type: fc.constantFrom<CircuitCommand['type'][]>('trip', 'claim_probe', 'claim_probe', 'settle_probe', 'settle_probe'),
  generationsOff: fc.constantFrom(0, 0, 0, 0, -1, 1),
  leaseId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  leaseMs: fc.integer({ min: -5, max: 60 }),
  openMs: fc.integer({ min: -5, max: 40 }),
  roundMs: fc.constantFrom(30, 1000, 1000),
  result: fc.constantFrom<SettleProbeCommand['result'][]>('success', 'success', 'success', 'ignored', 'failure'),
  successThreshold: fc.integer({ min: 1, max: 3 }),
});

/** A run of up to `length` commands and the number of places for probes in it. */
export function runs(length: number): fc.Arbitrary<{ readonly steps: Step[]; readonly maxProbes: number }> {
  return fc.record({ steps: fc.array(STEP, { minLength: 1, maxLength: length, size: 'max' }), maxProbes: fc.integer({ min: 1, max: 3 }) });
}

/** The command of a step, given the circuit and the time at which it is its turn. */
export function commandOf(step: Step, state: CircuitState, nowMs: number, maxProbes: number): CircuitCommand {
  const { type, leaseId, result, successThreshold } = step;
  const generation = state.generation + step.generationsOff;
  const openUntilMs = nowMs + step.openMs;
  switch (type) {
    case 'trip':
      return { type, generation, openUntilMs };
    case 'claim_probe':
      return { type, leaseId, leaseUntilMs: nowMs + step.leaseMs, maxProbes, roundMs: step.roundMs };
    case 'settle_probe':
      return { type, generation, leaseId, result, successThreshold, openUntilMs };
  }
}
