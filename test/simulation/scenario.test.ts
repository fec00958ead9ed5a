import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, expect } from '@jest/globals';
import { resolveBulkheadOptions } from '../../runtime/src/bulkhead/options.ts';
import { MemoryCircuitStore } from '../../runtime/src/circuit-breaker/memory-store.ts';
import { resolveCircuitBreakerOptions } from '../../runtime/src/circuit-breaker/options.ts';
import { ConfigurationError } from '../../runtime/src/core/errors.ts';
import { createDependency } from '../../runtime/src/http-client/index.ts';
import { resolveLoadSheddingOptions } from '../../runtime/src/load-shedding/options.ts';
import { resolveRateLimitOptions } from '../../runtime/src/rate-limit/options.ts';
import { RecordingSink } from '../../runtime/src/testing/index.ts';
import type { PolicyName } from './scenario-rules.ts';
import { resolveScenario, type Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';

const FOLDER = join(import.meta.dirname, 'scenarios');

const DEPENDENCY_SOURCES = { environment: {}, circuitStore: new MemoryCircuitStore({ shared: true }), sink: new RecordingSink() };

/** Resolves the options of a policy as its fleet does. */
const RESOLVE: Readonly<Record<PolicyName, (options: object) => unknown>> = {
  'circuit-breaker': (options) => resolveCircuitBreakerOptions({ name: 'dependency', ...options }),
  'rate-limit': (options) => resolveRateLimitOptions({ name: 'limit', ...options }),
  bulkhead: (options) => resolveBulkheadOptions({ name: 'bulkhead', ...options }),
  'load-shedding': (options) => resolveLoadSheddingOptions(options),
  dependency: (options) => createDependency({ name: 'dependency', ...options }, DEPENDENCY_SOURCES),
};

function problemsOf(scenario: unknown): readonly string[] {
  try {
    resolveScenario(scenario as Scenario);
    return [];
  } catch (error) {
    return (error as ConfigurationError).problems;
  }
}

describe('a scenario', () => {
  it('has defaults for all but the policy', () => {
    expect(resolveScenario({ policy: 'circuit-breaker' })).toEqual({
      policy: 'circuit-breaker',
      options: {},
      fleet: { environments: 50, requestsPerSecond: 1000, concurrency: 1, linePerPlace: 10, timeoutMs: 0, arrivals: 'poisson', routing: 'random' },
      call: { durationMs: 40, jitter: 0.5, patienceMs: 0 },
      capacity: undefined,
      store: { latencyMs: 4, lostReplyRate: 0, throttleRate: 0, outages: [] },
      environmentFaults: { crashesPerMinute: 0, clockSkewMs: 0, freezesPerMinute: 0 },
      traffic: [],
      faults: [],
      demand: { distribution: 'uniform', tenants: undefined, priorities: {}, keys: 1, exponent: 1.1 },
      durationMs: 180_000,
    });
  });

  it('fills in what a fault leaves out', () => {
    const { faults } = resolveScenario({ policy: 'circuit-breaker', faults: [{ fromSeconds: 1, toSeconds: 2 }] });
    expect(faults[0]).toMatchObject({ fromMs: 1000, toMs: 2000, failureRate: 1, slowByMs: 0, slowRate: 1, hangs: false, retryAfterMs: 0, retryAtEnd: false, environments: 'all' });
  });

  it('has calls hang, and answers ask to stay away, only where a policy makes the calls itself', () => {
    const faults = [{ fromSeconds: 1, toSeconds: 2, hangs: true, retryAfterMs: 1000, retryAtEnd: true }];
    expect(problemsOf({ policy: 'dependency', faults })).toEqual([]);
    expect(problemsOf({ policy: 'dependency', faults: [{ ...faults[0], retryAfterMs: -1 }] })).toEqual([expect.stringMatching(/^scenario\.faults\[0\]\.retryAfterMs is -1: /)]);
    expect(problemsOf({ policy: 'bulkhead', faults })).toEqual(
      ['hangs', 'retryAfterMs', 'retryAtEnd'].map((name) => expect.stringMatching(new RegExp(`^scenario\\.faults\\[0\\]\\.${name} is not an option: `))),
    );
  });

  it('is refused with every problem at once', () => {
    const scenario = {
      policy: 'hope',
      colour: 'red',
      options: [],
      fleet: { environments: 0, arrivals: 'late', size: 1 },
      call: 7,
      store: { throttleRate: 2, outages: [{ fromSeconds: 5 }] },
      environmentFaults: { crashes: 1 },
      traffic: [{ fromSeconds: 0, toSeconds: 10 }],
      faults: [{ fromSeconds: 9, toSeconds: 3, environments: [-1] }, 'all'],
    };
    expect(problemsOf(scenario)).toEqual([
      'scenario.policy is "hope": use one of circuit-breaker, rate-limit, bulkhead, load-shedding, dependency',
      expect.stringMatching(/^scenario\.colour is not an option: use one of policy, .*durationSeconds$/),
      'scenario.options is an array: pass an object',
      'scenario.fleet.arrivals is "late": use one of poisson, steady',
      expect.stringMatching(/^scenario\.fleet\.environments is 0: /),
      expect.stringMatching(/^scenario\.fleet\.size is not an option: /),
      'scenario.call is 7: pass an object',
      expect.stringMatching(/^scenario\.store\.throttleRate is 2: /),
      'scenario.store.outages[0].toSeconds is missing: set a number of seconds',
      expect.stringMatching(/^scenario\.environmentFaults\.crashes is not an option: /),
      expect.stringMatching(/^scenario\.traffic\[0\]\.factor is missing: /),
      'scenario.faults[0].toSeconds is 3: set a time after fromSeconds',
      expect.stringMatching(/^scenario\.faults\[0\]\.environments is an array: /),
      'scenario.faults[1] is "all": pass an object',
    ]);
    expect(problemsOf('file')).toEqual(['scenario is "file": pass an object with a policy']);
  });

  it('throttles the writes of one item for a rate limiter, and for a circuit breaker only if it says so', () => {
    const writes = (scenario: Scenario) => resolveScenario(scenario).store.itemWritesPerSecond;
    const store = { itemWritesPerSecond: 7 };
    expect(writes({ policy: 'rate-limit' })).toBe(1000);
    expect(writes({ policy: 'circuit-breaker' })).toBeUndefined();
    expect([writes({ policy: 'rate-limit', store }), writes({ policy: 'circuit-breaker', store })]).toEqual([7, 7]);
    expect(problemsOf({ policy: 'rate-limit', store: { itemWritesPerSecond: 1.5 } })).toEqual([
      expect.stringMatching(/^scenario\.store\.itemWritesPerSecond is 1\.5: /),
    ]);
  });

  it('has no demand for a circuit breaker', () => {
    const demand = { keys: 0, distribution: 'even', exponent: 2, size: 1 };
    expect(problemsOf({ policy: 'rate-limit', demand })).toEqual([
      'scenario.demand.distribution is "even": use one of uniform, zipf',
      expect.stringMatching(/^scenario\.demand\.keys is 0: /),
      expect.stringMatching(/^scenario\.demand\.size is not an option: use one of distribution, tenants, priorities, keys, exponent/),
      'scenario.demand.exponent is 2: leave it out, or set the distribution to "zipf"',
    ]);
    expect(problemsOf({ policy: 'rate-limit', demand: 5 })).toEqual(['scenario.demand is 5: pass an object']);
    expect(problemsOf({ policy: 'circuit-breaker', demand: { keys: 2 } })).toEqual([
      'scenario.demand is an object: leave it out, a circuit breaker has no keys',
    ]);
    const { demand: resolved } = resolveScenario({ policy: 'rate-limit', demand: { keys: 5, distribution: 'zipf' } });
    expect(resolved).toMatchObject({ keys: 5, distribution: 'zipf', exponent: 1.1 });
  });

  it('has a capacity only where it says so, of each environment unless it is one of all', () => {
    expect(resolveScenario({ policy: 'bulkhead', capacity: { knee: 5 } }).capacity).toEqual({ sharedBy: 'environment', knee: 5, contention: 0.1 });
    expect(problemsOf({ policy: 'bulkhead', capacity: { sharedBy: 'nobody', knee: 0, size: 1 } })).toEqual([
      'scenario.capacity.sharedBy is "nobody": use one of environment, fleet',
      expect.stringMatching(/^scenario\.capacity\.knee is 0: /),
      expect.stringMatching(/^scenario\.capacity\.size is not an option: use one of sharedBy, knee, contention/),
    ]);
    expect(problemsOf({ policy: 'bulkhead', capacity: {}, environmentFaults: { freezesPerMinute: 1 } })).toEqual([
      'scenario.environmentFaults.freezesPerMinute is 1: leave it out, calls that share a capacity are not frozen',
    ]);
  });

  it('lists tenants and priorities with how often each is met', () => {
    const demand = { tenants: { a: 9, b: 0 }, priorities: { critical: 1, urgent: 1 }, keys: 3 };
    expect(problemsOf({ policy: 'bulkhead', demand })).toEqual([
      'scenario.demand.tenants.b is 0: set how often it is met next to the others, a number above 0',
      'scenario.demand.priorities.urgent is "urgent": use one of critical, high, normal, low, background',
      'scenario.demand.keys is 3: leave it out, the tenants are listed',
    ]);
    expect(problemsOf({ policy: 'load-shedding', demand: { tenants: { a: 9 }, priorities: { critical: 1 } } })).toEqual([]);
  });

  it('is refused for options that the policy refuses', async () => {
    const running = simulate({ policy: 'circuit-breaker', options: { openDuration: 5 } }, 1);
    await expect(running).rejects.toThrow(/options\.openDuration is not an option/);
  });
});

describe('the scenario files', () => {
  it.each(readdirSync(FOLDER))('%s can be simulated', (file) => {
    const scenario = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Scenario;
    expect(problemsOf(scenario)).toEqual([]);
    const resolve = () => RESOLVE[scenario.policy](scenario.options ?? {});
    expect(resolve).not.toThrow();
  });
});
