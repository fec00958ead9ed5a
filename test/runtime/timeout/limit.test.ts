import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Priority } from '../../../runtime/src/core/call-context.ts';
import { limitFor, type AskedCode } from '../../../runtime/src/timeout/limit.ts';
import { resolveTimeoutOptions, type TimeoutCalculator, type TimeoutOptions } from '../../../runtime/src/timeout/options.ts';
import type { TimedCall, TimeoutLoad } from '../../../runtime/src/timeout/timed-call.ts';

const NOW_MS = 1_767_225_600_000;
const LARGE = 1024 * 1024 + 1;

function limitOf(options: TimeoutOptions, call: TimedCall = {}, asked: Partial<AskedCode> = {}): number {
  const load = asked.load ?? (() => undefined);
  const verdict = limitFor(call, NOW_MS, resolveTimeoutOptions({ load, ...options }), { timeoutFor: () => undefined, load, ...asked });
  return verdict.isRefused ? -1 : verdict.limitMs;
}

describe('the limit of a call', () => {
  const tables: TimeoutOptions = { timeoutMs: 1000, operationTimeoutsMs: { 'GET /a': 2000 }, tenantTimeoutsMs: { acme: 3000 } };

  it('is what the code says, else of the tenant, else of the operation, else for all (TO-01, TO-03, TO-04)', () => {
    const call = { tenant: 'acme', operation: 'GET /a' };
    expect([
      limitOf(tables, call, { timeoutFor: () => 4000 }),
      limitOf(tables, call),
      limitOf(tables, { tenant: 'other', operation: 'GET /a' }),
      limitOf(tables, { tenant: 'other', operation: 'GET /b' }),
      limitOf(tables),
    ]).toEqual([4000, 3000, 2000, 1000, 1000]);
  });

  it('knows no limits by names that objects have anyway', () => {
    expect(['constructor', '__proto__', 'toString'].map((name) => limitOf(tables, { tenant: name, operation: name }))).toEqual([1000, 1000, 1000]);
  });

  it.each<[TimedCall, number]>([
    [{ method: 'GET' }, 500],
    [{ method: 'get' }, 500],
    [{ method: 'POST' }, 2000],
    [{ method: 'PUT' }, 2000],
    [{ method: 'DELETE' }, 3000],
    [{ method: 'PATCH' }, 1000],
    [{}, 1000],
    [{ method: 'GET', queryParameters: 5 }, 500],
    [{ method: 'GET', queryParameters: 6 }, 1000],
    [{ method: 'POST', bodyBytes: LARGE - 1 }, 2000],
    [{ method: 'POST', bodyBytes: LARGE }, 6000],
    [{ method: 'DELETE', queryParameters: 6, bodyBytes: LARGE }, 18_000],
  ])('follows kind and size of the request: %p (TO-05)', (call, limitMs) => {
    expect(limitOf({ timeoutMs: 1000, calculator: 'adaptive' }, call)).toBe(limitMs);
    expect(limitOf({ timeoutMs: 1000 }, call)).toBe(1000);
  });

  it.each<[Priority | undefined, number]>([
    ['critical', 5000],
    ['high', 2000],
    ['normal', 1000],
    ['low', 500],
    ['background', 250],
    [undefined, 1000],
    ['toString' as Priority, 1000],
  ])('follows the priority %p (TO-06)', (priority, limitMs) => {
    expect(limitOf({ timeoutMs: 1000, calculator: 'priority' }, priority === undefined ? {} : { priority })).toBe(limitMs);
  });

  it.each<[TimeoutLoad | undefined, number]>([
    [undefined, 1000],
    [{}, 1000],
    [{ cpu: 0.8, memory: 0.8, inFlight: 100, errorRate: 0.1 }, 1000],
    [{ cpu: 0.81 }, 667],
    [{ memory: 0.9 }, 769],
    [{ inFlight: 101 }, 833],
    [{ errorRate: 0.2 }, 714],
    [{ cpu: 1, memory: 1, inFlight: 500, errorRate: 1 }, 417],
    [{ cpu: undefined, memory: Number.NaN }, 1000],
  ])('shrinks under the load %p and never grows (TO-07, PTO-05)', (load, limitMs) => {
    expect(limitOf({ timeoutMs: 1000, calculator: 'load' }, {}, { load: () => load })).toBe(limitMs);
  });

  it('takes a declared limit at its word where that is below the least one, and raises only what was computed', () => {
    expect(limitOf({ timeoutMs: 50 })).toBe(50);
    expect(limitOf({ timeoutMs: 50, calculator: 'priority' }, { priority: 'background' })).toBe(50);
    expect(limitOf({ timeoutMs: 200, calculator: 'priority' }, { priority: 'background' })).toBe(100);
    expect(limitOf({ timeoutMs: 50 }, {}, { timeoutFor: () => 10 })).toBe(100);
  });

  it('leaves the margin of the deadline, and refuses what could not keep it (PTO-04, PX-07)', () => {
    const options = { timeoutMs: 1000, marginMs: 500, minTimeoutMs: 100 };
    const limits = [2000, 1500, 1499, 600, 599, 500, 0, -5].map((leftMs) => limitOf(options, { deadlineMs: NOW_MS + leftMs }));
    expect(limits).toEqual([1000, 1000, 999, 100, -1, -1, -1, -1]);
    expect(limitOf({ ...options, timeoutMs: 50 }, { deadlineMs: NOW_MS + 550 })).toBe(50);
  });

  it('is a whole number within its bounds and below the deadline, whatever is configured and asked for (PTO-04)', () => {
    const ms = fc.integer({ min: 1, max: 900_000 });
    const calls = fc.record<TimedCall>(
      {
        deadlineMs: fc.integer({ min: -1000, max: 1_000_000 }).map((leftMs) => NOW_MS + leftMs),
        method: fc.constantFrom('GET', 'POST', 'DELETE', 'X'),
        queryParameters: fc.nat(10),
        bodyBytes: fc.nat(3 * LARGE),
        priority: fc.constantFrom<Priority>('critical', 'high', 'normal', 'low', 'background'),
        tenant: fc.constantFrom('acme', 'other'),
      },
      { requiredKeys: [] },
    );
    const seen = { refused: 0, cut: 0, raised: 0, lowered: 0 };
    fc.assert(
      fc.property(
        ms, ms, ms, ms, fc.integer({ min: 0, max: 60_000 }), calls, fc.constantFrom<TimeoutCalculator>('fixed', 'adaptive', 'priority', 'load'), fc.option(fc.double({ min: 1e-9, max: 1e300, noNaN: true }), { nil: undefined }), fc.double({ min: 0, max: 2, noNaN: true }),
        (...[timeoutMs, acmeMs, one, other, marginMs, call, calculator, said, cpu]) => {
          const [minTimeoutMs, maxTimeoutMs] = [Math.min(one, other), Math.max(one, other)];
          const load = () => ({ cpu });
          const options = resolveTimeoutOptions({ timeoutMs, tenantTimeoutsMs: { acme: acmeMs }, minTimeoutMs, maxTimeoutMs, marginMs, calculator, load });
          const verdict = limitFor(call, NOW_MS, options, { timeoutFor: () => said, load });
          const declaredMs = call.tenant === 'acme' ? acmeMs : timeoutMs;
          const leastMs = Math.min(said === undefined ? Math.min(minTimeoutMs, declaredMs) : minTimeoutMs, maxTimeoutMs);
          const leftMs = (call.deadlineMs ?? Infinity) - NOW_MS - marginMs;
          expect(verdict.isRefused).toBe(leftMs < leastMs);
          if (verdict.isRefused) {
            seen.refused += 1;
            return;
          }
          expect(Number.isInteger(verdict.limitMs)).toBe(true);
          expect(verdict.limitMs).toBeGreaterThanOrEqual(leastMs);
          expect(verdict.limitMs).toBeLessThanOrEqual(Math.min(maxTimeoutMs, leftMs));
          if (verdict.limitMs === leftMs) seen.cut += 1;
          if (said !== undefined && said < minTimeoutMs) seen.raised += 1;
          if (said !== undefined && said > maxTimeoutMs) seen.lowered += 1;
        },
      ),
      { numRuns: 3000, seed: 20_260_101 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
  });
});
