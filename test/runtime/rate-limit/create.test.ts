import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import type { EventSink } from '../../../runtime/src/core/events.ts';
import { createRateLimiter, type RateLimiterDependencies } from '../../../runtime/src/rate-limit/create.ts';
import { MemoryRateLimitStore } from '../../../runtime/src/rate-limit/memory-store.ts';
import type { RateLimitOptions } from '../../../runtime/src/rate-limit/options.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { admitted } from './limiter-fleet.ts';

const CONFIGURATION = CONTRACT.environment.configuration.name;
const TABLE = CONTRACT.environment.rateLimitTable.name;
const LIMITS = [{ limit: 4, periodMs: 1000 }];
const PLAIN: RateLimitOptions = { name: 'api', limits: LIMITS };

/** The environment variables of a function whose stack declares limits. */
function declaring(limits: unknown, table?: string): Record<string, string> {
  const document = JSON.stringify({ version: CONTRACT.version, limits });
  return { [CONFIGURATION]: document, ...(table !== undefined && { [TABLE]: table }) };
}

/** Everything that keeps a test off the machine: its environment variables, clock, chance and console. */
function given(environment: Record<string, string>, more: RateLimiterDependencies = {}): RateLimiterDependencies {
  return { environment, clock: new ManualClock(), random: new SeededRandom(1), sink: new RecordingSink(), ...more };
}

function problemsOf(options: RateLimitOptions, dependencies: RateLimiterDependencies): readonly string[] {
  try {
    createRateLimiter(options, dependencies);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/** Calls that a limiter admits at once. */
function burstOf(options: RateLimitOptions, dependencies: RateLimiterDependencies): Promise<number> {
  return admitted(createRateLimiter(options, dependencies), 50);
}

describe('a rate limiter created in a function', () => {
  const declared = declaring({ api: { limits: LIMITS, maxLeaseMs: 0 } }, 'limits');
  const store = () => ({ store: new MemoryRateLimitStore({ shared: true }) });

  it('has the limits that the stack declared for its name', async () => {
    await expect(burstOf({ name: 'api' }, given(declared, store()))).resolves.toBe(4);
  });

  it('has the options of the code where both say something, and the others from the stack', async () => {
    const limiter = createRateLimiter({ name: 'api', limits: [{ limit: 8, periodMs: 1000 }] }, given(declared, store()));
    expect(limiter.options).toMatchObject({ maxLeaseMs: 0, rules: [{ limit: 8 }] });
    await expect(admitted(limiter, 50)).resolves.toBe(8);
  });

  it('takes undefined in the code for not set', async () => {
    await expect(burstOf({ name: 'api', limits: undefined }, given(declared, store()))).resolves.toBe(4);
  });

  it('needs no declaration', async () => {
    await expect(burstOf(PLAIN, given({}, store()))).resolves.toBe(4);
  });

  it('may be switched off by the stack', async () => {
    const environment = declaring({ api: { limits: LIMITS, enabled: false } });
    await expect(burstOf({ name: 'api' }, given(environment))).resolves.toBe(50);
  });

  it('keeps its limits to itself, and needs no table, where they are not shared', async () => {
    const environment = declaring({ api: { limits: LIMITS, shared: false } });
    await expect(burstOf({ name: 'api' }, given(environment))).resolves.toBe(4);
    await expect(burstOf({ name: 'api' }, given(environment))).resolves.toBe(4);
  });

  it('shares them with whoever is given the same store', async () => {
    const shared = store();
    await expect(burstOf(PLAIN, given({}, shared))).resolves.toBe(4);
    await expect(burstOf(PLAIN, given({}, shared))).resolves.toBe(0);
  });

  it('never lets a sink that throws touch a call', async () => {
    const sink: EventSink = {
      emit: () => {
        throw new Error('broken sink');
      },
    };
    await expect(burstOf(PLAIN, given({}, { ...store(), sink }))).resolves.toBe(4);
  });
});

describe('a rate limiter is refused', () => {
  it('under a name that the stack does not declare, with those it does', () => {
    const environment = declaring({ api: { limits: LIMITS }, login: { limits: LIMITS } }, 'limits');
    expect(problemsOf({ ...PLAIN, name: 'apis' }, given(environment))).toStrictEqual([expect.stringMatching(/"apis".*not declare.*api, login/)]);
    expect(problemsOf({ name: 'api' }, given(environment))).toStrictEqual([]);
  });

  it('under the name of something that every object has', () => {
    for (const name of ['constructor', 'toString', 'valueOf']) {
      expect(problemsOf({ ...PLAIN, name }, given(declaring({}, 'limits')))).toStrictEqual([expect.stringContaining('does not declare')]);
    }
  });

  it('without a table (PRL-04)', () => {
    expect(problemsOf(PLAIN, given({}))).toStrictEqual([expect.stringContaining(TABLE)]);
    expect(problemsOf(PLAIN, given({ [TABLE]: '' }))).toStrictEqual([expect.stringContaining(TABLE)]);
    expect(problemsOf(PLAIN, given({ [TABLE]: 'limits' }))).toStrictEqual([]);
    expect(problemsOf({ ...PLAIN, enabled: false }, given({}))).toStrictEqual([]);
    expect(problemsOf({ ...PLAIN, shared: false }, given({}))).toStrictEqual([]);
  });

  it('with every problem at once: its options, its name and its table', () => {
    const options = { ...PLAIN, name: 'apis', maxKeys: 0 };
    const dependencies = given(declaring({ api: { limits: LIMITS } }));
    expect(problemsOf(options, dependencies)).toHaveLength(3);
    for (const part of ['options.maxKeys is 0', '"apis"', TABLE]) expect(() => createRateLimiter(options, dependencies)).toThrow(part);
  });

  it.each([undefined, null, 'api'])('with %p for options, in words', (options) => {
    expect(problemsOf(options as unknown as RateLimitOptions, given({}))).toStrictEqual([expect.stringContaining('pass an object')]);
  });

  it('with a declaration that cannot work', () => {
    const environment = declaring({ api: { limits: [{ limit: 0, periodMs: 1000 }] } }, 'limits');
    expect(problemsOf({ name: 'api' }, given(environment))).toStrictEqual([expect.stringContaining('limits.api.limits[0].limit is 0')]);
  });
});
