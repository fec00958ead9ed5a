import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { createHealth } from '../../../runtime/src/health/create.ts';
import { healthCheck } from '../../../runtime/src/health/middleware.ts';
import { HEALTH_DEFAULTS, resolveHealthOptions } from '../../../runtime/src/health/options.ts';
import { healthWith, Probe, World } from './fixture.ts';

const problemsOf = (make: () => unknown): readonly string[] => {
  try {
    make();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
};

describe('the options of health', () => {
  it('have defaults', () => {
    expect(resolveHealthOptions()).toEqual({
      enabled: true,
      unhealthyThreshold: 3,
      healthyThreshold: 2,
      checkTimeoutMs: 5000,
      intervalMs: 10_000,
      maxStaleMs: 60_000,
      maxStaleWaitMs: 500,
      gracePeriodMs: 0,
      readiness: 'fail-open',
      failWhenDegraded: false,
      checks: [],
    });
    expect(resolveHealthOptions({ intervalMs: undefined })).toEqual({ ...HEALTH_DEFAULTS, checks: [] });
  });

  it('are refused with all problems at once, those of the middleware included', () => {
    const options = {
      interval: 10,
      unhealthyThreshold: 0,
      readiness: 'open',
      version: 7,
      override: 'healthy',
      checks: [{ name: 'a', run: () => true }, { name: 'a', run: 1, required: 'yes' }, null],
      paths: { health: 'health', ready: '/live', detial: '/x' },
      authorize: true,
      statusHeader: 1,
      cors: { origins: ['https://a.example.com/', 'a'], origin: '*' },
    };
    expect(problemsOf(() => healthCheck(options as never))).toEqual([
      'options.paths.detial is not an option: use one of health, detail, ready, live',
      'options.paths.health is "health": pass a path such as /health, or false',
      'options.paths has "/live" twice: give each endpoint its own path',
      'options.authorize is true: pass a function',
      'options.cors.origins holds "https://a.example.com/": pass origins such as https://status.example.com, or *',
      'options.cors.origins holds "a": pass origins such as https://status.example.com, or *',
      'options.cors.origin is not an option: use one of origins',
      'options.statusHeader is 1: set true or false',
      expect.stringContaining('options.interval is not an option: use one of checks, version, environment, override, enabled'),
      'options.unhealthyThreshold is 0: set a whole number from 1 to 100',
      'options.readiness is "open": use one of fail-open, strict',
      'options.checks[1].run is 1: pass a function',
      'options.checks[1].required is "yes": set true or false',
      'options.checks[2] is null: pass a check, { name, run }',
      'options.checks has two named "a": give each its own name',
      'options.version is 7: pass text',
      'options.override is "healthy": pass a function',
    ]);
  });

  it('are refused where they are none', () => {
    expect(problemsOf(() => createHealth('all' as never))).toEqual(['options is "all": pass an object']);
    expect(problemsOf(() => createHealth({ checks: {} as never }))).toEqual(['options.checks is an object: pass a list of checks']);
    expect(problemsOf(() => healthCheck({ paths: 1 as never }))).toEqual(['options.paths is 1: pass an object of health, detail, ready, live']);
    const checks = Array.from({ length: 101 }, (_, index) => new Probe(`c${index}`).check);
    expect(problemsOf(() => createHealth({ checks }))).toEqual(['options.checks has 101 entries: pass at most 100']);
  });

  it('of a ready health are refused beside it', () => {
    const { health } = healthWith();
    expect(problemsOf(() => healthCheck(health, { intervalMs: 1 } as never))).toEqual(['options.intervalMs is not an option: use one of paths, authorize, cors, statusHeader']);
  });

  it('take the size of the function from its environment', async () => {
    const world = new World();
    const seen: unknown[] = [];
    const run = ({ memoryLimitMb }: { readonly memoryLimitMb: number | undefined }) => void seen.push(memoryLimitMb);
    for (const size of ['512', undefined, 'many']) {
      const environment = { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: size };
      await createHealth({ checks: [{ name: 'a', run: async (request) => run(request) }] }, { ...world.dependencies, environment }).check();
    }
    expect(seen).toEqual([512, undefined, undefined]);
  });
});
