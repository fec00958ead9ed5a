import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import type { OptionRule } from '../../../runtime/src/core/option-schema.ts';
import { LOAD_SHEDDING_DEFAULTS, resolveLoadSheddingOptions, type LoadSheddingOptions } from '../../../runtime/src/load-shedding/options.ts';

const RULES: readonly (readonly [string, OptionRule])[] = Object.entries(CONTRACT.configuration.loadShedding);

function problemsOf(given: unknown): readonly string[] {
  try {
    resolveLoadSheddingOptions(given as LoadSheddingOptions);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

const numeric = RULES.flatMap(([name, rule]) => {
  if (rule.type === 'boolean' || rule.type === 'choice') return [];
  if (rule.type === 'duration') return [{ key: `${name}Ms`, inside: [rule.minimumMs, rule.maximumMs], outside: [rule.minimumMs - 1, rule.maximumMs + 1] }];
  const { minimum, exclusiveMinimum = NaN, maximum } = rule;
  return [{ key: name, inside: [minimum ?? exclusiveMinimum + 0.001, maximum], outside: [minimum === undefined ? exclusiveMinimum : minimum - 1, maximum + 1] }];
});

describe('the options of load shedding', () => {
  it('have the defaults that the documentation names, also where there are none (PLS-09)', () => {
    expect(resolveLoadSheddingOptions()).toStrictEqual({
      name: 'load-shedding',
      enabled: true,
      strategy: 'adaptive',
      cpuThreshold: 0.8,
      memoryThreshold: 0.85,
      eventLoopThreshold: 0.9,
      latencyThresholdMs: 5000,
      errorRateThreshold: 0.1,
      maxInFlight: 0,
      targetLatencyMs: 100,
      adaptationRate: 0.1,
      minRate: 0,
      maxRate: 0.9,
      hysteresis: 0.1,
      sampleIntervalMs: 1000,
      metricsWindowMs: 30_000,
      samplingRate: 1,
      maxEventAgeMs: 0,
      retryAfterMs: 5000,
      dryRun: false,
      weights: { cpu: 0.3, memory: 0.3, latency: 0.3, errors: 0.1 },
      priorityRateCaps: { critical: 0, high: 1, normal: 1, low: 1, background: 1 },
    });
  });

  it('take a default only for undefined: a zero is a value (PX-14)', () => {
    const zeroes = { targetLatencyMs: 0, minRate: 0, maxRate: 0, hysteresis: 0, maxInFlight: 0, maxEventAgeMs: 0 };
    expect(resolveLoadSheddingOptions({ ...zeroes, retryAfterMs: undefined })).toMatchObject({ ...zeroes, retryAfterMs: LOAD_SHEDDING_DEFAULTS.retryAfterMs });
  });

  it.each(numeric)('$key is taken up to its bounds and refused beyond them', ({ key, inside, outside }) => {
    for (const value of inside) expect(problemsOf({ maxRate: 1, ...(key === 'minRate' ? {} : { minRate: 0 }), [key]: value })).toEqual([]);
    for (const value of outside) expect(problemsOf({ [key]: value })).toEqual([expect.stringContaining(`options.${key} is ${value}`)]);
  });

  it('names every problem at once, with what to do instead', () => {
    const bad = { cpuTreshold: 1, strategy: 'lottery', weights: { cpu: 2, luck: 1 }, name: '7', onShed: 1, minRate: 0.9, maxRate: 0.5, priorityRateCaps: { vip: 1 } };
    expect(problemsOf(bad)).toEqual([
      expect.stringContaining('options.name is "7"'),
      'options.onShed is 1: pass a function',
      'options.strategy is "lottery": use one of adaptive, random, priority, circuit, custom',
      'options.weights.cpu is 2: set a number from 0 to 1',
      'options.weights.luck is not an option: use one of cpu, memory, latency, errors',
      expect.stringContaining('options.cpuTreshold is not an option'),
      expect.stringContaining('options.priorityRateCaps.vip is not a priority'),
      expect.stringContaining('options.minRate is 0.9, more than maxRate'),
    ]);
    expect(problemsOf(7)).toEqual(['options is 7: pass an object']);
  });

  it('refuses weights that leave nothing to look at', () => {
    expect(problemsOf({ weights: { cpu: 0, memory: 0, latency: 0, errors: 0 } })).toEqual(['options.weights has no weight above 0: set at least one']);
    expect(problemsOf({ weights: 3 })).toEqual(['options.weights is 3: pass an object of cpu, memory, latency and errors']);
  });

  it('wants shouldShed for the strategy custom, and for no other', () => {
    const shouldShed = () => true;
    expect(problemsOf({ strategy: 'custom', shouldShed })).toEqual([]);
    expect(problemsOf({ strategy: 'custom' })).toEqual([expect.stringContaining('options.shouldShed is missing')]);
    expect(problemsOf({ shouldShed })).toEqual([expect.stringContaining('options.shouldShed is only asked by the strategy custom')]);
  });
});
