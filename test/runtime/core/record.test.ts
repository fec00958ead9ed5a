import { describe, expect, it } from '@jest/globals';
import { sameJson } from '../../../runtime/src/core/record.ts';

describe('two values of JSON', () => {
  it.each([
    [1, 1],
    ['a', 'a'],
    [null, null],
    [undefined, undefined],
    [{ a: 1, b: { c: [1, { d: true }] } }, { b: { c: [1, { d: true }] }, a: 1 }],
    [[], []],
  ])('say the same: %j and %j', (one, other) => {
    expect(sameJson(one, other)).toBe(true);
  });

  it.each([
    [1, 2],
    [1, '1'],
    [null, undefined],
    [{}, null],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: 1 }, { b: 1 }],
    [{ toString: 1 }, { valueOf: 1 }],
    [{ a: { b: [1, 2] } }, { a: { b: [2, 1] } }],
    [[1], [1, 2]],
    [[1], { 0: 1 }],
  ])('say something else: %j and %j', (one, other) => {
    expect(sameJson(one, other)).toBe(false);
  });
});
