import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LimitStatus } from '../../../runtime/src/rate-limit/errors.ts';
import { limitHeaderProblems, limitHeaders, tellsLimits, type LimitVerdict } from '../../../runtime/src/rate-limit/headers.ts';

const NOW_MS = 1_700_000_000_000;
const MINUTE: LimitStatus = { limit: 100, periodMs: 60_000, remaining: 42, resetAtMs: NOW_MS + 29_001 };
const HOUR: LimitStatus = { limit: 1000, periodMs: 3_600_000, remaining: 7, resetAtMs: NOW_MS + 3_000_000 };

const admitted = (...policies: LimitStatus[]): LimitVerdict => ({ name: 'orders', refused: false, retryAfterMs: undefined, policies });
const refused = (retryAfterMs: number | undefined, ...policies: LimitStatus[]): LimitVerdict => ({ name: 'orders', refused: true, retryAfterMs, policies });

describe('the styles', () => {
  it('draft-11 tells every limit', () => {
    expect(limitHeaders([admitted(MINUTE)], { headers: 'draft-11' }, NOW_MS)).toEqual({
      'RateLimit-Policy': '"orders";q=100;w=60',
      RateLimit: '"orders";r=42;t=30',
    });
    expect(limitHeaders([admitted(MINUTE, HOUR)], { headers: 'draft-11' }, NOW_MS)).toEqual({
      'RateLimit-Policy': '"orders-60s";q=100;w=60, "orders-3600s";q=1000;w=3600',
      RateLimit: '"orders-60s";r=42;t=30, "orders-3600s";r=7;t=3000',
    });
  });

  it('draft-7 combines the limit that is nearest', () => {
    expect(limitHeaders([admitted(MINUTE, HOUR)], { headers: ['draft-7'] }, NOW_MS)).toEqual({
      'RateLimit-Policy': '100;w=60, 1000;w=3600',
      RateLimit: 'limit=1000, remaining=7, reset=3000',
    });
  });

  it('draft-6 has a field for each figure', () => {
    expect(limitHeaders([admitted(MINUTE)], { headers: 'draft-6' }, NOW_MS)).toEqual({
      'RateLimit-Policy': '100;w=60',
      'RateLimit-Limit': '100',
      'RateLimit-Remaining': '42',
      'RateLimit-Reset': '30',
    });
  });

  it('x-ratelimit gives its reset in epoch seconds (ER-09, ER-11)', () => {
    expect(limitHeaders([admitted(MINUTE, HOUR)], { headers: 'x-ratelimit' }, NOW_MS)).toEqual({
      'X-RateLimit-Limit': '1000',
      'X-RateLimit-Remaining': '7',
      'X-RateLimit-Reset': '1700003000',
    });
  });

  it('are draft-11 and x-ratelimit by default, with a prefix of one\'s own (RL-11)', () => {
    expect(Object.keys(limitHeaders([admitted(MINUTE)], {}, NOW_MS))).toEqual([
      'RateLimit-Policy',
      'RateLimit',
      'X-RateLimit-Limit',
      'X-RateLimit-Remaining',
      'X-RateLimit-Reset',
    ]);
    expect(Object.keys(limitHeaders([admitted(MINUTE)], { headers: 'x-ratelimit', headerPrefix: 'X-Acme' }, NOW_MS))).toEqual(['X-Acme-Limit', 'X-Acme-Remaining', 'X-Acme-Reset']);
  });

  it('are nothing for none, and where nothing is limited', () => {
    expect(limitHeaders([admitted(MINUTE)], { headers: 'none' }, NOW_MS)).toEqual({});
    expect(limitHeaders([], {}, NOW_MS)).toEqual({});
    expect([tellsLimits({ headers: 'none' }), tellsLimits({ headers: [] }), tellsLimits({}), tellsLimits({ headers: 'draft-7' })]).toEqual([false, false, true, true]);
  });
});

