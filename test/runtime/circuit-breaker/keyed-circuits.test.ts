import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { circuitId, circuitKey } from '../../../runtime/src/circuit-breaker/key.ts';
import { KeyedCircuits } from '../../../runtime/src/circuit-breaker/keyed-circuits.ts';
import { fail, Fleet, succeed } from './fleet.ts';

const NAME = 'payments';

describe('the id of a circuit', () => {
  const part = fc.option(fc.string({ unit: 'binary' }), { nil: undefined });

  it('gives the key back, whatever tenant and operation hold', () => {
    fc.assert(
      fc.property(part, part, (tenant, operation) => {
        const key = { name: NAME, ...(tenant !== undefined && { tenant }), ...(operation !== undefined && { operation }) };
        expect(circuitKey(circuitId(key))).toEqual(key);
      }),
    );
  });

  it('is the name itself where nothing sets circuits apart', () => {
    expect(circuitId({ name: NAME })).toBe(NAME);
  });

  it('keeps separators inside values apart from separators between them', () => {
    const ids = [
      circuitId({ name: NAME, tenant: 'a","b' }),
      circuitId({ name: NAME, tenant: 'a', operation: 'b' }),
      circuitId({ name: NAME, operation: 'a","b' }),
      circuitId({ name: NAME, tenant: '' }),
      circuitId({ name: NAME, operation: '' }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('circuits by key', () => {
  const create = (maxKeys: number) => {
    const quiet = new Map<string, boolean>();
    const created: string[] = [];
    const circuits = new KeyedCircuits({ name: NAME, perTenant: true, perOperation: false, maxKeys }, (id) => {
      created.push(id);
      return { id, get isQuiet() { return quiet.get(id) ?? true; } };
    });
    const of = (tenant?: string) => circuits.for(tenant === undefined ? {} : { tenant }).id;
    return { circuits, created, quiet, of };
  };

  it('gives every tenant its own, and calls without a tenant one that they share', () => {
    const { of, created } = create(10);
    expect(of('a')).not.toBe(of('b'));
    expect(of()).toBe(NAME);
    expect(of('a')).toBe(of('a'));
    expect(created).toHaveLength(3);
  });

  it('ignores what it is not told to tell apart', () => {
    const { circuits, of } = create(10);
    expect(circuits.for({ tenant: 'a', operation: 'GET /x' }).id).toBe(of('a'));
  });

  it('forgets the longest unused quiet one at the cap (PCB-08)', () => {
    const { of, circuits, created } = create(3);
    for (const tenant of ['a', 'b', 'c', 'a', 'd']) of(tenant);
    expect(circuits.size).toBe(3);
    of('a');
    expect(created).toHaveLength(4);
    of('b');
    expect(created).toHaveLength(5);
  });

  it('never forgets one that is not quiet, and has a new key share the common circuit if there is no other', () => {
    const { of, circuits, quiet, created } = create(2);
    const open = [of('a'), of('b')];
    for (const id of open) quiet.set(id, false);
    expect(of('c')).toBe(NAME);
    expect(of('d')).toBe(NAME);
    expect([of('a'), of('b')]).toEqual(open);
    expect(created).toEqual([...open, NAME]);
    expect(circuits.size).toBe(3);
  });

  it('stays bounded under any sequence of keys', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.integer({ min: 1, max: 8 }), (tenants, maxKeys) => {
        const { of, circuits } = create(maxKeys);
        for (const tenant of tenants) of(String(tenant));
        expect(circuits.size).toBeLessThanOrEqual(maxKeys + 1);
      }),
    );
  });
});

describe('a circuit breaker per tenant', () => {
  it('opens for the tenant that meets failures and for no other (CB-12)', async () => {
    const fleet = new Fleet({ perTenant: true });
    const breaker = fleet.environment();
    await succeed(breaker, { tenant: 'quiet' });
    await fail(breaker, 5, { tenant: 'loud' });
    expect(breaker.snapshot({ tenant: 'loud' }).phase).toBe('open');
    expect(breaker.snapshot({ tenant: 'quiet' }).phase).toBe('closed');
    await expect(succeed(breaker, { tenant: 'quiet' })).resolves.toBe('value');
  });

  it('shares each of them with the fleet, under the name of the dependency', async () => {
    const fleet = new Fleet({ perTenant: true, perOperation: true });
    const [first, second] = [fleet.environment(), fleet.environment()];
    const call = { tenant: 'loud', operation: 'GET /orders/{id}' };
    await fail(first, 5, call);
    await succeed(second, call);
    expect(second.snapshot(call).phase).toBe('open');
    expect(second.snapshot({ ...call, operation: 'GET /orders' }).phase).toBe('closed');
    expect(fleet.stateChanges.map(({ name }) => name)).toEqual(['payments']);
  });

  it('does not set calls apart unless told to', async () => {
    const breaker = new Fleet().environment();
    await fail(breaker, 5, { tenant: 'loud' });
    expect(breaker.snapshot({ tenant: 'quiet' }).phase).toBe('open');
  });
});
