import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { PRIORITIES } from '../../../runtime/src/core/call-context.ts';
import { sheddingPartsProblems, type SheddingParts } from '../../../runtime/src/core/shedding-schema.ts';

const problemsOf = (parts: SheddingParts) => sheddingPartsProblems('options', parts);

it('the priorities of the contract are those of the runtime', () => {
  expect(CONTRACT.configuration.priorities).toEqual(Object.keys(PRIORITIES));
});

describe('parts of load shedding that may be used', () => {
  it.each<SheddingParts>([
    {},
    { priorityRateCaps: undefined, minRate: undefined, maxRate: undefined },
    { priorityRateCaps: {} },
    { priorityRateCaps: { critical: 0, high: 0.1, normal: 0.5, low: 1, background: undefined } },
    { minRate: 0.9 },
    { minRate: 0.2, maxRate: 0.2 },
  ])('%j', (parts) => {
    expect(problemsOf(parts)).toEqual([]);
  });

  it.each<SheddingParts>([{ minRate: 2, maxRate: 0.5 }, { minRate: 'all' }, { minRate: 0.95, maxRate: NaN }])('%j as far as they are concerned: the rule for the single value says what is wrong', (parts) => {
    expect(problemsOf(parts)).toEqual([]);
  });
});

describe('parts of load shedding that may not', () => {
  it.each<[SheddingParts, string]>([
    [{ priorityRateCaps: 5 }, 'priorityRateCaps is 5: set an object of shares from 0 to 1 by priority'],
    [{ priorityRateCaps: [] }, 'priorityRateCaps is an array: set an object of shares from 0 to 1 by priority'],
    [{ priorityRateCaps: { urgent: 0.5 } }, 'priorityRateCaps.urgent is not a priority: use one of critical, high, normal, low, background'],
    [{ priorityRateCaps: { constructor: 0.5 } }, 'priorityRateCaps.constructor is not a priority: use one of critical, high, normal, low, background'],
    [{ priorityRateCaps: { low: 1.1 } }, 'priorityRateCaps.low is 1.1: set a number from 0 to 1'],
    [{ priorityRateCaps: { low: -0.1 } }, 'priorityRateCaps.low is -0.1: set a number from 0 to 1'],
    [{ priorityRateCaps: { low: NaN } }, 'priorityRateCaps.low is NaN: set a number from 0 to 1'],
    [{ priorityRateCaps: { low: null } }, 'priorityRateCaps.low is null: set a number from 0 to 1'],
    [{ minRate: 0.95 }, 'minRate is 0.95, more than maxRate, which is 0.9: set at most 0.9'],
    [{ minRate: 0.3, maxRate: 0.2 }, 'minRate is 0.3, more than maxRate, which is 0.2: set at most 0.2'],
  ])('%j', (parts, problem) => {
    expect(problemsOf(parts)).toEqual([`options.${problem}`]);
  });
});
