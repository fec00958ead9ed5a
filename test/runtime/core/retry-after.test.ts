import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseRetryAfter } from '../../../runtime/src/core/retry-after.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12, 0, 0);
const YEAR_MS = 365 * 86_400_000;

describe('a Retry-After header (PRT-02)', () => {
  it.each([
    ['0', 0],
    ['1', 1000],
    [' 120 ', 120_000],
    ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
    ['sat, 21 nov 2026 12:00:30 gmt', 30_000],
    ['Saturday, 21-Nov-26 12:01:00 GMT', 60_000],
    ['Sat Nov 21 12:00:05 2026', 5000],
    ['Tue Dec  1 12:00:00 2026', 10 * 86_400_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['9'.repeat(400), YEAR_MS],
    ['Fri, 31 Dec 9999 23:59:59 GMT', YEAR_MS],
  ])('%j asks for %d ms', (value, expected) => {
    expect(parseRetryAfter(value, NOW_MS)).toBe(expected);
  });

  it.each(['', 'soon', '-1', '1.5', '1e3', 'Sat, 21 Foo 2026 12:00:30 GMT', 'Sat, 00 Nov 2026 12:00:30 GMT', 'Sat, 32 Nov 2026 12:00:30 GMT', 'Sat, 21 Nov 2026 24:00:00 GMT', 'Sat, 21 Nov 2026 12:60:00 GMT', '2026-11-21T12:00:30Z', '12, 13'])(
    '%j asks for nothing',
    (value) => {
      expect(parseRetryAfter(value, NOW_MS)).toBeUndefined();
    },
  );

  it('means the instants that the platform writes', () => {
    const instant = fc.integer({ min: Date.UTC(1970, 0, 1) / 1000, max: Date.UTC(2400, 0, 1) / 1000 });
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: YEAR_MS / 1000 }), (nowSeconds, seconds) => {
        const header = new Date((nowSeconds + seconds) * 1000).toUTCString();
        expect(parseRetryAfter(header, nowSeconds * 1000)).toBe(seconds * 1000);
      }),
    );
  });

  it('takes any text', () => {
    fc.assert(fc.property(fc.string(), (value) => {
      const waitMs = parseRetryAfter(value, NOW_MS);
      expect(waitMs === undefined || (waitMs >= 0 && waitMs <= YEAR_MS)).toBe(true);
    }));
  });
});
