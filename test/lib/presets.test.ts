import { Duration } from 'aws-cdk-lib';
import { CircuitPresets, RateLimitKeyPart, RateLimitPresets, ResilientFunction, type CircuitOptions, type RateLimitOptions } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { INLINE, configurationOf, newStack } from './support';

const { circuit: PRESETS } = CONTRACT.presets;

/** What a stack says to the runtime that declares one circuit or one rate limit. */
function declared(circuits: Record<string, CircuitOptions>, rateLimits: Record<string, RateLimitOptions>): unknown {
  const stack = newStack();
  new ResilientFunction(stack, 'Fn', { ...INLINE, circuits, rateLimits });
  return configurationOf(stack);
}

describe('presets of circuits', () => {
  test.each([
    ['basic', CircuitPresets.basic(), PRESETS.basic],
    ['conservative', CircuitPresets.conservative(), PRESETS.conservative],
    ['aggressive', CircuitPresets.aggressive(), PRESETS.aggressive],
  ])('%s is what the contract says, as in the runtime', (_name, options, expected) => {
    expect(declared({ payments: options }, {})).toEqual({ version: 1, circuits: { payments: expected } });
  });

  test.each([CircuitPresets.basic, CircuitPresets.conservative, CircuitPresets.aggressive])('take what is to be different', (preset) => {
    const options = preset({ failureThreshold: 7, openDuration: Duration.seconds(5), perTenant: true });
    expect(declared({ payments: options }, {})).toMatchObject({ circuits: { payments: { failureThreshold: 7, openDurationMs: 5000, perTenant: true } } });
  });
});

describe('presets of rate limits', () => {
  const minute = Duration.minutes(1);

  test.each([
    ['perTenant', RateLimitPresets.perTenant(10, minute), ['tenant']],
    ['perUser', RateLimitPresets.perUser(10, minute), ['user']],
    ['perAddress', RateLimitPresets.perAddress(10, minute), ['ip']],
    ['perEndpoint', RateLimitPresets.perEndpoint(10, minute), ['operation']],
    ['per', RateLimitPresets.per([RateLimitKeyPart.TENANT, RateLimitKeyPart.USER], 10, minute), ['tenant', 'user']],
  ])('%s says who shares a limit', (_name, options, by) => {
    expect(declared({}, { api: options })).toEqual({ version: 1, limits: { api: { by, limits: [{ limit: 10, periodMs: 60_000 }] } } });
  });
});
