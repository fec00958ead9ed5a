import { describe, expect, it } from '@jest/globals';
import { resolveCircuitBreakerOptions } from '../../../runtime/src/circuit-breaker/options.ts';
import { advancedCircuit, basicCircuit, CIRCUIT_PROFILES, operationCircuit, tenantCircuit } from '../../../runtime/src/circuit-breaker/presets.ts';
import { UsualShare } from '../../../runtime/src/circuit-breaker/usual-share.ts';

const BASIC = {
  failureThreshold: 5,
  successThreshold: 3,
  openDurationMs: 60_000,
  failureRateThreshold: 0.5,
  minimumCalls: 10,
  windowDurationMs: 300_000,
  halfOpenMaxCalls: 3,
};

describe('presets', () => {
  it('the basic one is a circuit as servers use it (CB-20)', () => {
    expect(resolveCircuitBreakerOptions(basicCircuit('payments'))).toMatchObject({ name: 'payments', ...BASIC });
  });

  it('the others add to it (CB-21)', () => {
    const shouldTrip = () => true;
    const fallback = () => 'cached';
    expect(resolveCircuitBreakerOptions(tenantCircuit('a'))).toMatchObject({ ...BASIC, perTenant: true, perOperation: false });
    expect(resolveCircuitBreakerOptions(operationCircuit('a'))).toMatchObject({ ...BASIC, perTenant: false, perOperation: true });
    expect(resolveCircuitBreakerOptions(advancedCircuit('a', shouldTrip, fallback))).toMatchObject({ ...BASIC, shouldTrip, fallback });
  });

  it.each([
    ['conservative (CB-22)', CIRCUIT_PROFILES.conservative, { failureThreshold: 10, openDurationMs: 30_000, failureRateThreshold: 0.7 }],
    ['aggressive (CB-23)', CIRCUIT_PROFILES.aggressive, { failureThreshold: 3, openDurationMs: 120_000, failureRateThreshold: 0.3 }],
  ])('the profile %s', (_name, profile, expected) => {
    expect(resolveCircuitBreakerOptions({ name: 'payments', ...profile })).toMatchObject(expected);
  });
});

describe('thresholds that follow history (CB-28)', () => {
  it('stay where they are while nothing fails', () => {
    const usual = new UsualShare();
    usual.see(0, 0);
    usual.see(0, 3_600_000);
    expect(usual.raise(0.5)).toBe(0.5);
  });

  it('rise slowly above what has long been usual, and never reach 1', () => {
    const usual = new UsualShare();
    usual.see(0.4, 0);
    expect(usual.raise(0.5)).toBe(0.5);
    usual.see(0.4, 60_000);
    expect(usual.raise(0.5)).toBeCloseTo(0.519, 3);
    for (let minute = 2; minute < 120; minute += 1) usual.see(0.4, minute * 60_000);
    expect(usual.raise(0.5)).toBeCloseTo(0.7, 3);
    usual.see(5, 1e9);
    expect(usual.raise(0.5)).toBeLessThanOrEqual(1);
  });

  it('come back when the dependency has got better', () => {
    const usual = new UsualShare();
    for (let minute = 0; minute < 120; minute += 1) usual.see(0.4, minute * 60_000);
    for (let minute = 120; minute < 240; minute += 1) usual.see(0, minute * 60_000);
    expect(usual.raise(0.5)).toBeCloseTo(0.5, 2);
  });
});
