import { describe, it, expect } from '@jest/globals';
import { UNKNOWN_CALL } from '../../runtime/src/core/call-context.ts';
import { Demand } from './demand.ts';
import { RandomStream } from './random-streams.ts';

/** How often each tenant is met in so many requests. */
function tenants(demand: ConstructorParameters<typeof Demand>[0], requests = 100_000): Map<string, number> {
  const [drawn, counts] = [new Demand(demand, new RandomStream(1)), new Map<string, number>()];
  for (let request = 0; request < requests; request += 1) {
    const { tenant = '' } = drawn.next();
    counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
  }
  return counts;
}

describe('the demand', () => {
  it('is nobody in particular where there is one key, and draws nothing', () => {
    const random = new RandomStream(1);
    const demand = new Demand({ keys: 1, distribution: 'uniform', exponent: 1.1 }, random);
    expect(demand.next()).toBe(UNKNOWN_CALL);
    expect(random.next()).toBe(new RandomStream(1).next());
  });

  it('is even when uniform', () => {
    const counts = tenants({ keys: 10, distribution: 'uniform', exponent: 1.1 });
    expect([...counts.keys()].sort()).toEqual(Array.from({ length: 10 }, (_each, index) => `t${index}`));
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('follows the law of Zipf', () => {
    const counts = tenants({ keys: 1000, distribution: 'zipf', exponent: 1 });
    const of = (index: number) => counts.get(`t${index}`) ?? 0;
    expect(of(0) / of(1)).toBeCloseTo(2, 0);
    expect(of(0) / of(9)).toBeGreaterThan(8.5);
    expect(of(0) / of(9)).toBeLessThan(11.5);
    expect(of(0) / 100_000).toBeCloseTo(1 / 7.4855, 2);
  });
});
