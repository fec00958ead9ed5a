import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  addReport,
  callsWithin,
  counterName,
  distinctWithin,
  fleetSize,
  isCounter,
  oldestSpan,
  pastCounters,
  spanAt,
  spanMs,
  withFleetOf,
  type CounterKind,
  type Counters,
} from '../../../runtime/src/circuit-breaker/evidence.ts';
import { PendingReport } from '../../../runtime/src/circuit-breaker/pending-report.ts';
import { START_MS } from './commands.ts';

const KINDS: readonly CounterKind[] = ['c', 'f', 'C', 'F', 'v', 'd', 'n', 'N', 'T'];
const SEED = { seed: 20_260_101 };

const kind = fc.constantFrom(...KINDS);
/** Any span from the epoch to far in the future. */
const span = fc.nat(2 ** 40);
/** An instant that lies anywhere within the spans of every kind. */
const instant = fc.nat(100_000).map((offset) => START_MS + offset);

describe('the name of a counter', () => {
  it('is that of one kind and one span alone', () => {
    fc.assert(
      fc.property(kind, span, kind, span, (kindA, spanA, kindB, spanB) => {
        const same = kindA === kindB && spanA === spanB;
        expect(counterName(kindA, spanA) === counterName(kindB, spanB)).toBe(same);
      }),
      SEED,
    );
  });

  it('says what it was made from: it is past exactly when its span is', () => {
    fc.assert(
      fc.property(kind, fc.integer({ min: -30, max: 30 }), instant, (ofKind, offset, nowMs) => {
        const name = counterName(ofKind, spanAt(ofKind, nowMs) + offset);
        expect(isCounter(name)).toBe(true);
        expect(pastCounters([name], nowMs).length === 1).toBe(spanAt(ofKind, nowMs) + offset < oldestSpan(ofKind, nowMs));
      }),
      SEED,
    );
  });

  it('cannot be mistaken for any other attribute of the item, nor for what every object has', () => {
    const attributes = ['id', 'phase', 'generation', 'openUntilMs', 'opens', 'probes', 'successes', 'writer', 'expiresAt', 'control'];
    for (const name of [...attributes, 'constructor', 'toString', '__proto__', '', ':', 'c', 'c1', 'cc:1', 'x:1', ' :1', '::1']) {
      expect([name, isCounter(name)]).toStrictEqual([name, false]);
    }
  });
});

describe('counters of the past', () => {
  it.each([
    ['c', 10],
    ['f', 10],
    ['C', 11],
    ['F', 11],
    ['v', 2],
    ['d', 2],
    ['n', 2],
    ['N', 2],
    ['T', 2],
  ] as const)('of kind %s are those before the latest %i spans; one ahead of the own clock is not past', (ofKind, kept) => {
    const current = spanAt(ofKind, START_MS);
    const names = Array.from({ length: kept + 4 }, (_, index) => counterName(ofKind, current + 1 - index));
    expect(pastCounters(names, START_MS)).toStrictEqual(names.slice(kept + 1));
  });
});

/** Reports as environments make them: some spans around now, small values. */
const report: fc.Arbitrary<Counters> = fc
  .array(fc.record({ ofKind: kind, offset: fc.integer({ min: -14, max: 1 }), value: fc.integer({ min: 1, max: 9 }) }), { maxLength: 12 })
  .map((entries) => Object.fromEntries(entries.map(({ ofKind, offset, value }) => [counterName(ofKind, spanAt(ofKind, START_MS) + offset), value])));

