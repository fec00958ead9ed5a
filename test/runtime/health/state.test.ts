import { describe, expect, it } from '@jest/globals';
import type { CheckStatus } from '../../../runtime/src/health/check.ts';
import { afterRun, ageMs, blockers, isSettled, overallStatus, UNCHECKED, type CheckState, type Weighed } from '../../../runtime/src/health/state.ts';

const THRESHOLDS = { unhealthyThreshold: 3, healthyThreshold: 2 };
const after = (...found: CheckStatus[]): CheckState =>
  found.reduce((state, status, index) => afterRun(state, { result: { status }, atMs: index, durationMs: 1 }, THRESHOLDS), UNCHECKED);
const statuses = (...found: CheckStatus[]) => found.map((_, index) => after(...found.slice(0, index + 1)).status);
const check = (status: Weighed['status'], required = true, shared = false): Weighed => ({ status, required, shared });

describe('what counts of a check', () => {
  it('is decided by the first run: nothing is known that speaks against it', () => {
    expect([after('healthy').status, after('degraded').status, after('unhealthy').status]).toEqual(['healthy', 'degraded', 'unhealthy']);
  });

  it('is unhealthy only after three failures in a row', () => {
    expect(statuses('healthy', 'unhealthy', 'unhealthy', 'unhealthy')).toEqual(['healthy', 'healthy', 'healthy', 'unhealthy']);
    expect(statuses('healthy', 'unhealthy', 'unhealthy', 'healthy', 'unhealthy', 'unhealthy').at(-1)).toBe('healthy');
  });

  it('is healthy again after two runs in a row without failure (PHE-01)', () => {
    expect(statuses('unhealthy', 'healthy', 'unhealthy', 'healthy', 'healthy')).toEqual(['unhealthy', 'unhealthy', 'unhealthy', 'unhealthy', 'healthy']);
  });

  it('is degraded at once, and healthy again at once', () => {
    expect(statuses('healthy', 'degraded', 'healthy')).toEqual(['healthy', 'degraded', 'healthy']);
  });

  it('is never changed in place (PHE-07)', () => {
    const before = after('healthy');
    const next = afterRun(before, { result: { status: 'unhealthy' }, atMs: 9, durationMs: 1 }, THRESHOLDS);
    expect(before).toMatchObject({ status: 'healthy', failures: 0 });
    expect(next).toMatchObject({ status: 'healthy', failures: 1 });
    expect(Object.isFrozen(next) && Object.isFrozen(before)).toBe(true);
  });

  it('is in doubt from the first failure on, and while it recovers', () => {
    expect([after('healthy'), after('degraded'), after('healthy', 'unhealthy'), after('unhealthy', 'healthy'), UNCHECKED].map(isSettled)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('is infinitely old before the first run', () => {
    expect([ageMs(UNCHECKED, 5), ageMs(after('healthy'), 5)]).toEqual([Infinity, 5]);
  });
});

describe('the whole', () => {
  it.each<[string, Weighed[], string]>([
    ['nothing to check', [], 'healthy'],
    ['all healthy', [check('healthy'), check('healthy', false)], 'healthy'],
    ['an optional one unhealthy (PHE-03)', [check('healthy'), check('unhealthy', false)], 'degraded'],
    ['an optional one unknown', [check('healthy'), check('unknown', false)], 'degraded'],
    ['a required one degraded', [check('degraded'), check('healthy')], 'degraded'],
    ['a required one unhealthy', [check('unhealthy'), check('unknown'), check('healthy')], 'unhealthy'],
    ['a required one unknown', [check('unknown'), check('degraded')], 'unknown'],
  ])('with %s', (_what, checks, expected) => {
    expect(overallStatus(checks)).toBe(expected);
  });

  it('is ready unless something required that is its own fails', () => {
    const checks = [check('unhealthy', false), check('degraded'), check('unhealthy', true, true), check('unknown', true, true)];
    expect(blockers(checks, 'fail-open')).toEqual([]);
    expect(blockers(checks, 'strict')).toHaveLength(2);
    expect(blockers([check('unhealthy'), check('unknown')], 'fail-open')).toHaveLength(2);
  });
});
