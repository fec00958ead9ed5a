import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEADLINE_HEADER, deadlineFromHeader, deadlineHeaderValue, deadlineOfSignal, earlierDeadline, noteDeadline } from '../../../runtime/src/core/deadline.ts';

describe('the header of the deadline', () => {
  it('has a name that the documentation states', () => {
    expect(DEADLINE_HEADER).toBe('x-deadline-ms');
  });

  it.each([
    [1500, '500'],
    [1500.9, '500'],
    [1000, '0'],
    [10, '0'],
    [Number.POSITIVE_INFINITY, undefined],
    [undefined, undefined],
    [5e9, '900000'],
  ])('of a deadline at %p says %p at 1000', (deadlineMs, value) => {
    expect(deadlineHeaderValue(deadlineMs, 1000)).toBe(value);
  });

  it.each([
    [['500'], 1500],
    [[' 500 '], 1500],
    [['0'], 1000],
    [['900, 300'], 1300],
    [['900', '300', '400'], 1300],
    [['nonsense', '300'], 1300],
    [['900001'], 901_000],
    [['999999999999'], 901_000],
    [[], undefined],
    [[''], undefined],
    [['-1'], undefined],
    [['1.5'], undefined],
    [['1e3'], undefined],
    [['0x10'], undefined],
    [['Infinity'], undefined],
    [['9999999999999'], undefined],
  ])('with the values %p means %p at 1000', (values, deadlineMs) => {
    expect(deadlineFromHeader(values, 1000)).toBe(deadlineMs);
  });

  it('never gives the next one more time than there is, over any number of hops (PX-07)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900_000 }), fc.array(fc.record({ skewMs: fc.integer({ min: -1e6, max: 1e6 }), workMs: fc.integer({ min: 0, max: 1000 }) }), { maxLength: 10 }), (budgetMs, hops) => {
        let value = String(budgetMs);
        let spentMs = 0;
        for (const { skewMs, workMs } of hops) {
          // Each hop has a clock of its own: only times are handed on.
          const nowMs = 1_767_225_600_000 + skewMs;
          value = deadlineHeaderValue(deadlineFromHeader([value], nowMs), nowMs + workMs)!;
          spentMs += workMs;
          expect(Number(value)).toBe(Math.max(0, budgetMs - spentMs));
        }
      }),
      { numRuns: 500, seed: 20_260_101 },
    );
  });
});

describe('two deadlines', () => {
  it('come to the earlier one, where both are known', () => {
    expect([earlierDeadline(1, 2), earlierDeadline(3, 2), earlierDeadline(1, undefined), earlierDeadline(undefined, 2), earlierDeadline(undefined, undefined)]).toEqual([1, 2, 1, 2, undefined]);
  });
});

describe('the deadline of a signal', () => {
  it('is known where it was noted', () => {
    const { signal } = new AbortController();
    expect([deadlineOfSignal(signal), deadlineOfSignal(undefined), deadlineOfSignal(null)]).toEqual([undefined, undefined, undefined]);
    noteDeadline(signal, 5);
    noteDeadline(signal, 7);
    expect(deadlineOfSignal(signal)).toBe(7);
  });
});
