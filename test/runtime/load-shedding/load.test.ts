import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assessLoad, signalsOf, type Readings } from '../../../runtime/src/load-shedding/load.ts';
import { resolveLoadSheddingOptions, type LoadSheddingOptions } from '../../../runtime/src/load-shedding/options.ts';
import type { SignalName } from '../../../runtime/src/load-shedding/snapshot.ts';

const NOTHING: Readings = { cpu: undefined, eventLoop: undefined, memory: undefined, latency: undefined, targetLatency: undefined, inFlight: undefined, errors: undefined };

function assess(readings: Partial<Readings>, before: readonly SignalName[] = [], given: LoadSheddingOptions = {}) {
  const options = resolveLoadSheddingOptions({ maxInFlight: 100, ...given });
  return assessLoad(signalsOf(options, 100), { ...NOTHING, ...readings }, before, options);
}

/** Of each signal: its threshold and where it ends. */
const SIGNALS: readonly (readonly [SignalName, number, number])[] = [
  ['cpu', 0.8, 1],
  ['eventLoop', 0.9, 1],
  ['memory', 0.85, 1],
  ['latency', 5000, 10_000],
  ['targetLatency', 100, 200],
  ['inFlight', 100, 200],
  ['errors', 0.1, 1],
];

describe('the load', () => {
  it.each(SIGNALS)('of %s alone tells overload from its threshold on, and scores 1 at its end (PLS-02)', (name, threshold, end) => {
    expect(assess({ [name]: threshold * 0.999 })).toMatchObject({ exceeded: [], score: 0, isOver: false });
    expect(assess({ [name]: threshold })).toMatchObject({ exceeded: [name], isOver: true });
    expect(assess({ [name]: end }).score).toBeCloseTo(1);
  });

  it('weighs what is measured beside each other', () => {
    const weighed = { errors: 1, cpu: 0, memory: 0, latency: 0 };
    expect(assess(weighed).score).toBeCloseTo(1 / 3);
    expect(assess(weighed, [], { weights: { errors: 0.3 } }).score).toBeCloseTo(1);
    expect(assess({ cpu: 0.86, memory: 0 }).score).toBeCloseTo(0.5);
    expect(assess({ cpu: 0.86, eventLoop: 0.95, memory: 0 }).score).toBeCloseTo(0.73, 1);
    expect(assess({ cpu: 1, memory: 1, latency: 10_000, errors: 1 }).score).toBe(1);
  });

  it('does not look at what weighs nothing or is switched off', () => {
    expect(assess({ memory: 1 }, [], { weights: { memory: 0 } })).toMatchObject({ exceeded: [], score: 0 });
    expect(assess({ inFlight: 1e6 }, [], { maxInFlight: 0 })).toMatchObject({ exceeded: [], score: 0 });
  });

  it('stays over until it is below the end of the hysteresis', () => {
    expect(assess({ cpu: 0.79 }).exceeded).toEqual([]);
    expect(assess({ cpu: 0.79 }, ['cpu'])).toMatchObject({ exceeded: ['cpu'], isOver: false });
    expect(assess({ cpu: 0.7201 }, ['cpu']).exceeded).toEqual(['cpu']);
    expect(assess({ cpu: 0.719 }, ['cpu']).exceeded).toEqual([]);
    expect(assess({ cpu: 0.5 }, ['cpu'], { hysteresis: 0.5 }).exceeded).toEqual(['cpu']);
    expect(assess({ cpu: 0.79 }, ['cpu'], { hysteresis: 0 }).exceeded).toEqual([]);
    expect(assess({ cpu: 1 }, [], { hysteresis: 0, cpuThreshold: 1 })).toMatchObject({ exceeded: ['cpu'], score: 1 });
  });

  it('does not flap while a signal swings within the hysteresis, whatever it does', () => {
    const swing = fc.array(fc.double({ min: 0.721, max: 0.799, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(swing, fc.boolean(), (values, starts) => {
        let exceeded: readonly SignalName[] = starts ? ['cpu'] : [];
        for (const cpu of values) {
          exceeded = assess({ cpu }, exceeded).exceeded;
          expect(exceeded).toEqual(starts ? ['cpu'] : []);
        }
      }),
    );
  });

  it('scores between 0 and 1, and never less where a signal gets worse', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, share, (cpu, memory, errors, worse) => {
        const { score } = assess({ cpu, memory, errors });
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        expect(assess({ cpu: Math.max(cpu, worse), memory, errors }).score).toBeGreaterThanOrEqual(score);
      }),
    );
  });
});
