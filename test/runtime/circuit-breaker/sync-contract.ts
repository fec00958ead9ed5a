import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { addReport, counterName, spanAt, type CounterKind, type Counters } from '../../../runtime/src/circuit-breaker/evidence.ts';
import { NEW_CIRCUIT } from '../../../runtime/src/circuit-breaker/state.ts';
import type { CircuitStore, FleetPicture } from '../../../runtime/src/circuit-breaker/store.ts';
import { START_MS } from './commands.ts';
import { trip } from './store-contract.ts';

/** What an environment knows that has not asked yet. */
export const UNKNOWN: FleetPicture = { state: NEW_CIRCUIT, counters: {}, control: undefined };

/** A counter of the span in which an instant lies. */
export function counter(kind: CounterKind, value: number, atMs = START_MS): Counters {
  return { [counterName(kind, spanAt(kind, atMs))]: value };
}

/** Registers the tests of syncs that every store has to pass. */
export function describeCircuitSyncs(title: string, open: () => Promise<CircuitStore>, numRuns: number): void {
  describe(title, () => {
    let store: CircuitStore;
    let circuits = 0;
    const newName = () => `synced${(circuits += 1)}`;
    const at = (nowMs: number) => ({ nowMs });

    beforeAll(async () => {
      store = await open();
    });

    it('adds a report to what others have told, and answers with the sum; everybody reads it', async () => {
      const name = newName();
      const first = { ...counter('c', 3), ...counter('n', 1) };
      await expect(store.sync(name, first, UNKNOWN, at(START_MS))).resolves.toStrictEqual({ ...UNKNOWN, counters: first });
      const second = { ...counter('c', 4), ...counter('n', 1), ...counter('F', 0.125) };
      const { counters } = await store.sync(name, second, UNKNOWN, at(START_MS));
      expect(counters).toEqual({ ...counter('c', 7), ...counter('n', 2), ...counter('F', 0.125) });
      expect((await store.read(name, at(START_MS))).counters).toEqual(counters);
    });

    it('answers an empty report, too', async () => {
      const name = newName();
      await store.sync(name, counter('C', 1), UNKNOWN, at(START_MS));
      await expect(store.sync(name, {}, UNKNOWN, at(START_MS))).resolves.toEqual({ ...UNKNOWN, counters: counter('C', 1) });
    });

    it('removes counters of the past that are known, and none that still count', async () => {
      const name = newName();
      const known = await store.sync(name, { ...counter('c', 1), ...counter('C', 2), ...counter('n', 1) }, UNKNOWN, at(START_MS));
      const laterMs = START_MS + 1_250;
      const { counters } = await store.sync(name, counter('c', 1, laterMs), known, at(laterMs));
      expect(counters).toEqual({ ...counter('c', 1, laterMs), ...counter('C', 2), ...counter('n', 1) });
    });

    it('drops a report of another generation without adding it, and shows the circuit as it is (PX-05)', async () => {
      const name = newName();
      await store.sync(name, counter('v', 1), UNKNOWN, at(START_MS));
      const { state } = await store.apply(name, trip(0), NEW_CIRCUIT, at(START_MS));
      const picture = await store.sync(name, counter('v', 1), UNKNOWN, at(START_MS + 1));
      expect(picture.state).toStrictEqual(state);
      expect((await store.read(name, at(START_MS + 1))).counters[Object.keys(counter('v', 1))[0]!]).not.toBe(2);
      // One that remembers a circuit whose item is gone is refused, too, and makes no item of it.
      const gone = newName();
      const remembered: FleetPicture = { ...UNKNOWN, state: { phase: 'closed', generation: START_MS } };
      await expect(store.sync(gone, counter('v', 1), remembered, at(START_MS))).resolves.toEqual(UNKNOWN);
      await expect(store.read(gone, at(START_MS))).resolves.toEqual(UNKNOWN);
    });

    it('of many environments at once adds up exactly', async () => {
      const name = newName();
      const reports = Array.from({ length: 40 }, (_, index) => ({ ...counter('c', index + 1), ...counter('n', 1) }));
      const pictures = await Promise.all(reports.map((report) => store.sync(name, report, UNKNOWN, at(START_MS))));
      const { counters } = await store.read(name, at(START_MS));
      expect(counters).toEqual({ ...counter('c', 820), ...counter('n', 40) });
      // Each saw itself, and no two the same: every write was one step.
      const seen = pictures.map((picture) => Object.entries(picture.counters).find(([name]) => name.startsWith('n:'))?.[1]);
      expect(new Set(seen).size).toBe(40);
    });

    it('and a trip at once leave every report either counted before it or dropped', async () => {
      const name = newName();
      const syncs = Array.from({ length: 10 }, () => store.sync(name, counter('n', 1), UNKNOWN, at(START_MS)));
      const [decision, ...pictures] = await Promise.all([store.apply(name, trip(0), NEW_CIRCUIT, at(START_MS)), ...syncs]);
      expect(decision.accepted).toBe(true);
      const counted = pictures.filter(({ state }) => state.phase === 'closed').length;
      const { counters, state } = await store.read(name, at(START_MS));
      expect(state.phase).toBe('open');
      expect(Object.values(counters).reduce((sum, value) => sum + value, 0)).toBe(counted);
    });

    it('answers random reports as plain sums do', async () => {
      const value = fc.integer({ min: 1, max: 100_000 });
      const calls = fc.record({ kind: fc.constantFrom<CounterKind[]>('c', 'f', 'C', 'F'), agoMs: fc.nat(900), value });
      const itself = fc.record({ kind: fc.constantFrom<CounterKind[]>('v', 'd', 'n', 'N', 'T'), agoMs: fc.constant(0), value });
      const entries = fc.array(fc.oneof(calls, itself), { maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.record({ afterMs: fc.nat(1_500), entries }), { minLength: 1, maxLength: 12 }), async (steps) => {
          const name = newName();
          let nowMs = START_MS;
          let picture = UNKNOWN;
          let sums: Counters = {};
          for (const step of steps) {
            nowMs += step.afterMs;
            const report = Object.assign({}, ...step.entries.map(({ kind, agoMs, value }) => counter(kind, value, nowMs - agoMs))) as Counters;
            picture = await store.sync(name, report, picture, { nowMs });
            sums = addReport(sums, report, nowMs);
            expect(picture.counters).toEqual(sums);
          }
        }),
        { numRuns, seed: 20_260_101 },
      );
    });
  });
}
