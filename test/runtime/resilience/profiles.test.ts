import { Tracer } from '@aws-lambda-powertools/tracer';
import { describe, expect, it } from '@jest/globals';
import { resolveHealthOptions } from '../../../runtime/src/health/index.ts';
import { resolveObservabilityOptions } from '../../../runtime/src/observability/index.ts';
import { createResilience, RESILIENCE_PROFILES, type ResilienceOptions, type ResilienceProfile } from '../../../runtime/src/resilience/index.ts';
import { declared, world, type Sections } from './world.ts';

const PROFILES = Object.keys(RESILIENCE_PROFILES) as ResilienceProfile[];

function optionsOf(options: ResilienceOptions, stack: Sections = {}, environment: Readonly<Record<string, string>> = {}) {
  const { dependencies, recorded } = world({ ...declared(stack), ...environment });
  const { observability, health } = createResilience(recorded(options), dependencies);
  return { ...observability!.options, ...health.options };
}

describe('profiles of stages (PR-04)', () => {
  it('exist for development, staging and production', () => {
    expect(PROFILES).toEqual(['development', 'staging', 'production']);
  });

  it.each(PROFILES)('%s sets what the patterns accept', (profile) => {
    const { observability, health } = RESILIENCE_PROFILES[profile];
    expect(resolveObservabilityOptions(observability)).toMatchObject(observability);
    expect(resolveHealthOptions(health)).toMatchObject(health);
  });

  it('report all there is, and less the nearer they are to customers', () => {
    const shown = PROFILES.map((profile) => {
      const { level, sampleRate, logRequestBody, logResponseBody } = optionsOf({ profile });
      return [level, sampleRate, logRequestBody, logResponseBody];
    });
    expect(shown).toEqual([['detailed', 1, true, true], ['detailed', 0.1, false, false], ['essential', 0.01, false, false]]);
  });

  it('show a failing check at once in development, and keep production in service', () => {
    const shown = PROFILES.map((profile) => {
      const { unhealthyThreshold, readiness, environment } = optionsOf({ profile });
      return [unhealthyThreshold, readiness, environment];
    });
    expect(shown).toEqual([[1, 'strict', 'development'], [3, 'strict', 'staging'], [3, 'fail-open', 'production']]);
  });

  it('go under what the stack declares, the environment overrides and the code sets', () => {
    const code: ResilienceOptions = { profile: 'development', observability: { logResponseBody: false }, health: { readiness: 'fail-open' } };
    const options = optionsOf(code, { observability: { level: 'essential' } }, { HEALTH_CHECK_INTERVAL: '7' });
    expect(options).toMatchObject({ level: 'essential', logRequestBody: true, logResponseBody: false, readiness: 'fail-open', unhealthyThreshold: 1, intervalMs: 7000 });
  });

  it('trace where a tracer is given', () => {
    const tracer = new Tracer({ captureHTTPsRequests: false });
    const { dependencies, recorded } = world();
    const traced = (profile: ResilienceProfile, given: object) =>
      createResilience(recorded({ profile }), { ...dependencies, ...given }).observability?.options.tracing;
    expect(PROFILES.map((profile) => traced(profile, { tracer }))).toEqual([true, true, false]);
    expect(PROFILES.map((profile) => traced(profile, {}))).toEqual([false, false, false]);
  });

  it('set nothing of their own where none is chosen', () => {
    expect(optionsOf({})).toMatchObject({ level: 'essential', sampleRate: 1, unhealthyThreshold: 3, readiness: 'fail-open' });
  });
});
