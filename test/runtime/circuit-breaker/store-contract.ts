import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { MemoryCircuitStore } from '../../../runtime/src/circuit-breaker/memory-store.ts';
import {
  liveProbes,
  NEW_CIRCUIT,
  type CircuitCommand,
  type CircuitDecision,
  type CircuitState,
  type ClaimProbeCommand,
  type SettleProbeCommand,
  type TripCommand,
} from '../../../runtime/src/circuit-breaker/state.ts';
import type { CircuitStore } from '../../../runtime/src/circuit-breaker/store.ts';
import { commandOf, runs, START_MS } from './commands.ts';

const OPEN_MS = 60_000;
const LEASE_MS = 30_000;
/** Longer than a lease, so that leases end within a round. */
const ROUND_MS = 60_000;
const HALF_OPEN_MS = START_MS + OPEN_MS;

/** A trip on the evidence of one generation. */
export function trip(generation: number, openUntilMs = START_MS + OPEN_MS): TripCommand {
  return { type: 'trip', generation, openUntilMs };
}

/** A claim of one of a number of places. */
export function claim(leaseId: string, maxProbes = 3, leaseUntilMs = HALF_OPEN_MS + LEASE_MS): ClaimProbeCommand {
  return { type: 'claim_probe', leaseId, leaseUntilMs, maxProbes, roundMs: ROUND_MS };
}

/** A report of a probe of one generation; two successes close. */
export function settle(
  generation: number,
  leaseId: string,
  result: SettleProbeCommand['result'],
  openUntilMs = HALF_OPEN_MS + OPEN_MS,
): SettleProbeCommand {
  return { type: 'settle_probe', generation, leaseId, result, successThreshold: 2, openUntilMs };
}

/** One circuit in a store, driven as an environment does that remembers what it was told last. */
export class CircuitUnderTest {
  readonly name: string;
  readonly #store: CircuitStore;
  known: CircuitState = NEW_CIRCUIT;

  constructor(store: CircuitStore, name: string) {
    this.#store = store;
    this.name = name;
  }

  /** Has a command decided, given a hint, and remembers the answer. */
  async apply(command: CircuitCommand, nowMs = START_MS, known = this.known): Promise<CircuitDecision> {
    const decision = await this.#store.apply(this.name, command, known, { nowMs });
    this.known = decision.state;
    return decision;
  }

