import { describe, expect, it } from '@jest/globals';
import { LimitedKey } from '../../../runtime/src/rate-limit/limited-key.ts';
import { LimitedKeys } from '../../../runtime/src/rate-limit/limited-keys.ts';

/** Keys, and the names of those that were made. */
function keysOf(maximum: number): { readonly keys: LimitedKeys; readonly made: string[] } {
  const made: string[] = [];
  const keys = new LimitedKeys(maximum, (key) => {
    made.push(key);
    return Object.create(LimitedKey.prototype) as LimitedKey;
  });
  return { keys, made };
}

describe('the keys that an environment remembers', () => {
  it('are made once', () => {
    const { keys, made } = keysOf(10);
    expect(keys.of('a')).toBe(keys.of('a'));
    expect(keys.of('a')).not.toBe(keys.of('b'));
    expect(made).toStrictEqual(['a', 'b']);
    expect([...keys.values()]).toStrictEqual([keys.of('a'), keys.of('b')]);
  });

  it('are never more than the maximum, of which the longest unused is forgotten', () => {
    const { keys, made } = keysOf(2);
    keys.of('a');
    keys.of('b');
    keys.of('a');
    keys.of('c');
    expect(keys.size).toBe(2);
    keys.of('a');
    expect(made).toStrictEqual(['a', 'b', 'c']);
    keys.of('b');
    expect(made).toStrictEqual(['a', 'b', 'c', 'b']);
  });
});
