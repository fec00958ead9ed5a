import { describe, expect, it } from '@jest/globals';
import { randomId, uniform, type Random } from '../../../runtime/src/core/random.ts';
import { SYSTEM_RANDOM } from '../../../runtime/src/core/system-sources.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';

const always = (value: number): Random => ({ next: () => value });
const ALMOST_ONE = 1 - 2 ** -32;

describe('uniform', () => {
  it('covers its range: the low end is reached, the high end is not', () => {
    expect(uniform(always(0), 300, 700)).toBe(300);
    expect(uniform(always(0.25), 300, 700)).toBe(400);
    expect(uniform(always(ALMOST_ONE), 300, 700)).toBeLessThan(700);
  });
});

describe('randomId', () => {
  it.each([['the system', SYSTEM_RANDOM], ['a seed', new SeededRandom(1)], ['the least chance', always(0)], ['the greatest chance', always(ALMOST_ONE)]])(
    'has 12 small letters and digits from %s',
    (_what, random) => {
      expect(randomId(random)).toMatch(/^[0-9a-z]{12}$/);
    },
  );

  it('does not repeat itself', () => {
    const random = new SeededRandom(7);
    expect(new Set(Array.from({ length: 10_000 }, () => randomId(random))).size).toBe(10_000);
  });

  it('is the same for the same chance', () => {
    expect(randomId(new SeededRandom(7))).toBe(randomId(new SeededRandom(7)));
  });
});
