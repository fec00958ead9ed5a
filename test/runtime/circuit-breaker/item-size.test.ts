import { describe, expect, it } from '@jest/globals';
import { counterName, spanAt, spanMs, type CounterKind } from '../../../runtime/src/circuit-breaker/evidence.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';
import { START_MS } from './commands.ts';
import { itemBytes, runFleet, type FleetLoad } from './item-model.ts';

/** A write costs one unit up to here. */
const UNIT_BYTES = 1024;
/** Longest text in a DynamoDB expression. */
const EXPRESSION_CHARACTERS = 4096;

const CLOSED = { id: `circuit#a${'b'.repeat(63)}`, phase: 'closed', generation: START_MS + 1, writer: 'twelve-chars', expiresAt: 1_767_830_400 };

/** Every counter that can be read at one instant: all spans that are kept, and one ahead of the clock. */
function everyCounter(values: Readonly<Record<CounterKind, number>>): Record<string, number> {
  const kept: Record<CounterKind, number> = { c: 10, f: 10, C: 11, F: 11, v: 2, d: 2, n: 2, N: 2, T: 2 };
  const counters: Record<string, number> = {};
  for (const [kind, value] of Object.entries(values) as [CounterKind, number][]) {
    for (let back = -1; back < kept[kind]; back += 1) counters[counterName(kind, spanAt(kind, START_MS - back * spanMs(kind)))] = value;
  }
  return counters;
}

/** What 5,000 environments tell that call 20 times a second each: 100,000 calls, none of the numbers round. */
const BUSY = everyCounter({ c: 12_499, f: 12_499, C: 99_999, F: 99_999, v: 199, d: 4_999, n: 4_999, N: 999_999, T: 49_999_999 });

describe('the item of a circuit', () => {
  it('is measured by the rules of DynamoDB', () => {
    expect(itemBytes({ id: 'ab', n: 1, many: 12_345, fraction: 1.5, map: { x: 12 } })).toBe(4 + 3 + 8 + 10 + (3 + 3 + 1 + 2 + 1));
  });

  it('holds every counter of 5,000 busy environments in 886 bytes, the longest name included', () => {
    expect(itemBytes({ ...CLOSED, ...BUSY })).toBe(886);
  });

  it('is 1 KB at most with three probes out besides, as many as there are by default', () => {
    const probes = Object.fromEntries(['a', 'b', 'c'].map((id) => [`twelve-char${id}`, START_MS + 30_001]));
    const halfOpen = { ...CLOSED, phase: 'half_open', probes, successes: 2, opens: 9 };
    expect(itemBytes({ ...halfOpen, ...BUSY })).toBeLessThanOrEqual(UNIT_BYTES);
  });
});

describe('what a fleet leaves in its item', () => {
  const LOADS: readonly FleetLoad[] = [
    { environments: 1, callsPerSecond: 20, failures: 0.2 },
    { environments: 5, callsPerSecond: 20, failures: 0.05 },
    { environments: 50, callsPerSecond: 20, failures: 0.001 },
    { environments: 50, callsPerSecond: 20, failures: 0.01 },
    { environments: 50, callsPerSecond: 20, failures: 1, sick: 0.06 },
    { environments: 500, callsPerSecond: 10, failures: 0.001 },
    { environments: 500, callsPerSecond: 10, failures: 0.2 },
    { environments: 1000, callsPerSecond: 2, failures: 0.4 },
  ];

  /** The most bytes that the item has within half a minute, and the longest expression. */
  function most(load: FleetLoad): { readonly bytes: number; readonly characters: number } {
    let [bytes, characters] = [0, 0];
    runFleet(load, new SeededRandom(1), (counters, write) => {
      bytes = Math.max(bytes, itemBytes({ ...CLOSED, ...counters }));
      characters = Math.max(characters, write.UpdateExpression.length);
    });
    return { bytes, characters };
  }

  it.each([1, 5, 50, 500])('is a third of a KB while nothing fails: %i environments', (environments) => {
    expect(most({ environments, callsPerSecond: 20, failures: 0 }).bytes).toBeLessThan(345);
  });

  it.each(LOADS)('stays below 1 KB, for whoever passes by removes what is past: %p', (load) => {
    const { bytes, characters } = most(load);
    expect(bytes).toBeGreaterThan(400);
    expect(bytes).toBeLessThan(UNIT_BYTES);
    expect(characters).toBeLessThan(EXPRESSION_CHARACTERS);
  });
});
