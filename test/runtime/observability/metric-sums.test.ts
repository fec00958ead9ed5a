import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { MetricSums, OTHER, type Metric, type MetricGroup, type MetricSet } from '../../../runtime/src/observability/metric-sums.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';

const { circuitBreaker, rateLimit, request, pipeline } = CONTRACT.metrics;
const { refused, failures, state, successes, callDuration } = circuitBreaker.names;

const sums = (options: object = {}) => new MetricSums({ level: 'detailed', maxDimensionValues: 50, ...options }, new SeededRandom(1));

/** What was taken out, in plain values. */
const plain = (sets: readonly MetricSet[]) =>
  sets.map(({ dimension, name, values }) => ({ dimension, name, ...Object.fromEntries([...values].map(([metric, all]) => [metric.name, [...all]])) }));

describe('sums', () => {
  it('add up counters, in one value', () => {
    const summed = sums();
    for (const value of [1, 2, 3.5]) summed.add('circuitBreaker', 'payments', refused, value);
    summed.add('circuitBreaker', 'payments', refused);
    expect(plain(summed.take())).toEqual([{ dimension: 'circuit', name: 'payments', CircuitRefused: [7.5] }]);
  });

  it('keep the latest value of a gauge, never a sum or a difference (POB-05)', () => {
    const summed = sums();
    for (const active of [1, 2, 3, 2]) summed.add('request', 'checkout', request.names.active, active);
    expect(plain(summed.take())).toEqual([{ dimension: undefined, name: '', ActiveRequests: [2] }]);
  });

  it('keep all values of a histogram up to 99', () => {
    const summed = sums();
    for (let value = 0; value < 99; value += 1) summed.add('circuitBreaker', 'payments', callDuration, value);
    expect(plain(summed.take())[0]).toMatchObject({ CircuitCallDuration: Array.from({ length: 99 }, (_, index) => index) });
  });

  it('put what has the same dimensions together, and nothing else', () => {
    const summed = sums();
    summed.add('circuitBreaker', 'a', refused);
    summed.add('circuitBreaker', 'b', refused);
    summed.add('circuitBreaker', 'a', state, 1);
    summed.add('rateLimit', 'a', rateLimit.names.refused);
    expect(plain(summed.take())).toEqual([
      { dimension: 'circuit', name: 'a', CircuitRefused: [1], CircuitState: [1] },
      { dimension: 'circuit', name: 'b', CircuitRefused: [1] },
      { dimension: 'limit', name: 'a', RateLimitRefused: [1] },
    ]);
  });

  it('are empty before anything was added, and once all was taken out', () => {
    const summed = sums();
    expect(summed.isEmpty).toBe(true);
    summed.add('circuitBreaker', 'a', refused);
    expect(summed.isEmpty).toBe(false);
    summed.take();
    expect([summed.isEmpty, summed.take()]).toEqual([true, []]);
  });

  it('begin anew once all was taken out', () => {
    const summed = sums();
    for (const value of [3, 4]) {
      summed.add('circuitBreaker', 'a', refused, value);
      expect(plain(summed.take())).toEqual([{ dimension: 'circuit', name: 'a', CircuitRefused: [value] }]);
    }
  });

  it.each([NaN, Infinity, -Infinity, 1e109])('take no %d, which CloudWatch does not either', (value) => {
    const summed = sums();
    for (const metric of [refused, state, callDuration]) summed.add('circuitBreaker', 'a', metric, value);
    expect(summed.isEmpty).toBe(true);
  });
});

describe('the level', () => {
  const all = Object.entries(CONTRACT.metrics).flatMap(([group, metrics]) =>
    typeof metrics === 'string' ? [] : Object.values(metrics.names).map((metric) => ({ group: group as MetricGroup, metric: metric as Metric, name: metric.name, level: metric.level })),
  );

  it.each(all)('$name is kept where the contract says so: $level', ({ group, metric, level }) => {
    const [essential, detailed] = [sums({ level: 'essential' }), sums()];
    essential.add(group, 'a', metric);
    detailed.add(group, 'a', metric);
    expect([essential.isEmpty, detailed.isEmpty]).toEqual([level === 'detailed', false]);
  });

  it('leaves no trace of what is not kept: its names are not told apart', () => {
    const summed = sums({ level: 'essential', maxDimensionValues: 1 });
    summed.add('circuitBreaker', 'a', successes);
    summed.add('circuitBreaker', 'b', failures);
    expect(plain(summed.take())).toEqual([{ dimension: 'circuit', name: 'b', CircuitFailures: [1] }]);
    expect(summed.folded).toBe(0);
  });
});

