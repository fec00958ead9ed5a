import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { sharedKey } from '../../../runtime/src/dynamodb/key.ts';
import { CIRCUIT_KEY_PREFIX, circuitFromItemKey, limitFromItemKey } from '../../../runtime/src/operator/item-key.ts';

const part = fc.string({ maxLength: 20, unit: 'binary' });

it('reads every key that is not cut back into what it was made from', () => {
  const keys = fc.record({ name: part, tenant: part, operation: part }, { requiredKeys: ['name'] });
  fc.assert(
    fc.property(keys, (circuit) => {
      expect(circuitFromItemKey(sharedKey('circuit', circuit))).toEqual(circuit);
    }),
  );
});

it('reads every key of a limit back, and which part of it an item is', () => {
  fc.assert(
    fc.property(part, fc.nat(64), (key, number) => {
      const id = sharedKey('limit', { name: key });
      expect(limitFromItemKey(id)).toEqual({ key, part: 0 });
      expect(limitFromItemKey(`${id}#part=${number}`)).toEqual({ key, part: number });
    }),
  );
});

it('shows a cut value as the key has it', () => {
  const key = sharedKey('circuit', { name: 'orders', tenant: 'x'.repeat(300) });
  expect(circuitFromItemKey(key).tenant).toMatch(/^x{156}~[\w-]{43}$/);
  expect(key.startsWith(CIRCUIT_KEY_PREFIX)).toBe(true);
});
