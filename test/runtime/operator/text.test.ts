import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { keyText, nameOfKey, partsText } from '../../../runtime/src/operator/limit-key.ts';
import { aboutText, durationText } from '../../../runtime/src/operator/text.ts';
import { limitKey } from '../../../runtime/src/rate-limit/key.ts';

it.each([
  [250, '250 ms'],
  [1000, '1 s'],
  [1500, '1.5 s'],
  [90_000, '1.5 min'],
  [90_061, '90061 ms'],
  [5_400_000, '1.5 h'],
  [86_400_000, '1 d'],
])('a duration of %d ms is told exactly: %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

it.each([
  [0.2, '1 ms'],
  [999, '999 ms'],
  [1001, '1.1 s'],
  [90_061, '1.6 min'],
  [7_200_000, '2 h'],
])('about how long %d ms are: %s', (ms, text) => {
  expect(aboutText(ms)).toBe(text);
});

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,41}$/);
const parts = fc.array(fc.option(fc.string({ maxLength: 10, unit: 'binary' }), { nil: undefined }), { maxLength: 4 });

it('a key is read back into the name and the parts it was made of', () => {
  fc.assert(
    fc.property(name, parts, (limit, given) => {
      expect(nameOfKey(limitKey(limit, given))).toEqual({ name: limit, parts: given.map((part) => part ?? null) });
    }),
  );
});

it('different keys of a limit are told in different words', () => {
  fc.assert(
    fc.property(name, parts, parts, (limit, one, other) => {
      const [first, second] = [limitKey(limit, one), limitKey(limit, other)];
      expect(keyText(first) === keyText(second)).toBe(first === second);
    }),
  );
  expect(keyText(limitKey('api', ['null', undefined, '-x', 'a b', 'GET']))).toBe('api "null" null "-x" "a b" GET');
  expect(partsText(null, 'as it is')).toBe('as it is');
});
