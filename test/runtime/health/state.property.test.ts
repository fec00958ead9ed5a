import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { CheckStatus } from '../../../runtime/src/health/check.ts';
import { isoTime } from '../../../runtime/src/health/iso-time.ts';
import { afterRun, UNCHECKED, type CheckState } from '../../../runtime/src/health/state.ts';

const PARAMETERS = { numRuns: 2000, seed: 20_260_101 };
const FOUND = fc.constantFrom<CheckStatus>('healthy', 'degraded', 'unhealthy');
const RUNS = fc.array(FOUND, { minLength: 1, maxLength: 60 });
const THRESHOLDS = fc.record({ unhealthyThreshold: fc.integer({ min: 1, max: 5 }), healthyThreshold: fc.integer({ min: 1, max: 5 }) });

const statesOf = (runs: CheckStatus[], thresholds: { unhealthyThreshold: number; healthyThreshold: number }): CheckState[] => {
  let state = UNCHECKED;
  return runs.map((status, index) => (state = afterRun(state, { result: { status }, atMs: index, durationMs: 0 }, thresholds)));
};

const tail = (runs: CheckStatus[], wanted: (status: CheckStatus) => boolean) => runs.length - 1 - runs.findLastIndex((status) => !wanted(status));
const isFailure = (status: CheckStatus) => status === 'unhealthy';

describe('what counts of a check', () => {
  it('becomes unhealthy at exactly as many failures in a row as it takes, and recovers at exactly as many successes', () => {
    let changes = 0;
    fc.assert(
      fc.property(RUNS, THRESHOLDS, (runs, thresholds) => {
        statesOf(runs, thresholds).forEach(({ status, failures, successes }, index, states) => {
          const sofar = runs.slice(0, index + 1);
          expect({ failures, successes }).toEqual({ failures: tail(sofar, isFailure), successes: tail(sofar, (found) => !isFailure(found)) });
          const before = states[index - 1]?.status;
          if (before === undefined || (before === 'unhealthy') === (status === 'unhealthy')) return;
          changes += 1;
          expect(status === 'unhealthy' ? failures : successes).toBe(status === 'unhealthy' ? thresholds.unhealthyThreshold : thresholds.healthyThreshold);
        });
      }),
      PARAMETERS,
    );
    expect(changes).toBeGreaterThan(500);
  });

  it('follows what lasts, whatever came before (PHE-01, PHE-12)', () => {
    fc.assert(
      fc.property(RUNS, THRESHOLDS, FOUND, (runs, thresholds, lasting) => {
        const states = statesOf([...runs, ...Array<CheckStatus>(5).fill(lasting)], thresholds);
        expect(states.at(-1)?.status).toBe(lasting);
      }),
      PARAMETERS,
    );
  });
});

describe('an instant', () => {
  it('is written as Date writes it', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }), (date) => {
        expect(isoTime(date.getTime())).toBe(date.toISOString());
      }),
      PARAMETERS,
    );
    for (const text of ['2024-02-29T23:59:59.999Z', '2000-03-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z', '2100-02-28T12:00:00.001Z']) expect(isoTime(Date.parse(text))).toBe(text);
  });
});