describe('adding a report', () => {
  it('gives the same sums in whatever order reports come', () => {
    fc.assert(
      fc.property(fc.array(report, { minLength: 2, maxLength: 8 }), fc.array(fc.nat(100), { minLength: 8, maxLength: 8 }), (reports, keys) => {
        const other = reports.map((each, index) => ({ each, key: keys[index] ?? 0 })).sort((a, b) => a.key - b.key);
        const add = (sums: Counters, each: Counters) => addReport(sums, each, START_MS);
        expect(reports.reduce(add, {})).toEqual(other.map(({ each }) => each).reduce(add, {}));
      }),
      SEED,
    );
  });

  it('loses nothing but the past, and leaves what it was given as it was', () => {
    fc.assert(
      fc.property(report, report, instant, (before, added, nowMs) => {
        const copies = structuredClone([before, added]);
        const sums = addReport(before, added, nowMs);
        const names = [...new Set([...Object.keys(before), ...Object.keys(added)])];
        const past = new Set(pastCounters(names, nowMs));
        const expected = names.filter((name) => !past.has(name)).map((name) => [name, (before[name] ?? 0) + (added[name] ?? 0)]);
        expect(sums).toEqual(Object.fromEntries(expected));
        expect([before, added]).toStrictEqual(copies);
      }),
      SEED,
    );
  });
});

interface Call {
  readonly atMs: number;
  readonly failed: boolean;
}

/** What environments tell of calls. */
function told(calls: readonly Call[]): Counters {
  const sums: Record<string, number> = {};
  for (const { atMs, failed } of calls) {
    for (const ofKind of failed ? (['c', 'f', 'C', 'F'] as const) : (['c', 'C'] as const)) {
      const name = counterName(ofKind, spanAt(ofKind, atMs));
      sums[name] = (sums[name] ?? 0) + 1;
    }
  }
  return sums;
}

describe('the calls of the last while', () => {
  const calls = fc.array(fc.record({ agoMs: fc.oneof(fc.nat(1_500), fc.nat(20_000)), failed: fc.boolean() }), { maxLength: 200 });
  const lookBack = fc.constantFrom(250, 500, 1000, 2000, 10_000);
  const lengthOf = (lookBackMs: number) => spanMs(lookBackMs <= 1000 ? 'c' : 'C');

  it('are those of a plain list of all calls, over the look-back and less than one span more', () => {
    fc.assert(
      fc.property(calls, lookBack, instant, (list, lookBackMs, nowMs) => {
        const events = list.map(({ agoMs, failed }) => ({ atMs: nowMs - agoMs, failed }));
        const { calls: counted, failures, coveredMs } = callsWithin(told(events), lookBackMs, nowMs, 0);
        const within = events.filter(({ atMs }) => atMs >= nowMs - coveredMs);
        expect({ counted, failures }).toStrictEqual({ counted: within.length, failures: within.filter(({ failed }) => failed).length });
        expect(coveredMs).toBeGreaterThanOrEqual(lookBackMs);
        expect(coveredMs).toBeLessThan(lookBackMs + lengthOf(lookBackMs));
      }),
      SEED,
    );
  });

  it('leave out everything before the circuit changed, and cover no more time than that', () => {
    fc.assert(
      fc.property(calls, lookBack, instant, fc.nat(12_000), (list, lookBackMs, nowMs, changedAgoMs) => {
        const sinceMs = nowMs - changedAgoMs;
        const events = list.map(({ agoMs, failed }) => ({ atMs: nowMs - agoMs, failed }));
        const { calls: counted, coveredMs } = callsWithin(told(events), lookBackMs, nowMs, sinceMs);
        expect(coveredMs).toBeLessThanOrEqual(changedAgoMs);
        expect(coveredMs).toBeGreaterThan(Math.min(lookBackMs, changedAgoMs) - lengthOf(lookBackMs));
        const firstWholeSpanMs = Math.ceil(sinceMs / lengthOf(lookBackMs)) * lengthOf(lookBackMs);
        expect(counted).toBe(events.filter(({ atMs }) => atMs >= Math.max(nowMs - coveredMs, firstWholeSpanMs)).length);
      }),
      SEED,
    );
  });

  it('include those of an environment whose clock is one span ahead, and none of further ahead', () => {
    const ahead = (ms: number) => callsWithin(told([{ atMs: START_MS + ms, failed: true }]), 250, START_MS, 0).failures;
    expect([ahead(0), ahead(125), ahead(249), ahead(250)]).toStrictEqual([1, 1, 1, 0]);
  });

  it('of a circuit that has just changed are none, in no time', () => {
    expect(callsWithin(told([{ atMs: START_MS, failed: true }]), 1000, START_MS + 1, START_MS + 1)).toStrictEqual({ calls: 0, failures: 0, coveredMs: 0 });
  });
});

