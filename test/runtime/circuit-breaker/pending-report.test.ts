import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { counterName, spanAt, type CounterKind, type Counters } from '../../../runtime/src/circuit-breaker/evidence.ts';
import { PendingReport } from '../../../runtime/src/circuit-breaker/pending-report.ts';
import { START_MS } from './commands.ts';

const QUIET = { failed: false, votes: false, suspects: false };
const FAILED = { failed: true, votes: false, suspects: false };
const FAILING = { failed: true, votes: true, suspects: true };
const SEED = { seed: 20_260_101 };

const name = (kind: CounterKind, atMs: number) => counterName(kind, spanAt(kind, atMs));
/** The sum of the counters of one kind. */
const sum = (report: Counters, kind: CounterKind) =>
  Object.entries(report).reduce((total, [each, value]) => total + (each.startsWith(`${kind}:`) ? value : 0), 0);

describe('a report', () => {
  it('tells of every call by the spans it was made in, and of the environment itself', () => {
    const pending = new PendingReport();
    pending.record(START_MS, 0);
    pending.record(START_MS + 130, 1);
    pending.record(START_MS + 140, 0);
    expect(pending.take(START_MS + 200, FAILED)).toStrictEqual({
      [name('c', START_MS)]: 1,
      [name('c', START_MS + 130)]: 2,
      [name('f', START_MS + 130)]: 1,
      [name('C', START_MS)]: 3,
      [name('F', START_MS)]: 1,
      [name('n', START_MS)]: 1,
    });
  });

  it('tells of the latest moments only when a call has failed; a quiet one leaves them for that', () => {
    const pending = new PendingReport();
    pending.record(START_MS, 0);
    expect(sum(pending.take(START_MS, QUIET), 'c')).toBe(0);
    pending.record(START_MS + 500, 1);
    const failed = pending.take(START_MS + 500, FAILED);
    expect([sum(failed, 'c'), sum(failed, 'f'), sum(failed, 'C')]).toStrictEqual([2, 1, 1]);
  });

  it('is taken once: the next one has only what came after', () => {
    const pending = new PendingReport();
    pending.record(START_MS, 1);
    pending.take(START_MS, FAILING);
    expect(pending.take(START_MS, FAILING)).toStrictEqual({});
    pending.record(START_MS + 10, 0);
    expect(pending.take(START_MS + 10, FAILING)).toStrictEqual({
      [name('c', START_MS)]: 1,
      [name('C', START_MS)]: 1,
      [name('T', START_MS)]: 10,
      [name('N', START_MS)]: 1,
    });
  });

  it('tells of its rate of calls from the second on: since when there is nothing to tell before', () => {
    const pending = new PendingReport();
    for (let call = 0; call < 9; call += 1) pending.record(START_MS, 0);
    expect(sum(pending.take(START_MS, QUIET), 'T')).toBe(0);
    for (let call = 0; call < 4; call += 1) pending.record(START_MS + 300, 0);
    const second = pending.take(START_MS + 2_000, QUIET);
    expect([sum(second, 'N'), sum(second, 'T')]).toStrictEqual([4, 2_000]);
    const third = pending.take(START_MS + 5_000, QUIET);
    expect([sum(third, 'N'), sum(third, 'T')]).toStrictEqual([0, 3_000]);
  });

  it('leaves out calls whose time has passed, as after a freeze (PX-03)', () => {
    const pending = new PendingReport();
    pending.record(START_MS, 1);
    const late = pending.take(START_MS + 60_000, QUIET);
    expect(Object.keys(late)).toStrictEqual([name('n', START_MS + 60_000)]);
  });

  it('counts a slow call as the part of a failure that it is, to the thousandth', () => {
    const pending = new PendingReport();
    for (let call = 0; call < 3; call += 1) pending.record(START_MS, 0.1);
    expect(pending.take(START_MS, FAILED)).toMatchObject({ [name('c', START_MS)]: 3, [name('f', START_MS)]: 0.3 });
  });

  it('of a circuit that is no more is forgotten, its votes too, but not that the environment is there', () => {
    const pending = new PendingReport();
    pending.record(START_MS, 1);
    pending.take(START_MS, FAILING);
    pending.record(START_MS, 1);
    pending.clear(START_MS + 50);
    expect(pending.take(START_MS + 100, FAILING)).toStrictEqual({
      [name('v', START_MS)]: 1,
      [name('d', START_MS)]: 1,
      [name('T', START_MS)]: 50,
    });
  });
});

describe('a vote', () => {
  it('is counted once in two spans, so that two neighbouring spans hold distinct environments', () => {
    const pending = new PendingReport();
    const voted: number[] = [];
    for (let ms = 0; ms < 4_000; ms += 50) {
      const may = pending.mayVote(START_MS + ms);
      const votes = sum(pending.take(START_MS + ms, FAILING), 'v');
      expect(votes).toBe(may ? 1 : 0);
      if (votes === 1) voted.push(ms);
    }
    expect(voted).toStrictEqual([0, 1000, 2000, 3000]);
  });

  it('is not used up by a report without one', () => {
    const pending = new PendingReport();
    pending.take(START_MS, QUIET);
    expect(pending.mayVote(START_MS)).toBe(true);
    expect(pending.take(START_MS, { ...QUIET, votes: true })).toStrictEqual({ [name('v', START_MS)]: 1 });
  });

  it('and a suspicion and an environment are each counted by spans of their own', () => {
    const pending = new PendingReport();
    const totals = { v: 0, d: 0, n: 0 };
    for (let ms = 0; ms < 20_000; ms += 100) {
      const report = pending.take(START_MS + ms, FAILING);
      for (const kind of ['v', 'd', 'n'] as const) totals[kind] += sum(report, kind);
    }
    // 20 s: every second span of 500 ms, every second span of 2 s, every span of 10 s.
    expect(totals).toStrictEqual({ v: 20, d: 5, n: 2 });
  });
});

describe('all reports together', () => {
  it('tell of every recent call exactly once, whenever they are taken, and of the time in between', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(120), weight: fc.constantFrom(0, 0, 1, 0.5), takes: fc.boolean() }), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (list) => {
        const pending = new PendingReport();
        let nowMs = START_MS;
        const totals = { c: 0, f: 0, C: 0, F: 0, N: 0, T: 0 };
        const take = () => {
          const report = pending.take(nowMs, FAILED);
          for (const kind of Object.keys(totals) as (keyof typeof totals)[]) totals[kind] += sum(report, kind);
        };
        take();
        let sinceTakenMs = nowMs;
        for (const { afterMs, weight, takes } of list) {
          nowMs += afterMs;
          pending.record(nowMs, weight);
          // Within the second that short spans are kept, so that none is lost.
          if (takes || nowMs - sinceTakenMs > 1000) {
            take();
            sinceTakenMs = nowMs;
          }
        }
        nowMs += 1; // in no time there is no rate to tell of
        take();
        const failures = list.reduce((total, { weight }) => total + weight, 0);
        expect(totals).toStrictEqual({ c: list.length, f: failures, C: list.length, F: failures, N: list.length, T: nowMs - START_MS });
      }),
      SEED,
    );
  });
});