  /** Reads the circuit. */
  async read(nowMs = START_MS): Promise<CircuitState> {
    return (await this.#store.read(this.name, { nowMs })).state;
  }

  /** Opens the circuit and, when its period is over, claims probes. Returns the half-open circuit. */
  async halfOpen(...leaseIds: string[]): Promise<CircuitState> {
    await this.apply(trip(this.known.generation));
    for (const leaseId of leaseIds) {
      const { accepted } = await this.apply(claim(leaseId, leaseIds.length), HALF_OPEN_MS);
      expect(accepted).toBe(true);
    }
    return this.known;
  }
}

/** Registers the tests that every store has to pass. `numRuns`: random runs per property. */
export function describeCircuitStore(title: string, open: () => Promise<CircuitStore>, numRuns: number): void {
  describe(title, () => {
    let store: CircuitStore;
    let circuits = 0;
    const newCircuit = () => new CircuitUnderTest(store, `circuit${(circuits += 1)}`);

    beforeAll(async () => {
      store = await open();
    });

    describe('a command', () => {
      it('finds a new circuit where nothing is stored', async () => {
        await expect(newCircuit().read()).resolves.toStrictEqual(NEW_CIRCUIT);
      });

      it('opens a closed circuit, and everybody reads it', async () => {
        const circuit = newCircuit();
        const opened: CircuitState = { phase: 'open', generation: START_MS, openUntilMs: START_MS + OPEN_MS, opens: 1 };
        await expect(circuit.apply(trip(0))).resolves.toStrictEqual({ accepted: true, previous: NEW_CIRCUIT, state: opened });
        await expect(circuit.read()).resolves.toStrictEqual(opened);
      });

      it('of an older generation is refused and learns the circuit (PX-05)', async () => {
        const circuit = newCircuit();
        const { state } = await circuit.apply(trip(0));
        await expect(circuit.apply(trip(0), START_MS, NEW_CIRCUIT)).resolves.toStrictEqual({ accepted: false, previous: state, state });
      });

      it('claims no probe before the open period has ended', async () => {
        const circuit = newCircuit();
        await circuit.apply(trip(0));
        expect((await circuit.apply(claim('a'), HALF_OPEN_MS - 1)).accepted).toBe(false);
      });

      it('makes the circuit half-open with the first probe, in one step (PCB-02, PCB-15)', async () => {
        const circuit = newCircuit();
        const { state: previous } = await circuit.apply(trip(0));
        const state: CircuitState = { phase: 'half_open', generation: HALF_OPEN_MS, probes: { a: HALF_OPEN_MS + LEASE_MS }, successes: 0, opens: 1 };
        await expect(circuit.apply(claim('a'), HALF_OPEN_MS)).resolves.toStrictEqual({ accepted: true, previous, state });
        await expect(circuit.read()).resolves.toStrictEqual(state);
      });

      it('counts a success and frees its place', async () => {
        const circuit = newCircuit();
        const previous = await circuit.halfOpen('a', 'b');
        const decision = await circuit.apply(settle(HALF_OPEN_MS, 'a', 'success'), HALF_OPEN_MS);
        const state = { phase: 'half_open', generation: HALF_OPEN_MS, probes: { b: HALF_OPEN_MS + LEASE_MS }, successes: 1, opens: 1 };
        expect(decision).toStrictEqual({ accepted: true, previous, state });
      });

      it('closes with the last success and leaves nothing of the phase behind', async () => {
        const circuit = newCircuit();
        await circuit.halfOpen('a', 'b');
        await circuit.apply(settle(HALF_OPEN_MS, 'a', 'success'), HALF_OPEN_MS);
        const { state } = await circuit.apply(settle(HALF_OPEN_MS, 'b', 'success'), HALF_OPEN_MS);
        expect(state).toStrictEqual({ phase: 'closed', generation: HALF_OPEN_MS + 1 });
        await expect(circuit.read()).resolves.toStrictEqual(state);
      });

      it('begins a new round where the last one has come to no decision (PCB-03)', async () => {
        const circuit = newCircuit();
        await circuit.halfOpen('a', 'b');
        await circuit.apply(settle(HALF_OPEN_MS, 'a', 'success'), HALF_OPEN_MS);
        const roundMs = HALF_OPEN_MS + ROUND_MS;
        const { accepted, state } = await circuit.apply(claim('c', 3, roundMs + LEASE_MS), roundMs);
        const probes = { c: roundMs + LEASE_MS };
        expect({ accepted, state }).toStrictEqual({ accepted: true, state: { phase: 'half_open', generation: roundMs, probes, successes: 0, opens: 1 } });
        await expect(circuit.read()).resolves.toStrictEqual(state);
      });

      it('opens again after one failed probe, whatever succeeded before (CB-11)', async () => {
        const circuit = newCircuit();
        await circuit.halfOpen('a', 'b');
        await circuit.apply(settle(HALF_OPEN_MS, 'a', 'success'), HALF_OPEN_MS);
        const { state } = await circuit.apply(settle(HALF_OPEN_MS, 'b', 'failure'), HALF_OPEN_MS);
        expect(state).toStrictEqual({ phase: 'open', generation: HALF_OPEN_MS + 1, openUntilMs: HALF_OPEN_MS + OPEN_MS, opens: 2 });
      });

      it('starts counting successes afresh each time it becomes half-open', async () => {
        const circuit = newCircuit();
        await circuit.halfOpen('a', 'b');
        await circuit.apply(settle(HALF_OPEN_MS, 'a', 'success'), HALF_OPEN_MS);
        await circuit.apply(settle(HALF_OPEN_MS, 'b', 'failure', HALF_OPEN_MS), HALF_OPEN_MS);
        await circuit.apply(claim('c'), HALF_OPEN_MS);
        expect(circuit.known).toMatchObject({ phase: 'half_open', successes: 0, probes: { c: HALF_OPEN_MS + LEASE_MS } });
      });

      it('with an ignored result only frees the place', async () => {
        const circuit = newCircuit();
        await circuit.halfOpen('a');
        const { state } = await circuit.apply(settle(HALF_OPEN_MS, 'a', 'ignored'), HALF_OPEN_MS);
        expect(state).toStrictEqual({ phase: 'half_open', generation: HALF_OPEN_MS, probes: {}, successes: 0, opens: 1 });
        expect((await circuit.apply(claim('b', 1), HALF_OPEN_MS)).accepted).toBe(true);
      });

      it('keeps circuits apart by name', async () => {
        const [one, other] = [newCircuit(), newCircuit()];
        await one.apply(trip(0));
        await expect(other.read()).resolves.toStrictEqual(NEW_CIRCUIT);
      });
    });

    describe('a lease', () => {
      it('that has ended is reaped and its place given to another (PX-04)', async () => {
        const circuit = newCircuit();
        await circuit.halfOpen('a', 'b');
        const endMs = HALF_OPEN_MS + LEASE_MS;
        expect((await circuit.apply(claim('c', 2, endMs + 1), endMs - 1)).accepted).toBe(false);
        const { accepted, state } = await circuit.apply(claim('c', 2, endMs + LEASE_MS), endMs);
        expect({ accepted, state }).toMatchObject({ accepted: true, state: { probes: { c: endMs + LEASE_MS } } });
        expect((await circuit.apply(claim('d', 2, endMs + LEASE_MS), endMs)).accepted).toBe(true);
        expect((await circuit.apply(claim('e', 2, endMs + LEASE_MS), endMs)).accepted).toBe(false);
      });

      it('that has ended does not report any more, whether its place was given away or not', async () => {
        const circuit = newCircuit();
        await circuit.halfOpen('a');
        const endMs = HALF_OPEN_MS + LEASE_MS;
        expect((await circuit.apply(settle(HALF_OPEN_MS, 'a', 'failure'), endMs)).accepted).toBe(false);
        await circuit.apply(claim('b', 1, endMs + LEASE_MS), endMs);
        const late = await circuit.apply(settle(HALF_OPEN_MS, 'a', 'failure'), endMs);
        expect(late).toMatchObject({ accepted: false, state: { phase: 'half_open', probes: { b: endMs + LEASE_MS } } });
      });

      it('can be taken under the id of one that has ended', async () => {
        const circuit = newCircuit();
        await circuit.halfOpen('a', 'b');
        const endMs = HALF_OPEN_MS + LEASE_MS;
        const { accepted, state } = await circuit.apply(claim('a', 1, endMs + LEASE_MS), endMs);
        expect({ accepted, state }).toMatchObject({ accepted: true, state: { probes: { a: endMs + LEASE_MS } } });
      });

      it('of an earlier half-open phase says nothing in a later one (PX-05)', async () => {
        const circuit = newCircuit();
        await circuit.halfOpen('a', 'b');
        const reopened = await circuit.apply(settle(HALF_OPEN_MS, 'a', 'failure', HALF_OPEN_MS), HALF_OPEN_MS);
        await circuit.apply(claim('b'), HALF_OPEN_MS);
        const late = await circuit.apply(settle(HALF_OPEN_MS, 'b', 'success'), HALF_OPEN_MS);
        expect(late).toMatchObject({ accepted: false, state: { successes: 0, generation: reopened.state.generation + 1 } });
      });
    });

    describe('a race', () => {
      it('of three trips has one winner, and the losers see its state (PCB-02)', async () => {
        const circuit = newCircuit();
        const periods = [1, 2, 3].map((extra) => START_MS + OPEN_MS + extra);
        const decisions = await Promise.all(periods.map((until) => circuit.apply(trip(0, until), START_MS, NEW_CIRCUIT)));
        const won = decisions.filter(({ accepted }) => accepted);
        expect(won).toHaveLength(1);
        for (const { state } of decisions) expect(state).toStrictEqual(won[0]?.state);
      });

      it.each([1, 3, 10])('of fourteen claims for %i places grants exactly as many (PCB-01)', async (places) => {
        const circuit = newCircuit();
        const { state: open } = await circuit.apply(trip(0));
        const ids = Array.from({ length: 14 }, (_, index) => `lease${index}`);
        const decisions = await Promise.all(ids.map((id) => circuit.apply(claim(id, places), HALF_OPEN_MS, open)));
        expect(decisions.filter(({ accepted }) => accepted)).toHaveLength(places);
        // The change of phase belongs to one of them alone.
        expect(decisions.filter(({ accepted, previous }) => accepted && previous.phase === 'open')).toHaveLength(1);
        const { probes } = (await circuit.read(HALF_OPEN_MS)) as { probes: object };
        expect(Object.keys(probes)).toHaveLength(places);
      });

      it('of claims for places whose leases have ended grants exactly as many', async () => {
        const circuit = newCircuit();
        const seen = await circuit.halfOpen('a', 'b', 'c');
        const endMs = HALF_OPEN_MS + LEASE_MS;
        const ids = ['d', 'e', 'f', 'g', 'h', 'i'];
        const decisions = await Promise.all(ids.map((id) => circuit.apply(claim(id, 3, endMs + LEASE_MS), endMs, seen)));
        expect(decisions.filter(({ accepted }) => accepted)).toHaveLength(3);
      });

      it('of claims after the end of a round begins one new round, and no more than the places are out (PCB-01)', async () => {
        const circuit = newCircuit();
        const endMs = HALF_OPEN_MS + 3 * ROUND_MS;
        const { state: open } = await circuit.apply(trip(0));
        const { state: seen } = await circuit.apply(claim('out', 3, endMs), HALF_OPEN_MS, open);
        const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
        const decisions = await Promise.all(
          ids.map((id, index) => circuit.apply(claim(id, 3, endMs), HALF_OPEN_MS + ROUND_MS - ((index + 1) % 2), seen)),
        );
        expect(decisions.filter(({ accepted }) => accepted)).toHaveLength(2);
        const { probes } = (await circuit.read(endMs)) as { probes: object };
        expect(Object.keys(probes)).toHaveLength(3);
        expect(probes).toHaveProperty('out');
      });

      it('of two last successes closes exactly once', async () => {
        const circuit = newCircuit();
        const seen = await circuit.halfOpen('a', 'b');
        const decisions = await Promise.all(
          ['a', 'b'].map((id) => circuit.apply(settle(HALF_OPEN_MS, id, 'success'), HALF_OPEN_MS, seen)),
        );
        expect(decisions.map(({ accepted }) => accepted)).toStrictEqual([true, true]);
        expect(decisions.filter(({ state }) => state.phase === 'closed')).toHaveLength(1);
        await expect(circuit.read(HALF_OPEN_MS)).resolves.toMatchObject({ phase: 'closed' });
      });

      it('of a success and a failure ends closed or open, never with both counted', async () => {
        const circuit = newCircuit();
        const seen = await circuit.halfOpen('a', 'b');
        const decisions = await Promise.all([
          circuit.apply(settle(HALF_OPEN_MS, 'a', 'success'), HALF_OPEN_MS, seen),
          circuit.apply(settle(HALF_OPEN_MS, 'b', 'failure'), HALF_OPEN_MS, seen),
        ]);
        // One success of the two that are needed cannot close, so the failure always takes effect.
        expect(decisions[1].accepted).toBe(true);
        await expect(circuit.read(HALF_OPEN_MS)).resolves.toMatchObject({ phase: 'open' });
      });
    });

    describe('an old picture that comes along as a hint', () => {
      it('does not hide that the circuit has moved on', async () => {
        const circuit = newCircuit();
        const halfOpen = await circuit.halfOpen('a', 'b');
        const { state } = await circuit.apply(settle(HALF_OPEN_MS, 'a', 'failure'), HALF_OPEN_MS);
        const commands = [trip(0), claim('c'), claim('b'), settle(HALF_OPEN_MS, 'b', 'success'), settle(HALF_OPEN_MS, 'b', 'failure')];
        for (const command of commands) {
          for (const hint of [NEW_CIRCUIT, halfOpen]) {
            const decision = await circuit.apply(command, HALF_OPEN_MS, hint);
            expect(decision).toStrictEqual({ accepted: false, previous: state, state });
          }
        }
      });

      it('does not hide that a command has become possible', async () => {
        const circuit = newCircuit();
        const halfOpen = await circuit.halfOpen('a');
        const { state: closed } = await circuit.apply({ ...settle(HALF_OPEN_MS, 'a', 'success'), successThreshold: 1 }, HALF_OPEN_MS);
        expect((await circuit.apply(trip(closed.generation), HALF_OPEN_MS, halfOpen)).accepted).toBe(true);
      });
    });

    describe('random commands', () => {
      it('are decided exactly as by the store in memory', async () => {
        await inRandomRuns(numRuns, newCircuit, false, (actual, expected) => {
          expect(actual).toStrictEqual(expected);
        });
      });

      it('are decided the same whatever old picture comes along as a hint', async () => {
        await inRandomRuns(numRuns, newCircuit, true, (actual, expected, nowMs) => {
          expect(essence(actual, nowMs)).toStrictEqual(essence(expected, nowMs));
        });
      });

      it('may be repeated at once: the repeat changes nothing', async () => {
        await inRandomRuns(numRuns, newCircuit, false, async (actual, expected, nowMs, { circuit, command }) => {
          const again = await circuit.apply(command, nowMs, actual.previous);
          expect(essence({ ...again, previous: actual.previous, accepted: true }, nowMs)).toStrictEqual(
            essence({ ...expected, previous: actual.previous, accepted: true }, nowMs),
          );
        });
      });
    });
  });
}

type Check = (
  actual: CircuitDecision,
  expected: CircuitDecision,
  nowMs: number,
  turn: { readonly circuit: CircuitUnderTest; readonly command: CircuitCommand },
) => void | Promise<void>;

/** Sends random commands to a circuit and to one in memory. With `oldHints` the circuit is handed any picture it once was. */
async function inRandomRuns(numRuns: number, newCircuit: () => CircuitUnderTest, oldHints: boolean, check: Check): Promise<void> {
  const hints = fc.infiniteStream(fc.nat(1000));
  await fc.assert(
    fc.asyncProperty(runs(30), hints, async ({ steps, maxProbes }, chances) => {
      const circuit = newCircuit();
      const reference = new CircuitUnderTest(new MemoryCircuitStore(), 'reference');
      const past: CircuitState[] = [NEW_CIRCUIT];
      let nowMs = START_MS;
      for (const step of steps) {
        nowMs += step.afterMs;
        const command = commandOf(step, reference.known, nowMs, maxProbes);
        const hint = oldHints ? past[Number(chances.next().value) % past.length] : circuit.known;
        const expected = await reference.apply(command, nowMs);
        past.push(expected.state);
        await check(await circuit.apply(command, nowMs, hint), expected, nowMs, { circuit, command });
      }
    }),
    { numRuns, seed: 20_260_101 },
  );
}

/**
 * What a decision says, apart from what an old hint may leave different: leases that have ended and wait to be cleared
 * away, and the counters within the generation that was left.
 */
function essence({ accepted, previous, state }: CircuitDecision, nowMs: number): object {
  const alive = state.phase === 'half_open' ? { ...state, probes: liveProbes(state, nowMs) } : state;
  return { accepted, state: alive, previous: { phase: previous.phase, generation: previous.generation } };
}
