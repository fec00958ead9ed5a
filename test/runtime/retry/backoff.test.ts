import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { delayAfter, delayFor, type BackoffOptions, type Jitter } from '../../../runtime/src/retry/backoff.ts';
import { RETRY_DEFAULTS } from '../../../runtime/src/retry/options.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';

const STRATEGIES = ['exponential', 'linear', 'fixed', 'custom'] as const;
const JITTERS = ['full', 'equal', 'decorrelated', 'ratio', 'none'] as const;
const EDGES = [{ next: () => 0 }, { next: () => 1 - 2 ** -32 }];

function schedule(options: Partial<BackoffOptions>, attempts: number): number[] {
  const delays: number[] = [];
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    delays.push(delayAfter({ attempt, lastDelayMs: delays.at(-1) ?? 0 }, { ...RETRY_DEFAULTS, jitter: 'none', ...options }, new SeededRandom(1)));
  }
  return delays;
}

describe('the wait between attempts', () => {
  it.each([
    ['exponential by default: 100, 200, 400 ms up to the ceiling (RT-03, RT-06, RT-07, RT-10)', {}, [100, 200, 400, 800, 1600, 3200, 5000, 5000]],
    ['fixed (RT-01)', { strategy: 'fixed' }, [100, 100, 100]],
    ['linear (RT-02)', { strategy: 'linear', initialDelayMs: 250 }, [250, 500, 750]],
    ['exponential with a factor of its own (RT-08)', { multiplier: 1.5 }, [100, 150, 225, 337]],
    ['nothing with a first wait of 0, whatever it grows by (PX-14)', { initialDelayMs: 0, multiplier: 10 }, [0, 0, 0]],
    ['never above a ceiling of 0 (PX-14)', { maxDelayMs: 0 }, [0, 0]],
  ] as const)('is %s', (_name, options, expected) => {
    expect(schedule(options, expected.length)).toEqual(expected);
  });

  it('is what custom code says (RT-04), and exponential where that is no time', () => {
    const custom = { ...RETRY_DEFAULTS, strategy: 'custom', jitter: 'none' } as const;
    const waits = [70, 1e9, 0, NaN, -1, undefined].map((customMs) => delayAfter({ attempt: 2, lastDelayMs: 0, customMs }, custom, new SeededRandom(1)));
    expect(waits).toEqual([70, 5000, 0, 200, 200, 200]);
  });

  it.each([
    ['full: anywhere up to the wait', 'full', [0, 399]],
    ['equal: in its upper half', 'equal', [200, 399]],
    ['ratio: by so much up and down (RT-09)', 'ratio', [300, 499]],
    ['decorrelated: from the first wait to three times the last', 'decorrelated', [100, 599]],
    ['none', 'none', [400, 400]],
  ] as [string, Jitter, number[]][])('is spread %s (C-09)', (_name, jitter, expected) => {
    const options = { ...RETRY_DEFAULTS, jitter, jitterRatio: 0.25 };
    expect(EDGES.map((random) => delayAfter({ attempt: 3, lastDelayMs: 200 }, options, random))).toEqual(expected);
  });

  it.each(STRATEGIES.flatMap((strategy) => JITTERS.map((jitter) => [strategy, jitter] as const)))(
    'with %s and %s is a whole number of milliseconds, never negative, never above the ceiling, at any attempt (PRT-06, PRT-07)',
    (strategy, jitter) => {
      const delay = fc.integer({ min: 0, max: 900_000 });
      fc.assert(
        fc.property(
          fc.record({ initialDelayMs: delay, maxDelayMs: delay, multiplier: fc.double({ min: 1, max: 10, noNaN: true }), jitterRatio: fc.double({ min: 0, max: 1, noNaN: true }) }),
          fc.record({ attempt: fc.integer({ min: 1, max: 10_000 }), lastDelayMs: delay, customMs: fc.option(fc.double(), { nil: undefined }) }),
          fc.integer(),
          (options, failed, seed) => {
            const waitMs = delayAfter(failed, { strategy, jitter, ...options }, new SeededRandom(seed));
            expect(Number.isInteger(waitMs)).toBe(true);
            expect(waitMs).toBeGreaterThanOrEqual(0);
            expect(waitMs).toBeLessThanOrEqual(options.maxDelayMs);
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  it('never becomes less without jitter, up to attempt 10,000 (PRT-07)', () => {
    const delays = schedule({ maxDelayMs: 900_000 }, 10_000);
    expect(delays.every((delay, index) => index === 0 || delay >= delays[index - 1]!)).toBe(true);
    expect(delays.at(-1)).toBe(900_000);
  });

  it('is at least what a server asks for, and at most a tenth more (PRT-02)', () => {
    const waits = EDGES.map((random) => delayFor(100, 2000, 'full', random));
    expect(waits[0]).toBe(2000);
    expect(waits[1]).toBeLessThanOrEqual(2200);
    expect(waits[1]).toBeGreaterThan(2100);
    expect(delayFor(100, 2000, 'none', EDGES[1]!)).toBe(2000);
    expect(delayFor(100, 0, 'full', EDGES[1]!)).toBe(100);
  });
});
