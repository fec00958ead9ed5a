import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { sharedKey } from '../../../runtime/src/dynamodb/key.ts';
import { CIRCUIT_KEY_PREFIX, circuitFromItemKey } from '../../../runtime/src/operator/item-key.ts';

const part = fc.string({ maxLength: 20, unit: 'binary' });

it('reads every key that is not cut back into what it was made from', () => {
  const keys = fc.record({ name: part, tenant: part, operation: part }, { requiredKeys: ['name'] });
  fc.assert(
    fc.property(keys, (circuit) => {
      expect(circuitFromItemKey(sharedKey('circuit', circuit))).toEqual(circuit);
    }),
  );
});

it('shows a cut value as the key has it', () => {
  const key = sharedKey('circuit', { name: 'orders', tenant: 'x'.repeat(300) });
  expect(circuitFromItemKey(key).tenant).toMatch(/^x{156}~[\w-]{43}$/);
  expect(key.startsWith(CIRCUIT_KEY_PREFIX)).toBe(true);
});
