import { describe, expect, it } from '@jest/globals';
import { STRATEGIES, type Balancing, type Candidate, type Candidates } from '../../../runtime/src/http-client/routing-strategies.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';

const IDLE: Candidate = Object.freeze({ weight: 1, factor: 1, inFlight: 0, latencyMs: 100, isLocal: false, isUnhealthy: false });
const CALLS = 20_000;

/** Frozen, so that a strategy that keeps anything in them throws. */
function candidates(...each: Partial<Candidate>[]): Candidates<Candidate> {
  const [first, ...rest] = each.map((own) => Object.freeze({ ...IDLE, ...own }));
  return Object.freeze([first!, ...rest] as const);
}

/** Shares of the calls in per cent. */
function shares(balancing: Balancing, of: Candidates<Candidate>, seed = 7): number[] {
  const random = new SeededRandom(seed);
  const counts = new Map(of.map((each) => [each, 0]));
  for (let turn = 0; turn < CALLS; turn += 1) {
    const chosen = STRATEGIES[balancing](of, random, turn);
    counts.set(chosen, counts.get(chosen)! + 1);
  }
  return [...counts.values()].map((count) => Math.round((100 * count) / CALLS));
}

const ALL = Object.keys(STRATEGIES) as Balancing[];

describe.each(ALL)('%s', (balancing) => {
  it('depends on nothing but what it is given (PHR-04)', () => {
    const of = candidates({ latencyMs: 20 }, { inFlight: 2 }, { weight: 3 }, { factor: 0.5 }, { isLocal: true });
    const run = () => {
      const random = new SeededRandom(11);
      return Array.from({ length: 200 }, (_, turn) => of.indexOf(STRATEGIES[balancing](of, random, turn)));
    };
    expect(run()).toEqual(run());
  });

  it('spreads calls evenly over endpoints that are equal', () => {
    const even = shares(balancing, candidates({}, {}, {}, {}, {}));
    for (const share of even) expect(Math.abs(share - 20)).toBeLessThanOrEqual(1);
  });

  it('chooses the only one there is', () => {
    expect(shares(balancing, candidates({ factor: 0.1 }))).toEqual([100]);
  });

  it('gives an endpoint that is coming back about its part, and never more than twice', () => {
    const [share = 0] = shares(balancing, candidates({ factor: 0.1, latencyMs: 1 }, {}, {}, {}, {}));
    expect(share).toBeGreaterThanOrEqual(1);
    expect(share).toBeLessThanOrEqual(5);
  });
});

describe('peak-ewma', () => {
  it('leaves the slowest out, and gives the fastest what two by chance allow', () => {
    expect(shares('peak-ewma', candidates({ latencyMs: 1000 }, {}, {}, {}, { latencyMs: 50 }))).toEqual([0, 20, 20, 20, 40]);
  });

  it('gives the fastest no more than twice its share', () => {
    const [share = 0] = shares('peak-ewma', candidates({ factor: 0.1, latencyMs: 1 }, {}));
    expect(share).toBeGreaterThan(9);
    expect(share).toBeLessThanOrEqual(18);
  });

  it('counts calls in flight by weight', () => {
    expect(shares('peak-ewma', candidates({ inFlight: 1 }, {}))).toEqual([0, 100]);
    expect(shares('peak-ewma', candidates({ inFlight: 2, weight: 4 }, { inFlight: 1 }))).toEqual([100, 0]);
  });

  it('follows weights where endpoints are equally fast and idle', () => {
    expect(shares('peak-ewma', candidates({ weight: 3 }, { weight: 1 }))).toEqual([75, 25]);
  });
});

describe('least-connections', () => {
  it('chooses the one with the fewest calls for its weight, whatever its latency', () => {
    expect(shares('least-connections', candidates({ inFlight: 3 }, { inFlight: 1, latencyMs: 9000 }, { inFlight: 2 }))).toEqual([0, 100, 0]);
    expect(shares('least-connections', candidates({ inFlight: 3, weight: 4 }, { inFlight: 1 }))).toEqual([100, 0]);
  });
});

describe('round-robin', () => {
  it('goes from one to the next, whatever latency and weight', () => {
    const of = candidates({ latencyMs: 9000 }, { weight: 100 }, { inFlight: 9 });
    const chosen = [4, 5, 6, 7].map((turn) => of.indexOf(STRATEGIES['round-robin'](of, new SeededRandom(1), turn)));
    expect(chosen).toEqual([1, 2, 0, 1]);
  });
});

describe('weighted', () => {
  it('follows weights alone', () => {
    expect(shares('weighted', candidates({ weight: 5, latencyMs: 9000 }, { weight: 4, inFlight: 9 }, { weight: 1 }))).toEqual([50, 40, 10]);
  });
});

describe('local-first', () => {
  it('stays in the zone as long as a healthy endpoint is there (PHR-05)', () => {
    expect(shares('local-first', candidates({ isLocal: true, latencyMs: 900 }, {}, { isLocal: true, latencyMs: 900 }))).toEqual([49, 0, 51]);
  });

  it('leaves the zone when no healthy one is there', () => {
    const all = shares('local-first', candidates({ isLocal: true, isUnhealthy: true }, {}, {}));
    for (const share of all) expect(Math.abs(share - 33)).toBeLessThanOrEqual(1);
  });
});
