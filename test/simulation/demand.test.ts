import { describe, it, expect } from '@jest/globals';
import { UNKNOWN_CALL } from '../../runtime/src/core/call-context.ts';
import { Demand } from './demand.ts';
import { RandomStream } from './random-streams.ts';

type Wanted = ConstructorParameters<typeof Demand>[0];

const ONE_KEY: Wanted = { keys: 1, distribution: 'uniform', exponent: 1.1, tenants: undefined, priorities: {} };
const streams = () => ({ keys: new RandomStream(1), priorities: new RandomStream(2) });

/** How often each tenant is met in so many requests. */
function tenants(demand: Wanted, requests = 100_000): Map<string, number> {
  const [drawn, counts] = [new Demand(demand, streams()), new Map<string, number>()];
  for (let request = 0; request < requests; request += 1) {
    const { tenant = '' } = drawn.next();
    counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
  }
  return counts;
}

describe('the demand', () => {
  it('is nobody in particular where there is one key, and draws nothing', () => {
    const random = streams();
    const demand = new Demand(ONE_KEY, random);
    expect(demand.next()).toBe(UNKNOWN_CALL);
    expect(random.keys.next()).toBe(new RandomStream(1).next());
    expect(random.priorities.next()).toBe(new RandomStream(2).next());
  });

  it('is even when uniform', () => {
    const counts = tenants({ ...ONE_KEY, keys: 10 });
    expect([...counts.keys()].sort()).toEqual(Array.from({ length: 10 }, (_each, index) => `t${index}`));
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('follows the law of Zipf', () => {
    const counts = tenants({ ...ONE_KEY, keys: 1000, distribution: 'zipf', exponent: 1 });
    const of = (index: number) => counts.get(`t${index}`) ?? 0;
    expect(of(0) / of(1)).toBeCloseTo(2, 0);
    expect(of(0) / of(9)).toBeGreaterThan(8.5);
    expect(of(0) / of(9)).toBeLessThan(11.5);
    expect(of(0) / 100_000).toBeCloseTo(1 / 7.4855, 2);
  });

  it('is of the tenants and the priorities that are listed, as often as they say', () => {
    expect(tenants({ ...ONE_KEY, tenants: { busy: 99, quiet: 1 } }).get('quiet')).toBeCloseTo(1000, -2);
    const demand = new Demand({ ...ONE_KEY, priorities: { critical: 1, background: 3 } }, streams());
    const drawn = Array.from({ length: 10_000 }, () => demand.next({ deadlineMs: 5.7 }));
    expect(drawn.filter(({ priority }) => priority === 'critical').length / 10_000).toBeCloseTo(0.25, 1);
    expect(drawn[0]).toEqual({ priority: expect.any(String), deadlineMs: 5 });
    expect(new Demand(ONE_KEY, streams()).next({ ageMs: 7.9 })).toEqual({ ageMs: 7 });
    expect(new Demand({ ...ONE_KEY, tenants: { only: 1 } }, streams()).next()).toEqual({ tenant: 'only' });
  });
});
