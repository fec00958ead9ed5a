import { describe, expect, it } from '@jest/globals';
import {
  decide,
  liveProbes,
  NEW_CIRCUIT,
  newerCircuit,
  nextGeneration,
  type CircuitCommand,
  type CircuitState,
  type ClosedCircuit,
  type HalfOpenCircuit,
  type OpenCircuit,
  type SettleProbeCommand,
} from '../../../runtime/src/circuit-breaker/state.ts';

const NOW = 1_000_000;
const ROUND_MS = 60_000;
const CLOSED: ClosedCircuit = { phase: 'closed', generation: 7 };
const OPEN: OpenCircuit = { phase: 'open', generation: 8, openUntilMs: NOW + 1, opens: 2 };
const OVERDUE: OpenCircuit = { phase: 'open', generation: 8, openUntilMs: NOW, opens: 2 };
/** Two live leases, and one that ends at this very instant. */
const HALF_OPEN: HalfOpenCircuit = {
  phase: 'half_open',
  generation: NOW - ROUND_MS + 1,
  probes: { a: NOW + 1, b: NOW + 20, ended: NOW },
  successes: 1,
  opens: 2,
};

const trip = (generation: number): CircuitCommand => ({ type: 'trip', generation, openUntilMs: NOW + 500 });
const claim = (leaseId: string, maxProbes: number, roundMs = ROUND_MS): CircuitCommand => ({
  type: 'claim_probe',
  leaseId,
  leaseUntilMs: NOW + 30,
  maxProbes,
  roundMs,
});
const settle = (leaseId: string, result: SettleProbeCommand['result'], changes: Partial<SettleProbeCommand> = {}): CircuitCommand => ({
  type: 'settle_probe',
  generation: HALF_OPEN.generation,
  leaseId,
  result,
  successThreshold: 3,
  openUntilMs: NOW + 500,
  ...changes,
});

interface Row {
  readonly sentence: string;
  readonly state: CircuitState;
  readonly command: CircuitCommand;
  /** The circuit afterwards; absent if the command is refused. */
  readonly next?: CircuitState;
}

const ROWS: readonly Row[] = [
  {
    sentence: 'a trip opens a closed circuit',
    state: CLOSED,
    command: trip(7),
    next: { phase: 'open', generation: NOW, openUntilMs: NOW + 500, opens: 1 },
  },
  {
    sentence: 'a trip opens a circuit that nothing has happened to',
    state: NEW_CIRCUIT,
    command: trip(0),
    next: { phase: 'open', generation: NOW, openUntilMs: NOW + 500, opens: 1 },
  },
  { sentence: 'a trip with evidence of an older generation is refused (PX-05)', state: CLOSED, command: trip(6) },
  { sentence: 'a trip with evidence of an unknown generation is refused', state: CLOSED, command: trip(8) },
  { sentence: 'a trip of an open circuit is refused, so its period is not extended', state: OPEN, command: trip(8) },
  { sentence: 'a trip of a half-open circuit is refused', state: HALF_OPEN, command: trip(HALF_OPEN.generation) },
  { sentence: 'a claim on a closed circuit is refused', state: CLOSED, command: claim('x', 3) },
  { sentence: 'a claim one millisecond before the open period ends is refused', state: OPEN, command: claim('x', 3) },
  {
    sentence: 'a claim at the end of the open period makes the circuit half-open with that one probe',
    state: OVERDUE,
    command: claim('x', 3),
    next: { phase: 'half_open', generation: NOW, probes: { x: NOW + 30 }, successes: 0, opens: 2 },
  },
  {
    sentence: 'a claim on an open circuit without an end counts as overdue (PCB-16)',
    state: { ...OPEN, openUntilMs: 0 },
    command: claim('x', 3),
    next: { phase: 'half_open', generation: NOW, probes: { x: NOW + 30 }, successes: 0, opens: 2 },
  },
  {
    sentence: 'a claim takes a free place and clears away leases that have ended (PX-04)',
    state: HALF_OPEN,
    command: claim('x', 3),
    next: { ...HALF_OPEN, probes: { a: NOW + 1, b: NOW + 20, x: NOW + 30 } },
  },
  { sentence: 'a claim is refused when every place is held (PCB-01)', state: HALF_OPEN, command: claim('x', 2) },
  { sentence: 'a repeated claim gets the lease it already holds, unchanged', state: HALF_OPEN, command: claim('a', 2), next: HALF_OPEN },
  {
    sentence: 'a claim under the id of an ended lease takes a free place',
    state: HALF_OPEN,
    command: claim('ended', 3),
    next: { ...HALF_OPEN, probes: { a: NOW + 1, b: NOW + 20, ended: NOW + 30 } },
  },
  {
    sentence: 'a claim on a half-open circuit that has not decided in time begins a new round: what succeeded is forgotten (PCB-03)',
    state: HALF_OPEN,
    command: claim('x', 3, ROUND_MS - 1),
    next: { phase: 'half_open', generation: NOW, probes: { a: NOW + 1, b: NOW + 20, x: NOW + 30 }, successes: 0, opens: 2 },
  },
  {
    sentence: 'a claim one millisecond before the round is over stays in it',
    state: HALF_OPEN,
    command: claim('x', 3, ROUND_MS),
    next: { ...HALF_OPEN, probes: { a: NOW + 1, b: NOW + 20, x: NOW + 30 } },
  },
  { sentence: 'a new round does not begin while every place is held: those probes are still out (PCB-01)', state: HALF_OPEN, command: claim('x', 2, 1) },
  { sentence: 'a repeated claim after the round is over gets the lease it already holds', state: HALF_OPEN, command: claim('a', 3, 1), next: HALF_OPEN },
  { sentence: 'a report to a closed circuit is refused', state: CLOSED, command: settle('a', 'failure', { generation: 7 }) },
  { sentence: 'a report to an open circuit is refused', state: OPEN, command: settle('a', 'success', { generation: 8 }) },
  { sentence: 'a report of an older generation is refused (PX-05)', state: HALF_OPEN, command: settle('a', 'failure', { generation: HALF_OPEN.generation - 1 }) },
  { sentence: 'a report under an unknown lease is refused', state: HALF_OPEN, command: settle('x', 'failure') },
  { sentence: 'a report in the instant in which its lease ends is refused', state: HALF_OPEN, command: settle('ended', 'success') },
  {
    sentence: 'a success before the last counts and frees its place',
    state: HALF_OPEN,
    command: settle('a', 'success'),
    next: { ...HALF_OPEN, probes: { b: NOW + 20, ended: NOW }, successes: 2 },
  },
  {
    sentence: 'the last success closes the circuit',
    state: { ...HALF_OPEN, successes: 2 },
    command: settle('a', 'success'),
    next: { phase: 'closed', generation: NOW },
  },
  {
    sentence: 'a success closes the circuit if more than enough are counted already',
    state: { ...HALF_OPEN, successes: 5 },
    command: settle('a', 'success'),
    next: { phase: 'closed', generation: NOW },
  },
  {
    sentence: 'a failure opens the circuit again for the full period that it names and counts that it did (CB-11)',
    state: { ...HALF_OPEN, successes: 2 },
    command: settle('b', 'failure'),
    next: { phase: 'open', generation: NOW, openUntilMs: NOW + 500, opens: 3 },
  },
  {
    sentence: 'an ignored result frees its place and counts for nothing',
    state: HALF_OPEN,
    command: settle('b', 'ignored'),
    next: { ...HALF_OPEN, probes: { a: NOW + 1, ended: NOW } },
  },
  {
    sentence: 'an ignored result does not close the circuit, even if its caller would be content with fewer successes',
    state: { ...HALF_OPEN, successes: 2 },
    command: settle('b', 'ignored', { successThreshold: 2 }),
    next: { ...HALF_OPEN, probes: { a: NOW + 1, ended: NOW }, successes: 2 },
  },
];

