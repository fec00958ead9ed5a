import { describe, expect, it } from '@jest/globals';
import { textHash } from '../../../runtime/src/core/text-hash.ts';

describe('the hash of a text', () => {
  it('is the same in every environment and every version: what is kept by it must not move', () => {
    expect(['', 'a', 'tenant-1', 'tenant-2', 'Z\u00fcrich'].map(textHash)).toEqual([2872998923, 444641715, 1151549711, 908407764, 2490234560]);
  });

  it('is spread evenly, even for texts that hardly differ', () => {
    const counts = new Array<number>(64).fill(0);
    for (let index = 0; index < 64_000; index += 1) counts[textHash(`tenant-${index}`) >>> 26]! += 1;
    // A thousand each, with a deviation of 31.
    expect(Math.min(...counts)).toBeGreaterThan(860);
    expect(Math.max(...counts)).toBeLessThan(1140);
  });
});
