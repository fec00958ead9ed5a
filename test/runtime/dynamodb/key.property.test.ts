import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sharedKey, type KeyParts } from '../../../runtime/src/dynamodb/key.ts';

const PREFIX = 'circuit';
/** DynamoDB's limit for a partition key is 2,048 bytes; three parts of 200 and their labels stay far below. */
const LONGEST_KEY = PREFIX.length + '#'.length + '#tenant='.length + '#operation='.length + 3 * 200;

/** Texts from the characters that the encoding itself uses, so that collisions are near if there are any. */
const tricky = fc.string({ unit: fc.constantFrom('a', '#', '%', '=', '~', '0', '2', '3', 'é', '\u{1F600}', '\uD800', '\uDC00', 'tenant', 'operation'), maxLength: 8 });
const long = fc.tuple(fc.constantFrom('a', '%', '~', '\uD800'), fc.integer({ min: 150, max: 900 }), tricky).map(([unit, length, tail]) => unit.repeat(length) + tail);
const value = fc.oneof(tricky, fc.string({ unit: 'binary' }), long);
const parts = fc.record({ name: value, tenant: value, operation: value }, { requiredKeys: ['name'] }) as fc.Arbitrary<KeyParts>;

const same = (a: KeyParts, b: KeyParts) => a.name === b.name && a.tenant === b.tenant && a.operation === b.operation;

describe('the key of a shared item', () => {
  it('differs wherever the parts differ, and only there', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(sharedKey(PREFIX, a) === sharedKey(PREFIX, b)).toBe(same(a, b));
        expect(sharedKey(PREFIX, { ...a })).toBe(sharedKey(PREFIX, a));
      }),
      { numRuns: 2000 },
    );
  });

  it('differs when one value moves into another part', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const keys = [{ name: a, tenant: b }, { name: a, operation: b }, { name: a + b }, { name: a, tenant: b, operation: '' }, { name: a, tenant: '', operation: b }];
        const expected = b === '' ? keys.length - 1 : keys.length; // the last two are the same then
        expect(new Set(keys.map((each) => sharedKey(PREFIX, each))).size).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('is bounded and of plain characters, whatever the values', () => {
    fc.assert(
      fc.property(parts, (each) => {
        const key = sharedKey(PREFIX, each);
        expect(key.length).toBeLessThanOrEqual(LONGEST_KEY);
        expect(key).toMatch(/^[A-Za-z0-9._%~#=-]+$/);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('separators inside values', () => {
  it.each<[string, KeyParts, KeyParts]>([
    ['a tenant spelt in the name', { name: 'a#tenant=b' }, { name: 'a', tenant: 'b' }],
    ['an operation spelt in the tenant', { name: 'a', tenant: 'b#operation=c' }, { name: 'a', tenant: 'b', operation: 'c' }],
    ['an encoded separator', { name: 'a#' }, { name: 'a%0023' }],
    ['an encoded percent sign', { name: '%' }, { name: '%0025' }],
    ['no tenant and an empty one', { name: 'a' }, { name: 'a', tenant: '' }],
    ['tenant and operation', { name: 'a', tenant: 'b' }, { name: 'a', operation: 'b' }],
    ['two different lone surrogates', { name: '\uD800' }, { name: '\uD801' }],
    ['a lone surrogate and its replacement character', { name: '\uD800' }, { name: '\uFFFD' }],
    ['two spellings of one letter', { name: '\u00E9' }, { name: 'e\u0301' }],
    ['upper and lower case', { name: 'Payments' }, { name: 'payments' }],
    ['long values with the same beginning', { name: `${'a'.repeat(5000)}x` }, { name: `${'a'.repeat(5000)}y` }],
    ['200 and 201 characters', { name: 'a'.repeat(200) }, { name: 'a'.repeat(201) }],
  ])('%s', (_what, one, two) => {
    expect(sharedKey(PREFIX, one)).not.toBe(sharedKey(PREFIX, two));
  });

  it('a long value cannot be imitated by the text of its own cut key', () => {
    const cut = sharedKey(PREFIX, { name: 'a'.repeat(500) }).slice(`${PREFIX}#`.length);
    expect(cut).toHaveLength(200);
    expect(sharedKey(PREFIX, { name: cut })).not.toBe(`${PREFIX}#${cut}`);
  });

  it('are written so that a person can still read the key', () => {
    expect(sharedKey(PREFIX, { name: 'payments', tenant: 'a#b', operation: 'GET /x' })).toBe('circuit#payments#tenant=a%0023b#operation=GET%0020%002fx');
    expect(sharedKey(PREFIX, { name: 'a'.repeat(200) })).toBe(`circuit#${'a'.repeat(200)}`);
  });
});
