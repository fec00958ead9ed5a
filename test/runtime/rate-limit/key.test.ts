import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { limitKey, partsOf } from '../../../runtime/src/rate-limit/key.ts';

const names = fc.constantFrom('api', 'a', 'login');
const parts = fc.array(fc.oneof(fc.constant(undefined), fc.constantFrom('', 'null', '"', ',', '","', '[', ']', 'a', 'api', '\\', '\ud800'), fc.string()), { maxLength: 4 });

describe('the key of a limit', () => {
  it('is the name of the limit where it has no parts', () => {
    expect(limitKey('api', [])).toBe('api');
  });

  it('is never the same for different names or parts (PRL-03)', () => {
    let different = 0;
    fc.assert(
      fc.property(names, parts, names, parts, (name, some, otherName, others) => {
        const isSame = name === otherName && some.length === others.length && some.every((part, index) => part === others[index]);
        expect(limitKey(name, some) === limitKey(otherName, others)).toBe(isSame);
        if (!isSame && some.length === others.length) different += 1;
      }),
      { numRuns: 5000, seed: 20_260_101 },
    );
    expect(different).toBeGreaterThan(500);
  });

  it('tells a part that is not known from every text', () => {
    const texts = ['', 'null', 'undefined', '[null]'];
    const keys = [undefined, ...texts].map((part) => limitKey('api', [part]));
    expect(new Set(keys).size).toBe(5);
  });

  it('is made of exactly the parts asked for, in their order', () => {
    const call = { tenant: 't', user: 'u', ip: '192.0.2.1', operation: 'GET /a/{id}', method: 'GET', path: '/a/1' };
    expect(partsOf(call, ['user', 'tenant'])).toStrictEqual(['u', 't']);
    expect(partsOf({ user: 'u' }, ['tenant', 'user'])).toStrictEqual([undefined, 'u']);
    const all = ['tenant', 'user', 'ip', 'operation', 'method', 'path'] as const;
    for (const part of all) {
      expect(partsOf(call, [part])).toStrictEqual([call[part]]);
      for (const other of all) if (other !== part) expect(partsOf({ ...call, [other]: 'other' }, [part])).toStrictEqual([call[part]]);
    }
  });
});
