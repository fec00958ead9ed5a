import { describe, expect, it } from '@jest/globals';
import { BackOff } from '../../../runtime/src/rate-limit/back-off.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';

/** Chance that always falls the same way. */
const always = (value: number) => ({ next: () => value });

/** Waits after refusals in a row. */
function waits(backOff: BackOff, refusals: number): number[] {
  return Array.from({ length: refusals }, () => {
    backOff.refused(1000, false);
    return backOff.untilMs - 1000;
  });
}

describe('the back-off of an environment', () => {
  it('lets the first request be made at once', () => {
    expect(new BackOff(new SeededRandom(1)).untilMs).toBe(0);
  });

  it('begins at a tenth of a second, doubles with each refusal and ends at 0.9 s', () => {
    expect(waits(new BackOff(always(1)), 6)).toStrictEqual([100, 200, 400, 800, 900, 900]);
  });

  it('is at least half of that, by chance, so that environments come apart', () => {
    expect(waits(new BackOff(always(0)), 6)).toStrictEqual([50, 100, 200, 400, 450, 450]);
    const first = Array.from({ length: 20 }, (_, seed) => waits(new BackOff(new SeededRandom(seed)), 1)[0]);
    expect(new Set(first).size).toBe(20);
  });

  it('does not begin with the first refusal of what was asked ahead: the call that comes may ask for itself', () => {
    const backOff = new BackOff(always(1));
    backOff.refused(1000, true);
    expect(backOff.untilMs).toBe(0);
    backOff.refused(1000, true);
    expect(backOff.untilMs).toBe(1200);
  });

  it('is shorter after grants, and never below the first wait', () => {
    const backOff = new BackOff(always(1));
    waits(backOff, 4);
    backOff.granted();
    backOff.granted();
    expect(waits(backOff, 1)).toStrictEqual([900]);
    for (let grant = 0; grant < 20; grant += 1) backOff.granted();
    expect(waits(backOff, 2)).toStrictEqual([100, 200]);
  });

  it('ends at once where the key was freed', () => {
    const backOff = new BackOff(always(1));
    waits(backOff, 3);
    backOff.reset();
    expect(backOff.untilMs).toBe(0);
  });
});
