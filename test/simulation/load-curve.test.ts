import { describe, it, expect } from '@jest/globals';
import { LoadCurve } from './load-curve.ts';
import { Timeline } from './timeline.ts';

const TERMS = { share: 0.9, lastMs: 2000 };

/** A run of ten seconds with ten requests in each; the answers say how many of those of a second were answered with success. */
function curveOf(answers: readonly number[]): { readonly curve: LoadCurve; readonly timeline: Timeline } {
  const [curve, timeline] = [new LoadCurve(10_000), new Timeline(10_000)];
  for (let atMs = 0; atMs < 10_000; atMs += 100) timeline.count('requests', atMs);
  answers.forEach((count, second) => {
    for (let each = 0; each < count; each += 1) curve.count('served', second * 1000 + each);
  });
  return { curve, timeline };
}

describe('a curve of load', () => {
  it('counts what lies in a stretch of time', () => {
    const curve = new LoadCurve(1000);
    for (const atMs of [0, 99, 100, 150, 999, 5000]) curve.count('requests', atMs);
    for (const atMs of [50, 120]) curve.count('calls', atMs);
    expect([curve.total('requests', 0, 100), curve.total('requests', 100, 1000), curve.total('requests', 0, Infinity)]).toEqual([2, 3, 6]);
    expect([curve.requestsPerCall(0, 200), curve.requestsPerCall(500, 600), curve.requestsPerCall(0, Infinity)]).toEqual([2, 0, 3]);
    expect(curve.most('requests')).toBe(2);
  });

  it.each([
    ['at once where all seconds after the fault are well', [10, 10, 0, 0, 10, 9, 10, 10, 10, 10], 0],
    ['with the end of the last second that is not', [10, 10, 0, 0, 10, 8, 10, 10, 10, 10], 2000],
    ['never where the end is not well', [10, 10, 0, 0, 10, 10, 10, 10, 10, 5], null],
  ])('has a fleet recover %s', (_when, answers, recoveredAfterMs) => {
    const { curve, timeline } = curveOf(answers);
    expect(curve.recoveredAfterMs(4000, { timeline, ...TERMS })).toBe(recoveredAfterMs);
  });
});
