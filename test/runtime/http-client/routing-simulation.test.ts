import { describe, expect, it } from '@jest/globals';
import { createEndpointPool } from '../../../runtime/src/http-client/endpoint-pool.ts';
import type { Balancing } from '../../../runtime/src/http-client/routing-strategies.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';

const ENDPOINTS = ['http://a', 'http://b', 'http://c', 'http://d', 'http://e'];
const BAD = 'http://c';
const SECOND = 1000;

interface Scene {
  readonly seed: number;
  readonly balancing?: Balancing;
  /** Environments, each with a pool of its own. */
  readonly environments: number;
  readonly callsPerSecond: number;
  readonly seconds: number;
  /** What a call at an endpoint comes to. */
  readonly answer: (url: string, second: number, usualMs: number) => { readonly durationMs: number; readonly failed: boolean };
}

/** Runs real pools in virtual time, and returns which endpoints were called in each second. */
function run({ seed, environments, callsPerSecond, seconds, answer, ...options }: Scene) {
  const clock = new ManualClock(0);
  const sink = new RecordingSink();
  const random = new SeededRandom(seed);
  const pools = Array.from({ length: environments }, (_, index) =>
    createEndpointPool({ name: 'orders', endpoints: ENDPOINTS, ...options }, { clock, sink, random: new SeededRandom(seed * 1000 + index) }),
  );
  const calls: string[][] = Array.from({ length: seconds }, () => []);
  const ends = new Map<number, (() => void)[]>();
  let arrivalMs = 0;
  for (let atMs = 0; atMs < seconds * SECOND; ) {
    arrivalMs -= Math.log(1 - random.next()) * (SECOND / callsPerSecond);
    for (; atMs <= arrivalMs && atMs < seconds * SECOND; atMs += 1) {
      clock.advance(1);
      for (const end of ends.get(atMs) ?? []) end();
      ends.delete(atMs);
    }
    const second = Math.min(seconds - 1, Math.floor(atMs / SECOND));
    const { url, settle } = pools[Math.floor(random.next() * environments)]!.pick();
    calls[second]!.push(url);
    // 50 ms on average, from 30 to 110.
    const { durationMs, failed } = answer(url, second, 30 - 20 * Math.log(1 - random.next() * 0.98));
    const endMs = atMs + Math.max(1, Math.round(durationMs));
    ends.set(endMs, [...(ends.get(endMs) ?? []), () => settle({ durationMs, failed })]);
  }
  const between = (from: number, to: number) => calls.slice(from, to).flat();
  const share = (from: number, to: number, of = BAD) => between(from, to).filter((url) => url === of).length / between(from, to).length;
  /** The largest share of any second. */
  const peak = (from: number, to: number) => Math.max(...calls.slice(from, to).map((_, index) => share(from + index, from + index + 1)));
  const warnings = sink.events.filter(({ type }) => type === 'client.unhealthy_used');
  return { between, share, peak, warnings };
}

const [FROM, UNTIL, SECONDS] = [20, 60, 180];
const isBad = (url: string, second: number) => url === BAD && second >= FROM && second < UNTIL;
const failing: Scene['answer'] = (url, second, usualMs) => ({ durationMs: isBad(url, second) ? 2 : usualMs, failed: isBad(url, second) });
const slow: Scene['answer'] = (url, second, usualMs) => ({ durationMs: isBad(url, second) ? usualMs * 10 : usualMs, failed: false });

describe('routing to five endpoints, of which one is bad for 40 s', () => {
  it.each([
    ['peak-ewma', 1],
    ['peak-ewma', 2],
    ['peak-ewma', 3],
    ['least-connections', 1],
    ['round-robin', 1],
    ['weighted', 1],
  ] as const)('sends it at most 2 %% of the calls within 5 s if it fails, and its fair share again without a burst: %s, seed %i', (balancing, seed) => {
    const { share, peak } = run({ seed, balancing, environments: 1, callsPerSecond: 100, seconds: SECONDS, answer: failing });
    expect(share(FROM + 5, UNTIL)).toBeLessThanOrEqual(0.02);
    for (let second = FROM + 5; second < UNTIL - 5; second += 5) expect(share(second, second + 5)).toBeLessThanOrEqual(0.02);
    expect(peak(UNTIL, SECONDS)).toBeLessThanOrEqual(Math.max(0.4, peak(0, FROM)));
    expect(share(130, SECONDS)).toBeGreaterThan(0.15);
    expect(share(130, SECONDS)).toBeLessThan(0.25);
  });

  it.each([1, 2, 3])('sends it at most 2 %% of the calls within 5 s if it is 10 times slower, and its fair share again without a burst: seed %i', (seed) => {
    const { share, peak } = run({ seed, environments: 1, callsPerSecond: 100, seconds: SECONDS, answer: slow });
    expect(share(FROM + 5, UNTIL)).toBeLessThanOrEqual(0.02);
    expect(peak(UNTIL, SECONDS)).toBeLessThanOrEqual(Math.max(0.4, peak(0, FROM)));
    expect(share(130, SECONDS)).toBeGreaterThan(0.15);
    expect(share(130, SECONDS)).toBeLessThan(0.25);
  });
});

describe('routing in a fleet', () => {
  it.each([
    ['fails', failing],
    ['is 10 times slower', slow],
  ])('sends an endpoint that %s few calls, though each environment has to find out for itself', (_what, answer) => {
    const { share, peak } = run({ seed: 4, environments: 20, callsPerSecond: 100, seconds: SECONDS, answer });
    expect(share(FROM + 5, UNTIL)).toBeLessThanOrEqual(0.02);
    expect(peak(UNTIL, SECONDS)).toBeLessThanOrEqual(0.4);
    expect(share(130, SECONDS)).toBeGreaterThan(0.15);
    expect(share(130, SECONDS)).toBeLessThan(0.25);
  });

  it('sends calls to all when all are down, with one warning, and evenly again afterwards', () => {
    const answer: Scene['answer'] = (_url, second, usualMs) => ({ durationMs: usualMs, failed: second >= FROM && second < 50 });
    const { between, share, warnings } = run({ seed: 5, environments: 1, callsPerSecond: 100, seconds: 120, answer });
    expect(between(FROM, 50).length).toBeGreaterThan(2800);
    for (const url of ENDPOINTS) {
      expect(share(FROM, 50, url)).toBeGreaterThan(0.1);
      expect(Math.abs(share(100, 120, url) - 0.2)).toBeLessThan(0.05);
    }
    expect(warnings).toHaveLength(1);
  });
});
