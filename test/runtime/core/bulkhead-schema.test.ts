import { describe, expect, it } from '@jest/globals';
import { bulkheadPartsProblems, withinSlots, type BulkheadParts } from '../../../runtime/src/core/bulkhead-schema.ts';

const problemsOf = (parts: BulkheadParts) => bulkheadPartsProblems('options', parts);

describe('parts of a bulkhead that may be used', () => {
  it.each<BulkheadParts>([
    {},
    { tenantLimits: undefined, operationLimits: undefined, maxConcurrent: undefined, minConcurrent: undefined },
    { tenantLimits: {}, operationLimits: {} },
    { tenantLimits: { acme: 1, 'any text # at all': 10 }, perTenant: true },
    { operationLimits: { charge: 20 }, perOperation: true, maxConcurrent: 20 },
    { minConcurrent: 10 },
    { minConcurrent: 7, maxConcurrent: 7 },
  ])('%j', (parts) => {
    expect(problemsOf(parts)).toEqual([]);
  });

  it.each<BulkheadParts>([{ minConcurrent: 'one' }, { minConcurrent: Infinity }, { maxConcurrent: 'two', minConcurrent: 50 }, { maxConcurrent: 0, minConcurrent: 50 }, { tenantLimits: { acme: 1 }, perTenant: 'yes' }])(
    '%j as far as they are concerned: the rule for the single value says what is wrong',
    (parts) => {
      expect(problemsOf(parts)).toEqual([]);
    },
  );
});

describe('parts of a bulkhead that may not', () => {
  it.each<[BulkheadParts, string]>([
    [{ tenantLimits: 5 }, 'tenantLimits is 5: set an object of numbers of slots'],
    [{ operationLimits: [] }, 'operationLimits is an array: set an object of numbers of slots'],
    [{ tenantLimits: null }, 'tenantLimits is null: set an object of numbers of slots'],
    [{ tenantLimits: { acme: 0 }, perTenant: true }, 'tenantLimits.acme is 0: set a whole number from 1 to 10, of which there are slots'],
    [{ tenantLimits: { acme: 1.5 }, perTenant: true }, 'tenantLimits.acme is 1.5: set a whole number from 1 to 10, of which there are slots'],
    [{ tenantLimits: { acme: 'all' }, perTenant: true }, 'tenantLimits.acme is "all": set a whole number from 1 to 10, of which there are slots'],
    [{ tenantLimits: { acme: 11 }, perTenant: true }, 'tenantLimits.acme is 11: set a whole number from 1 to 10, of which there are slots'],
    [{ operationLimits: { charge: 4 }, perOperation: true, maxConcurrent: 3 }, 'operationLimits.charge is 4: set a whole number from 1 to 3, of which there are slots'],
    [{ tenantLimits: { acme: 1 } }, 'tenantLimits is set although perTenant is not: set perTenant to true, or leave the limits out'],
    [{ operationLimits: { charge: 1 }, perOperation: false, perTenant: true }, 'operationLimits is set although perOperation is not: set perOperation to true, or leave the limits out'],
    [{ minConcurrent: 11 }, 'minConcurrent is 11, more than maxConcurrent, which is 10: set at most 10'],
    [{ minConcurrent: 3, maxConcurrent: 2 }, 'minConcurrent is 3, more than maxConcurrent, which is 2: set at most 2'],
    [{ tenantLimits: JSON.parse('{"__proto__":1}') as object, perTenant: true }, 'tenantLimits has the name "__proto__": choose another one, because templates lose that name'],
  ])('%j', (parts, problem) => {
    expect(problemsOf(parts)).toEqual([`options.${problem}`]);
  });

  it('are all told at once', () => {
    expect(problemsOf({ tenantLimits: { acme: 20, other: 0 }, operationLimits: 1, minConcurrent: 50 })).toHaveLength(5);
  });
});

describe('options with fewer slots than they were made for', () => {
  it('keep nothing above them, and the rest as it is', () => {
    const options = { maxConcurrent: 3, minConcurrent: 5, tenantLimits: { acme: 8, small: 2 }, operationLimits: { charge: 4 }, perTenant: true, queueSize: 50 };
    expect(withinSlots(options)).toEqual({ ...options, minConcurrent: 3, tenantLimits: { acme: 3, small: 2 }, operationLimits: { charge: 3 } });
  });

  it.each([{}, { minConcurrent: 5, tenantLimits: { acme: 8 } }, { maxConcurrent: 'many', tenantLimits: 5, minConcurrent: 'few' }])('are unchanged where there are enough: %j', (options) => {
    expect(withinSlots(options)).toEqual(options);
  });
});
