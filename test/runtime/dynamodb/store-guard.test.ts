import { describe, expect, it } from '@jest/globals';
import { afterFailure, mayAsk, STORE_ANSWERS, type StoreGuard } from '../../../runtime/src/dynamodb/store-guard.ts';

const NOW = 1_000_000;

/** The pauses of that many failures in a row, each as long as chance allows. */
function pauses(count: number, chance: number): number[] {
  let guard: StoreGuard = STORE_ANSWERS;
  return Array.from({ length: count }, () => {
    guard = afterFailure(guard, NOW, chance);
    return guard.pausedUntilMs - NOW;
  });
}

describe('the store guard', () => {
  it('lets a store that answers be asked at any time', () => {
    expect(mayAsk(STORE_ANSWERS, 0)).toBe(true);
    expect(mayAsk(STORE_ANSWERS, NOW)).toBe(true);
  });

  it('doubles the pause with every failure, up to 30 s', () => {
    expect(pauses(9, 1)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('leaves out up to half of it at random, so that a fleet does not come back together (PX-06)', () => {
    expect(pauses(3, 0)).toEqual([250, 500, 1000]);
    expect(pauses(3, 0.5)).toEqual([375, 750, 1500]);
    expect(pauses(9, 0).at(-1)).toBe(15_000);
  });

  it('stays at its longest pause however long the outage', () => {
    const guard = { failures: 100_000, pausedUntilMs: 0 };
    expect(afterFailure(guard, NOW, 1)).toEqual({ failures: 100_001, pausedUntilMs: NOW + 30_000 });
  });

  it('holds requests back until the very end of the pause', () => {
    const guard = afterFailure(STORE_ANSWERS, NOW, 1);
    expect([0, 499, 500].map((ms) => mayAsk(guard, NOW + ms))).toEqual([false, false, true]);
  });

  it('counts from the beginning again once the store has answered', () => {
    afterFailure(afterFailure(STORE_ANSWERS, NOW, 1), NOW, 1);
    expect(afterFailure(STORE_ANSWERS, NOW, 1)).toEqual({ failures: 1, pausedUntilMs: NOW + 500 });
    expect(Object.isFrozen(STORE_ANSWERS)).toBe(true);
  });
});