describe('distinct environments', () => {
  it.each(['v', 'd'] as const)('are never more than there are: each counts itself once in two spans (%s)', (ofKind) => {
    const fleet = fc.array(fc.array(fc.nat(8_000), { maxLength: 30 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fleet, fc.nat(8_000), (times, laterMs) => {
        const nowMs = START_MS + laterMs;
        let counters: Counters = {};
        let recent = 0;
        for (const each of times) {
          const pending = new PendingReport();
          let counted = -Infinity;
          for (const atMs of each.map((ms) => START_MS + ms).filter((ms) => ms <= nowMs).sort((a, b) => a - b)) {
            const taken = pending.take(atMs, { failed: true, votes: ofKind === 'v', suspects: ofKind === 'd' });
            if (Object.keys(taken).some((name) => name.startsWith(`${ofKind}:`))) counted = spanAt(ofKind, atMs);
            counters = addReport(counters, taken, nowMs);
          }
          if (counted >= spanAt(ofKind, nowMs) - 1) recent += 1;
        }
        expect(distinctWithin(counters, ofKind, nowMs, 0)).toBe(recent);
      }),
      SEED,
    );
  });

  it('that spoke before the circuit changed say nothing', () => {
    const counters = { [counterName('v', spanAt('v', START_MS))]: 3 };
    expect(distinctWithin(counters, 'v', START_MS + 400, START_MS)).toBe(3);
    expect(distinctWithin(counters, 'v', START_MS + 400, START_MS + 1)).toBe(0);
  });
});

describe('the size of the fleet', () => {
  const current = spanAt('n', START_MS);
  const at = (ofKind: CounterKind, value: number, offset = 0): Counters => ({ [counterName(ofKind, current + offset)]: value });

  it('is one environment of unknown rate where nothing is told', () => {
    expect(fleetSize({}, START_MS)).toStrictEqual({ active: 1, callsPerMs: undefined });
  });

  it('is the larger of this span and the one before: in a young span only some have reported', () => {
    expect(fleetSize({ ...at('n', 3), ...at('n', 50, -1) }, START_MS).active).toBe(50);
    expect(fleetSize({ ...at('n', 60), ...at('n', 50, -1), ...at('n', 99, -2) }, START_MS).active).toBe(60);
  });

  it('is at least what it was before, where that is known: the failing ones are the first to report after a change', () => {
    expect(fleetSize(withFleetOf(50, at('n', 2), START_MS), START_MS).active).toBe(50);
    expect(fleetSize(withFleetOf(50, at('n', 60, -1), START_MS), START_MS).active).toBe(60);
    expect(withFleetOf(1, {}, START_MS)).toStrictEqual({});
  });

  it('has no rate until its environments have told of half a second each, on average', () => {
    const fleet = { ...at('n', 50), ...at('N', 250) };
    expect(fleetSize({ ...fleet, ...at('T', 50 * 500 - 1) }, START_MS).callsPerMs).toBeUndefined();
    expect(fleetSize({ ...fleet, ...at('T', 50 * 500) }, START_MS).callsPerMs).toBeCloseTo(0.5);
  });

  it('has the rate of those who told, for all: 10 calls in 2 s each make 250 in a second for fifty', () => {
    const fleet = { ...at('n', 50, -1), ...at('N', 100), ...at('T', 20_000), ...at('N', 150, -1), ...at('T', 30_000, -1) };
    expect(fleetSize(fleet, START_MS).callsPerMs).toBeCloseTo(0.25);
  });

  it('has a rate of zero, and not an unknown one, where all told that nothing was called', () => {
    expect(fleetSize({ ...at('n', 2), ...at('T', 20_000) }, START_MS).callsPerMs).toBe(0);
  });
});
