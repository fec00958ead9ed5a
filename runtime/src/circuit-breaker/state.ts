/**
 * The circuit as the fleet shares it: pure, without I/O, time source or chance. The in-memory store runs this code; the
 * DynamoDB store restates each transition as one conditional write; one contract suite proves the two equal.
 */

/** Name of a phase, as stored, logged and shown. */
export type CircuitPhase = 'closed' | 'open' | 'half_open';

/**
 * A circuit. `generation` is a fencing number: it grows with every change of phase, and what belongs to an older one is
 * dropped. It is also the instant of that change, see `nextGeneration`.
 */
export type CircuitState = ClosedCircuit | OpenCircuit | HalfOpenCircuit;

/** Calls pass. */
export interface ClosedCircuit {
  readonly phase: 'closed';
  readonly generation: number;
}

/** Calls are refused until `openUntilMs`; after that somebody may claim a probe. */
export interface OpenCircuit {
  readonly phase: 'open';
  readonly generation: number;
  readonly openUntilMs: number;
  /** Times it has opened without closing in between; the open period grows with them. */
  readonly opens: number;
}

/** A bounded number of probes pass, each under a lease that ends by the clock. */
export interface HalfOpenCircuit {
  readonly phase: 'half_open';
  readonly generation: number;
  /** Ends of the leases in epoch milliseconds, by lease id. An ended lease counts as free. */
  readonly probes: Readonly<Record<string, number>>;
  /** Probes that succeeded in this generation, wherever in the fleet they ran. */
  readonly successes: number;
  /** As in the open circuit that it was. */
  readonly opens: number;
}

/** Opens a closed circuit. */
export interface TripCommand {
  readonly type: 'trip';
  /** Generation in which the evidence was gathered. */
  readonly generation: number;
  readonly openUntilMs: number;
}

/** Asks for the right to make one probe call. */
export interface ClaimProbeCommand {
  readonly type: 'claim_probe';
  readonly leaseId: string;
  readonly leaseUntilMs: number;
  readonly maxProbes: number;
  /** Time after which a half-open circuit that has not decided begins anew, in milliseconds. */
  readonly roundMs: number;
}

/** Reports how a probe ended. `ignored` frees its place and counts for nothing. */
export interface SettleProbeCommand {
  readonly type: 'settle_probe';
  readonly generation: number;
  readonly leaseId: string;
  readonly result: 'success' | 'failure' | 'ignored';
  readonly successThreshold: number;
  /** End of the next open period, should the probe have failed. */
  readonly openUntilMs: number;
}

/** What an environment may ask of a circuit. */
export type CircuitCommand = TripCommand | ClaimProbeCommand | SettleProbeCommand;

/** The answer to a command: whether it took effect, the circuit it was decided on, and the circuit as it is now. */
export interface CircuitDecision {
  readonly accepted: boolean;
  readonly previous: CircuitState;
  readonly state: CircuitState;
}

/** A circuit that nothing has happened to. */
export const NEW_CIRCUIT: ClosedCircuit = Object.freeze({ phase: 'closed', generation: 0 });

/** Decides a command. A refused command returns the very same state. */
export function decide(state: CircuitState, command: CircuitCommand, nowMs: number): CircuitDecision {
  const next = nextState(state, command, nowMs);
  return { accepted: next !== undefined, previous: state, state: next ?? state };
}

/**
 * The fencing number after `previous`. It is taken from the clock, so that a circuit whose item was deleted does not start
 * again below the numbers that environments still remember; a clock that lags adds one instead.
 */
export function nextGeneration(previous: number, nowMs: number): number {
  return Math.max(previous + 1, nowMs);
}

/** Leases that have not ended. */
export function liveProbes(state: HalfOpenCircuit, nowMs: number): Record<string, number> {
  return Object.fromEntries(Object.entries(state.probes).filter(([, untilMs]) => untilMs > nowMs));
}

/**
 * Which of two pictures of one circuit to believe: the one with the higher generation, and the newly seen one where they
 * are equal. A read may lag behind what this environment already knows.
 */
export function newerCircuit(known: CircuitState, seen: CircuitState): CircuitState {
  return seen.generation >= known.generation ? seen : known;
}

function nextState(state: CircuitState, command: CircuitCommand, nowMs: number): CircuitState | undefined {
  switch (command.type) {
    case 'trip':
      return trip(state, command, nowMs);
    case 'claim_probe':
      return claimProbe(state, command, nowMs);
    case 'settle_probe':
      return settleProbe(state, command, nowMs);
  }
}

function trip(state: CircuitState, command: TripCommand, nowMs: number): OpenCircuit | undefined {
  if (state.phase !== 'closed' || state.generation !== command.generation) return undefined;
  const generation = nextGeneration(state.generation, nowMs);
  return { phase: 'open', generation, openUntilMs: command.openUntilMs, opens: 1 };
}

function claimProbe(state: CircuitState, command: ClaimProbeCommand, nowMs: number): HalfOpenCircuit | undefined {
  if (state.phase === 'closed') return undefined;
  const lease = { [command.leaseId]: command.leaseUntilMs };
  if (state.phase === 'open') {
    return state.openUntilMs <= nowMs ? { ...newRound(state, nowMs), probes: lease } : undefined;
  }
  const live = liveProbes(state, nowMs);
  if (command.leaseId in live) return state; // the answer to the first claim was lost
  if (Object.keys(live).length >= command.maxProbes) return undefined;
  // Successes of long ago say little: a round that has not come to a decision begins anew. Probes still out keep their places.
  const round = nowMs - state.generation >= command.roundMs ? newRound(state, nowMs) : state;
  return { ...round, probes: { ...live, ...lease } };
}

function newRound({ generation, opens }: OpenCircuit | HalfOpenCircuit, nowMs: number): HalfOpenCircuit {
  return { phase: 'half_open', generation: nextGeneration(generation, nowMs), probes: {}, successes: 0, opens };
}

function settleProbe(state: CircuitState, command: SettleProbeCommand, nowMs: number): CircuitState | undefined {
  if (state.phase !== 'half_open' || state.generation !== command.generation) return undefined;
  // A lease that has ended may already belong to somebody else: its late result counts for nothing.
  const { [command.leaseId]: leaseUntilMs = 0, ...others } = state.probes;
  if (leaseUntilMs <= nowMs) return undefined;
  const generation = nextGeneration(state.generation, nowMs);
  if (command.result === 'failure') {
    return { phase: 'open', generation, openUntilMs: command.openUntilMs, opens: state.opens + 1 };
  }
  if (command.result === 'ignored') return { ...state, probes: others };
  const successes = state.successes + 1;
  if (successes >= command.successThreshold) return { phase: 'closed', generation };
  return { ...state, probes: others, successes };
}
