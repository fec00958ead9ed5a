import { describe, expect, it } from '@jest/globals';
import { detailsOf, reportOf } from '../../../runtime/src/operator/limit-report.ts';
import type { Marks } from '../../../runtime/src/rate-limit/rule.ts';
import { grown, MARK, sown } from '../../../runtime/src/rate-limit/state.ts';
import { START_MS } from '../rate-limit/takes.ts';

const PERIOD_MS = 60_000;
const WINDOW = START_MS / PERIOD_MS;

/** A window in which so much is counted. */
const counted = (count: number, window = WINDOW): Marks => ({ w60000: window, c60000: count, p60000: 0 });
const splitIn = (shards: number) => ({ shards, bornAtMs: START_MS });
const usedOf = (stored: readonly Marks[]) => reportOf('api', stored, START_MS).rules;
const used = (taken: number, takenBefore = 0) => [{ counts: 'window', periodMs: PERIOD_MS, taken, takenBefore }];

describe('what is used of a window', () => {
  it('belongs to the one before once it has ended, and then to none', () => {
    expect(usedOf([counted(7)])).toEqual(used(7));
    expect(usedOf([counted(7, WINDOW - 1)])).toEqual(used(0, 7));
    expect(usedOf([counted(7, WINDOW - 2)])).toEqual(used(0));
  });

  it('is seen by a clock that lags behind', () => {
    expect(usedOf([{ ...counted(7, WINDOW + 1), p60000: 4 }])).toEqual(used(7, 4));
  });

  it('of a part that nobody has made yet is what its other half is now, if that has to be split first', () => {
    const halved = grown(counted(8), splitIn(2));
    const other = { ...sown(halved), c60000: 20 };
    // The key itself has been split again: it is a quarter, and so is the part made of it; the other half is not split yet.
    const quarter = grown(halved, splitIn(4));
    expect(usedOf([quarter, other])).toEqual(used((8 + 20 + 8 + 20) / 4));
    expect(detailsOf('api', [quarter, other], START_MS)).toMatchObject({ shards: 4, splitSinceMs: START_MS });
  });
});

it('an item that tells of more parts than any key has is not believed', () => {
  expect(reportOf('api', [{ [MARK.shards]: 1e9 }], START_MS).shards).toBe(64);
});