describe('values of a dimension', () => {
  it('beyond the permitted number are counted as `other`, and how often (POB-01)', () => {
    const summed = sums({ maxDimensionValues: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'a', 'c']) summed.add('circuitBreaker', name, refused);
    expect(plain(summed.take()).map(({ name, ...rest }) => [name, rest])).toEqual([
      ['a', { dimension: 'circuit', CircuitRefused: [2] }],
      ['b', { dimension: 'circuit', CircuitRefused: [1] }],
      [OTHER, { dimension: 'circuit', CircuitRefused: [3] }],
    ]);
    expect(summed.folded).toBe(3);
  });

  it('are those of the life of an environment: the first stay what they are (POB-01)', () => {
    const summed = sums({ maxDimensionValues: 1 });
    summed.add('circuitBreaker', 'a', refused);
    summed.take();
    for (const name of ['b', 'a']) summed.add('circuitBreaker', name, refused);
    expect(plain(summed.take()).map(({ name }) => name)).toEqual([OTHER, 'a']);
  });

  it('are counted for each dimension apart', () => {
    const summed = sums({ maxDimensionValues: 1 });
    summed.add('circuitBreaker', 'a', refused);
    summed.add('rateLimit', 'b', rateLimit.names.refused);
    expect(summed.folded).toBe(0);
  });

  it('are not there where the contract has no dimension', () => {
    const summed = sums({ maxDimensionValues: 1 });
    for (const part of ['sink', 'callback']) summed.add('pipeline', part, pipeline.names.errors);
    expect(plain(summed.take())).toEqual([{ dimension: undefined, name: '', ObservabilityErrors: [2] }]);
  });

  it.each([
    ['payments', 'payments'],
    ['GET /orders/{id}', 'GET /orders/{id}'],
    ['a:b', 'a:b'],
    ['', 'none'],
    ['   ', 'none'],
    [' a', 'a'],
    [':', 'none'],
    ['::a', 'a'],
    [': : a', 'a'],
    ['Überweisung', '?berweisung'],
    ['a\nb', 'a?b'],
    ['\0', '?'],
    ['x'.repeat(250), 'x'.repeat(250)],
    ['x'.repeat(2000), 'x'.repeat(250)],
  ])('%j leaves as %j (POB-01)', (name, dimensionValue) => {
    const summed = sums();
    summed.add('circuitBreaker', name, refused);
    expect(summed.take().map((set) => set.name)).toEqual([dimensionValue]);
  });
});

const ADDED = fc.record({
  name: fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.string()),
  metric: fc.constantFrom(refused, failures, successes),
  value: fc.nat(1000),
  taken: fc.boolean(),
});

describe('what left', () => {
  it('is in sum what was added, however many names there are and whenever it leaves (POB-08)', () => {
    fc.assert(
      fc.property(fc.array(ADDED), fc.integer({ min: 1, max: 4 }), (additions, maxDimensionValues) => {
        const summed = sums({ maxDimensionValues });
        const [added, left] = [new Map<string, number>(), new Map<string, number>()];
        const count = (total: Map<string, number>, key: string, value: number) => void total.set(key, (total.get(key) ?? 0) + value);
        const take = () => {
          const sets = summed.take();
          expect(sets.length).toBeLessThanOrEqual(maxDimensionValues + 1);
          for (const { values } of sets) for (const [{ name }, all] of values) count(left, name, all.reduce((sum, value) => sum + value, 0));
        };
        for (const { name, metric, value, taken } of additions) {
          summed.add('circuitBreaker', name, metric, value);
          count(added, metric.name, value);
          if (taken) take();
        }
        take();
        expect(left).toEqual(added);
      }),
    );
  });

  it('of a histogram is a fair sample: every value is as likely to be in it', () => {
    const [rounds, measured] = [400, 500];
    const random = new SeededRandom(7);
    const seen = Array.from({ length: 10 }, () => 0);
    for (let round = 0; round < rounds; round += 1) {
      const summed = new MetricSums({ level: 'detailed', maxDimensionValues: 1 }, random);
      for (let value = 0; value < measured; value += 1) summed.add('circuitBreaker', 'a', callDuration, value);
      const [kept] = [...summed.take()[0]!.values.values()];
      expect(kept).toHaveLength(99);
      expect(new Set(kept).size).toBe(99);
      for (const value of kept!) seen[Math.floor(value / 50)]! += 1;
    }
    // 3,960 of each tenth are expected; the seed is fixed, and five standard deviations are about 270.
    for (const count of seen) expect(Math.abs(count - (rounds * 99) / 10)).toBeLessThan(270);
  });
});