describe('a command decided on a circuit', () => {
  for (const { sentence, state, command, next } of ROWS) {
    it(sentence, () => {
      const before = structuredClone(state);

      const decision = decide(state, command, NOW);

      expect(decision).toStrictEqual({ accepted: next !== undefined, previous: before, state: next ?? before });
      if (next === undefined) expect(decision.state).toBe(state);
      expect(state).toStrictEqual(before);
    });
  }
});

describe('the fencing number', () => {
  it('is the clock, so that it stays above numbers given out before an item was deleted', () => {
    expect(nextGeneration(0, NOW)).toBe(NOW);
    expect(nextGeneration(NOW - 1, NOW)).toBe(NOW);
  });

  it('grows by one under a clock that stands still or lags', () => {
    expect(nextGeneration(NOW, NOW)).toBe(NOW + 1);
    expect(nextGeneration(NOW + 60_000, NOW)).toBe(NOW + 60_001);
  });
});

describe('two pictures of one circuit', () => {
  it('the higher generation is believed, whichever was seen last', () => {
    expect(newerCircuit(OPEN, HALF_OPEN)).toBe(HALF_OPEN);
    expect(newerCircuit(HALF_OPEN, OPEN)).toBe(HALF_OPEN);
  });

  it('the one seen last is believed within a generation, because probes and successes change there', () => {
    const seen = { ...HALF_OPEN, successes: 2 };
    expect(newerCircuit(HALF_OPEN, seen)).toBe(seen);
  });

  it('a read that finds no item does not undo what is known', () => {
    expect(newerCircuit(OPEN, NEW_CIRCUIT)).toBe(OPEN);
  });
});

describe('live probes', () => {
  it('are those whose lease ends after now', () => {
    expect(liveProbes(HALF_OPEN, NOW - 1)).toStrictEqual({ a: NOW + 1, b: NOW + 20, ended: NOW });
    expect(liveProbes(HALF_OPEN, NOW)).toStrictEqual({ a: NOW + 1, b: NOW + 20 });
    expect(liveProbes(HALF_OPEN, NOW + 20)).toStrictEqual({});
  });
});