describe('what they say', () => {
  it('of a refusal is what Retry-After says, rounded up and at least 1 (PRL-07)', () => {
    const reached = { ...MINUTE, remaining: 0 };
    const seconds = [1, 999, 1000, 1001].map((retryAfterMs) => limitHeaders([refused(retryAfterMs, reached)], { headers: 'draft-6' }, NOW_MS)['RateLimit-Reset']);
    expect(seconds).toEqual(['1', '1', '1', '2']);
    expect(limitHeaders([refused(1500, reached)], { headers: 'draft-11' }, NOW_MS)['RateLimit']).toBe('"orders";r=0;t=2');
  });

  it('of a limit that is not in the way is its own reset', () => {
    expect(limitHeaders([refused(1500, { ...MINUTE, remaining: 0 }, HOUR)], { headers: 'draft-11' }, NOW_MS)['RateLimit']).toBe('"orders-60s";r=0;t=2, "orders-3600s";r=7;t=3000');
  });

  it('of a call that costs more than the limit ever has is the reset', () => {
    expect(limitHeaders([refused(undefined, { ...MINUTE, remaining: 0 })], { headers: 'draft-11' }, NOW_MS)['RateLimit']).toBe('"orders";r=0;t=30');
  });

  it('of several limiters is told together; the one that refused is the nearest', () => {
    const other: LimitVerdict = { name: 'tenants', refused: true, retryAfterMs: 5000, policies: [{ ...HOUR, remaining: 8 }] };
    expect(limitHeaders([other, admitted(MINUTE)], {}, NOW_MS)).toMatchObject({
      'RateLimit-Policy': '"tenants";q=1000;w=3600, "orders";q=100;w=60',
      'X-RateLimit-Limit': '1000',
    });
    expect(limitHeaders([admitted({ ...MINUTE, remaining: 0 }), other], {}, NOW_MS)).toMatchObject({ 'X-RateLimit-Limit': '1000' });
  });

  it('of limits with as little left is what lasts longest', () => {
    expect(limitHeaders([admitted({ ...MINUTE, remaining: 7 }, HOUR)], {}, NOW_MS)).toMatchObject({ 'X-RateLimit-Limit': '1000' });
  });

  it('is always whole numbers, and never negative', () => {
    const figure = fc.double({ min: -1e6, max: 1e9, noNaN: true });
    const status = fc.record({
      limit: fc.integer({ min: 1, max: 1e9 }),
      periodMs: fc.integer({ min: 1, max: 2_678_400_000 }),
      remaining: figure,
      resetAtMs: figure.map((aheadMs) => NOW_MS + aheadMs),
    });
    const verdict = fc.record({ name: fc.constant('a'), refused: fc.boolean(), retryAfterMs: fc.option(figure, { nil: undefined }), policies: fc.array(status, { minLength: 1, maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(verdict, { minLength: 1, maxLength: 3 }), (verdicts) => {
        const headers = limitHeaders(verdicts, {}, NOW_MS);
        const item = /^"a(?:-\d+m?s)?";[qr]=\d+;[wt]=\d+$/;
        for (const name of ['RateLimit', 'RateLimit-Policy']) expect(headers[name]?.split(', ').every((each) => item.test(each))).toBe(true);
        for (const name of ['Limit', 'Remaining', 'Reset']) expect(headers[`X-RateLimit-${name}`]).toMatch(/^\d+$/);
      }),
    );
  });

  it('names every limit of a key differently, also where their seconds are the same', () => {
    const [one, other] = [{ ...MINUTE, periodMs: 1200 }, { ...MINUTE, periodMs: 1500 }];
    expect(limitHeaders([admitted(one, other)], {}, NOW_MS)['RateLimit-Policy']).toBe('"orders-1200ms";q=100;w=2, "orders-1500ms";q=100;w=2');
  });
});

describe('options that cannot work', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ headers: 'draft-8' }, 'options.headers holds "draft-8": use draft-11, draft-7, draft-6, x-ratelimit, or none alone'],
    [{ headers: ['x-ratelimit', 'none'] }, 'options.headers holds "none": use draft-11, draft-7, draft-6, x-ratelimit, or none alone'],
    [{ headers: ['toString'] }, 'options.headers holds "toString": use draft-11, draft-7, draft-6, x-ratelimit, or none alone'],
    [{ headers: 7 }, 'options.headers holds 7: use draft-11, draft-7, draft-6, x-ratelimit, or none alone'],
    [{ headers: ['draft-11', 'draft-7'] }, 'options.headers holds draft-11 and draft-7: keep one, because they use the same fields differently'],
    [{ headerPrefix: '' }, 'options.headerPrefix is "": use 1 to 64 letters, digits or hyphens'],
    [{ headerPrefix: 'X RateLimit' }, 'options.headerPrefix is "X RateLimit": use 1 to 64 letters, digits or hyphens'],
    [{ headerPrefix: 7 }, 'options.headerPrefix is 7: use 1 to 64 letters, digits or hyphens'],
  ])('%j', (options, problem) => {
    expect(limitHeaderProblems({ headers: undefined, headerPrefix: undefined, ...options })).toEqual([problem]);
  });

  it.each<[unknown]>([[undefined], ['none'], [[]], ['draft-6'], [['draft-7', 'x-ratelimit']]])('but %j can', (headers) => {
    expect(limitHeaderProblems({ headers, headerPrefix: 'X-Acme' })).toEqual([]);
  });
});
