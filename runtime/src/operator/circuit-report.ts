import {
  addReport,
  callsWithin,
  fleetSize,
  type CircuitControl,
  type CircuitKey,
  type CircuitPhase,
  type Counters,
  type FleetPicture,
} from '../circuit-breaker/index.ts';

/** A circuit as `list` shows it. What is not known is null, so that JSON has every field. */
export interface CircuitReport {
  readonly name: string;
  readonly tenant: string | null;
  readonly operation: string | null;
  /** The control, where there is one; otherwise the phase. */
  readonly state: CircuitControl | CircuitPhase;
  /** When it came into this state. */
  readonly sinceMs: number | null;
  /** When an open circuit lets the first probe pass. */
  readonly openUntilMs: number | null;
  /** Environments that reported lately; null if none did, as while the circuit is open. */
  readonly active: number | null;
  /** Calls of the fleet in the last ten seconds. */
  readonly calls: number;
  readonly failures: number;
  readonly failureShare: number | null;
}

/** A circuit as `show` shows it. */
export interface CircuitDetails extends CircuitReport {
  readonly generation: number;
  /** Times it has opened without closing in between; null while it is closed. */
  readonly opens: number | null;
  /** Ends of the leases of its probes, by lease; null unless it is half-open. */
  readonly probes: Readonly<Record<string, number>> | null;
  /** Probes that succeeded; null unless it is half-open. */
  readonly successes: number | null;
  /** Calls of the fleet in a second; null until enough environments have told. */
  readonly callsPerSecond: number | null;
  /** What environments have told, as stored. */
  readonly counters: Counters;
}

/** How far back calls are counted. */
const LOOK_BACK_MS = 10_000;

/** What `list` shows of a circuit. */
export function reportOf({ name, tenant, operation }: CircuitKey, picture: FleetPicture, nowMs: number): CircuitReport {
  const { state, control } = picture;
  const counters = currentCounters(picture, nowMs);
  const { calls, failures } = callsWithin(counters, LOOK_BACK_MS, nowMs, state.generation);
  return {
    name,
    tenant: tenant ?? null,
    operation: operation ?? null,
    state: control ?? state.phase,
    sinceMs: state.generation > 0 ? state.generation : null,
    openUntilMs: state.phase === 'open' ? state.openUntilMs : null,
    active: Object.keys(counters).some((counter) => counter.startsWith('n:')) ? fleetSize(counters, nowMs).active : null,
    calls,
    failures,
    failureShare: calls > 0 ? failures / calls : null,
  };
}

/** What `show` shows of a circuit. */
export function detailsOf(circuit: CircuitKey, picture: FleetPicture, nowMs: number): CircuitDetails {
  const { state } = picture;
  const halfOpen = state.phase === 'half_open' ? state : undefined;
  const { callsPerMs } = fleetSize(currentCounters(picture, nowMs), nowMs);
  return {
    ...reportOf(circuit, picture, nowMs),
    generation: state.generation,
    opens: state.phase === 'closed' ? null : state.opens,
    probes: halfOpen?.probes ?? null,
    successes: halfOpen?.successes ?? null,
    callsPerSecond: callsPerMs === undefined ? null : callsPerMs * 1000,
    counters: picture.counters,
  };
}

/** Counters of the past stay in an item until somebody passes by. */
function currentCounters({ counters }: FleetPicture, nowMs: number): Counters {
  return addReport(counters, {}, nowMs);
}
