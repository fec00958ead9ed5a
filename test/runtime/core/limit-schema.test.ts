import { describe, expect, it } from '@jest/globals';
import { limitListProblems, limitPartsProblems, type LimitParts, type LimitSchema } from '../../../runtime/src/core/limit-schema.ts';

const SCHEMA: LimitSchema = {
  rule: {
    limit: { type: 'integer', minimum: 1, maximum: 10, default: 1 },
    period: { type: 'duration', minimumMs: 1, maximumMs: 1000, defaultMs: 1 },
    burst: { type: 'integer', minimum: 1, maximum: 10, default: 1 },
  },
  maximumRules: 2,
  keyParts: ['tenant', 'path'],
};

const RULE = { limit: 5, periodMs: 100 };
const problemsOf = (parts: LimitParts) => limitPartsProblems(SCHEMA, 'options', parts);

describe('parts that may be used', () => {
  it.each<LimitParts>([
    {},
    { limits: undefined, tenantLimits: undefined, userLimits: undefined, by: undefined, strategy: undefined, maxShards: undefined },
    { limits: [RULE], by: [] },
    { limits: [RULE, { ...RULE, periodMs: 1 }], by: ['path', 'tenant'] },
    { limits: [{ ...RULE, burst: 10 }] },
    { limits: [{ ...RULE, burst: 10 }], strategy: 'token-bucket' },
    { limits: [{ ...RULE, burst: undefined }], strategy: 'fixed-window' },
    { tenantLimits: {}, userLimits: { 'any text # at all': [RULE] } },
  ])('%j', (parts) => {
    expect(problemsOf(parts)).toEqual([]);
  });

  it.each([1, 2, 4, 32, 64])('%p shards', (maxShards) => {
    expect(problemsOf({ maxShards })).toEqual([]);
  });
});

describe('parts that may not', () => {
  it.each<[LimitParts, string]>([
    [{ limits: 5 }, 'limits is 5: set a list of { limit, periodMs }'],
    [{ limits: [] }, 'limits has 0 entries: set 1 to 2 limits'],
    [{ limits: [RULE, RULE, RULE] }, 'limits has 3 entries: set 1 to 2 limits'],
    [{ limits: [[]] }, 'limits[0] is an array: set { limit, periodMs }'],
    [{ limits: [{ periodMs: 100 }] }, 'limits[0].limit is missing: set a number'],
    [{ limits: [{ limit: 5, periodMs: undefined }] }, 'limits[0].periodMs is missing: set a number'],
    [{ limits: [{ ...RULE, limit: 11 }] }, 'limits[0].limit is 11: set a whole number from 1 to 10'],
    [{ limits: [{ ...RULE, rate: 1 }] }, 'limits[0].rate is not an option: use one of limit, periodMs, burst'],
    [{ limits: [{ ...RULE, burst: 5 }], strategy: 'sliding-window' }, 'limits[0].burst is 5: leave it out, a sliding-window has no burst'],
    [{ limits: [RULE, { limit: 1, periodMs: 100 }] }, 'limits[1].periodMs is 100, like that of another limit: keep the smaller one'],
    [{ tenantLimits: 'acme' }, 'tenantLimits is "acme": set an object of lists of limits'],
    [{ tenantLimits: { acme: null } }, 'tenantLimits.acme is null: set a list of { limit, periodMs }'],
    [{ userLimits: { ann: [] } }, 'userLimits.ann has 0 entries: set 1 to 2 limits'],
    [{ by: null }, 'by is null: set a list of tenant, path'],
    [{ by: ['ip'] }, 'by holds "ip": list each of tenant, path at most once'],
    [{ by: ['path', 'tenant', 'path'] }, 'by holds "path": list each of tenant, path at most once'],
    [{ maxShards: 3 }, 'maxShards is 3: set a power of two, because parts are split in two'],
  ])('%j', (parts, problem) => {
    expect(problemsOf(parts)).toEqual([`options.${problem}`]);
  });

  it.each([0, -4, 1.5, Number.NaN, '3', null])('%p shards are the business of the rule for the value alone', (maxShards) => {
    expect(problemsOf({ maxShards })).toEqual([]);
  });

  it('a burst is no problem as long as nobody can tell the strategy', () => {
    expect(problemsOf({ limits: [{ ...RULE, burst: 5 }], strategy: {} })).toEqual([]);
  });

  it('all at once', () => {
    const bad = { limits: [{ limit: 0 }], tenantLimits: { acme: [RULE, RULE] }, userLimits: 1, by: ['x', 'y'], maxShards: 6 };
    expect(problemsOf(bad)).toHaveLength(7);
  });

  it('a list on its own', () => {
    expect(limitListProblems(SCHEMA, 'answer', [{ limit: 5 }], 'token-bucket')).toEqual(['answer[0].periodMs is missing: set a number']);
  });
});
