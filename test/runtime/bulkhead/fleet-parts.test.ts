import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { partCount, quotasOf, shareOf } from '../../../runtime/src/bulkhead/fleet-parts.ts';
import type { Scope } from '../../../runtime/src/bulkhead/slots.ts';
import { DONE, SlotsFleet } from './slots-fleet.ts';

const all = (limit: number): Scope => ({ kind: 'global', key: '', limit });
const tenant = (key: string, limit: number): Scope => ({ kind: 'tenant', key, limit });
const operation = (key: string, limit: number): Scope => ({ kind: 'operation', key, limit });

describe('the parts of the slots', () => {
  it('are one for every twenty slots, as many as wanted, and never more than slots or than 64', () => {
    const count = (maxConcurrent: number, shards = 0, ...smallestLimits: number[]) => partCount({ maxConcurrent, shards, smallestLimits });
    expect([count(1), count(20), count(21), count(100), count(100_000)]).toStrictEqual([1, 1, 2, 5, 64]);
    expect([count(10, 4), count(2, 4), count(100, 1)]).toStrictEqual([4, 2, 1]);
    // One of the two kinds has a slot in every part, or a call might find no part in which both have one.
    expect([count(100, 0, 1), count(100, 0, 1, 5), count(100, 0, 3, 2), count(100, 0, 1, 1)]).toStrictEqual([5, 5, 3, 1]);
  });

  it('share out every limit exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 64 }), (limit, parts) => {
        const shares = Array.from({ length: parts }, (_, part) => shareOf(limit, parts, part));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(limit);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('never give a scope more than its limit, and leave a call a part in which all of its scopes have a slot', () => {
    const limits = fc.record({ size: fc.integer({ min: 1, max: 400 }), tenants: fc.integer({ min: 1, max: 60 }), operations: fc.integer({ min: 1, max: 60 }), shards: fc.integer({ min: 0, max: 64 }) });
    fc.assert(
      fc.property(limits, fc.string(), fc.string(), ({ size, tenants, operations, shards }, key, other) => {
        const parts = partCount({ maxConcurrent: size, shards, smallestLimits: [Math.min(size, tenants), Math.min(size, operations)] });
        const quotas = quotasOf([tenant(key, Math.min(size, tenants)), operation(other, Math.min(size, operations)), all(size)], parts, undefined);
        expect(quotas.length).toBeGreaterThan(0);
        const sum = (scope: number) => quotas.reduce((total, { scopes }) => total + (scopes[scope]?.limit ?? 0), 0);
        expect(sum(0)).toBeLessThanOrEqual(tenants);
        expect(sum(1)).toBeLessThanOrEqual(operations);
        expect(quotas.reduce((total, each) => total + each.size, 0)).toBeLessThanOrEqual(size);
      }),
    );
  });

  it('spread tenants with few slots evenly, each always over the same parts', () => {
    const used = new Map<number, number>();
    for (let index = 0; index < 1000; index += 1) {
      const scopes = [tenant(`tenant-${index}`, 2), all(200)];
      const quotas = quotasOf(scopes, 10, undefined);
      expect(quotas).toHaveLength(2);
      expect(quotasOf(scopes, 10, undefined)).toStrictEqual(quotas);
      for (const { part } of quotas) used.set(part, (used.get(part) ?? 0) + 1);
    }
    for (const count of used.values()) expect(Math.abs(count - 200)).toBeLessThan(60);
  });
});

describe('slots in several parts', () => {
  it('can all be taken, by calls that come back until they find one, and never one more', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 100, keepDurationMs: 0 });
    const held = [];
    for (const member of fleet.members(130)) {
      for (let attempts = 0; attempts < 12; attempts += 1) {
        const taken = await member.take({ deadlineMs: fleet.clock.nowMs() + 600_000 }, attempts);
        if (taken.kind === 'none') continue;
        held.push(taken);
        break;
      }
    }
    expect(held.length).toBeGreaterThan(95);
    expect(fleet.live(5)).toBe(held.length);
    expect(held.length).toBeLessThanOrEqual(100);
    for (const slot of held) await slot.give(DONE);
    expect(fleet.live(5)).toBe(0);
  });

  it('are asked for where there was one last, so that a quiet fleet pays one write for each', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 100, keepDurationMs: 0 });
    const member = fleet.member();
    for (let call = 0; call < 20; call += 1) await member.run();
    expect(member.store.writes).toBe(40);
  });

  it('name the tenant as full where its own parts are, though others have room', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 100, perTenant: true, defaultTenantLimit: 1 });
    const [a, b] = [fleet.member(), fleet.member()];
    await a.hold({ tenant: 'a' });
    expect((await b.miss({ tenant: 'a' })).scope).toMatchObject({ kind: 'tenant', key: 'a' });
  });

  it('lend a tenant what others leave unused', async () => {
    const fleet = new SlotsFleet({ maxConcurrent: 60, perTenant: true, borrow: true, defaultTenantLimit: 6 });
    const member = fleet.member();
    const taken = [];
    for (let call = 0; call < 120; call += 1) taken.push(await member.take({ tenant: 'a' }, call));
    const held = taken.filter(({ kind }) => kind === 'slot').length;
    expect(held).toBeGreaterThan(45);
    expect(held).toBeLessThanOrEqual(54);
    await member.hold({ tenant: 'b' });
  });
});
