import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ResilienceEvent } from '../../../runtime/src/core/events.ts';
import { LevelGauges } from '../../../runtime/src/observability/level-gauges.ts';
import { MetricSums } from '../../../runtime/src/observability/metric-sums.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';

const INTERVAL_MS = 60_000;
const EARLY_MS = INTERVAL_MS / 10;

/** Gauges whose sums leave at every event, so that all that they show is seen. */
class Watched {
  readonly shown: { readonly atMs: number; readonly name: string; readonly [metric: string]: unknown }[] = [];
  readonly #gauges = new LevelGauges(INTERVAL_MS);
  readonly #sums = new MetricSums({ level: 'detailed', maxDimensionValues: 2000 }, new SeededRandom(1));

  emit(event: ResilienceEvent): void {
    this.#gauges.add(event, this.#sums);
    for (const { name, values } of this.#sums.take()) {
      this.shown.push({ ...Object.fromEntries([...values].map(([metric, [value]]) => [metric.name, value])), atMs: event.atMs, name });
    }
  }

  valuesOf(metric: string): unknown[] {
    return this.shown.map((shown) => shown[metric]);
  }
}

const bulkhead = (atMs: number, active: number, parts: object = {}) => ({ type: 'bulkhead.acquired', name: 'payments', atMs, active, capacity: 10, queued: 0, ...parts });
const shedding = (atMs: number, rate: number, type = 'shedding.rate') => ({ type, name: 'load-shedding', atMs, rate, score: rate + 0.5 });

function shownBy(...events: readonly ResilienceEvent[]): Watched {
  const watched = new Watched();
  for (const event of events) watched.emit(event);
  return watched;
}

describe('the gauges of a bulkhead', () => {
  it('show how full it is with the first call, and then once per interval (POB-05)', () => {
    const watched = new Watched();
    for (let atMs = 0; atMs <= 2 * INTERVAL_MS; atMs += 1000) watched.emit(bulkhead(atMs, 3, { queued: 2 }));
    const level = { name: 'payments', BulkheadUsage: 3, BulkheadCapacity: 10, BulkheadQueued: 2 };
    expect(watched.shown).toEqual([0, INTERVAL_MS, 2 * INTERVAL_MS].map((atMs) => ({ ...level, atMs })));
  });

  it('show the most that was in use since they were last shown, not what is left when an interval ends', () => {
    const completed = { type: 'bulkhead.completed', queued: undefined };
    const watched = shownBy(bulkhead(0, 1), bulkhead(10, 7, { queued: 4 }), bulkhead(20, 0, completed), bulkhead(INTERVAL_MS, 0, completed), bulkhead(2 * INTERVAL_MS - 1, 2), bulkhead(2 * INTERVAL_MS, 1));
    expect(watched.valuesOf('BulkheadUsage')).toEqual([1, 7, 2]);
    expect(watched.valuesOf('BulkheadQueued')).toEqual([0, 4, 0]);
  });

  it('do not show after a long pause what was before it', () => {
    expect(shownBy(bulkhead(0, 1), bulkhead(1000, 7), bulkhead(1000 + INTERVAL_MS, 2)).valuesOf('BulkheadUsage')).toEqual([1, 2]);
  });

  it('show every refusal, whose count leaves in the same line', () => {
    const refused = { type: 'bulkhead.refused', queued: 5 };
    const watched = shownBy(bulkhead(0, 10, refused), bulkhead(1, 10, refused), bulkhead(2, 10), bulkhead(3, 10, refused));
    expect(watched.shown.map(({ atMs }) => atMs)).toEqual([0, 1, 3]);
  });

  it('show a bulkhead that has become full, or is of another size, before the interval ends', () => {
    const full = shownBy(bulkhead(0, 1), bulkhead(EARLY_MS - 1, 10), bulkhead(EARLY_MS, 9), bulkhead(EARLY_MS + 1, 10), bulkhead(3 * EARLY_MS, 10));
    expect(full.shown.map(({ atMs, BulkheadUsage }) => [atMs, BulkheadUsage])).toEqual([[0, 1], [EARLY_MS, 10]]);
    const resized = shownBy(bulkhead(0, 8), bulkhead(EARLY_MS, 3, { capacity: 5 }));
    expect(resized.shown.map(({ BulkheadUsage, BulkheadCapacity }) => [BulkheadUsage, BulkheadCapacity])).toEqual([[8, 10], [3, 5]]);
  });

  it('of one slot are not shown with every call that takes it', () => {
    const watched = new Watched();
    for (let atMs = 0; atMs < INTERVAL_MS; atMs += 100) {
      watched.emit(bulkhead(atMs, 1, { capacity: 1 }));
      watched.emit(bulkhead(atMs + 50, 0, { capacity: 1, type: 'bulkhead.completed' }));
    }
    expect(watched.valuesOf('BulkheadUsage')).toEqual([1]);
  });

  it('are apart for each bulkhead, and remember at most 1,000: further ones are shown at refusals only', () => {
    const watched = new Watched();
    for (let name = 0; name < 1000; name += 1) watched.emit(bulkhead(0, 1, { name: `b-${name}` }));
    expect(watched.shown).toHaveLength(1000);
    watched.emit(bulkhead(1, 1, { name: 'late' }));
    watched.emit(bulkhead(1, 1, { name: 'b-7' }));
    expect(watched.shown).toHaveLength(1000);
    watched.emit(bulkhead(2, 10, { name: 'late', type: 'bulkhead.refused' }));
    expect(watched.shown.at(-1)).toMatchObject({ name: 'late', BulkheadUsage: 10 });
  });

  it.each([
    ['its creation', { type: 'bulkhead.created', active: undefined, capacity: undefined }],
    ['no figures', { active: 'many' }],
    ['no capacity', { capacity: undefined }],
    ['something else', { type: 'request.completed' }],
  ])('are not shown for an event of %s', (_what, parts) => {
    expect(shownBy(bulkhead(0, 1, parts)).shown).toEqual([]);
  });

  it('are shown at most eleven times per interval and once per refusal, whatever happens, and never show more than was in use', () => {
    const STEP = fc.record({
      afterMs: fc.oneof(fc.nat(10), fc.nat(5000)),
      type: fc.constantFrom('bulkhead.acquired', 'bulkhead.completed', 'bulkhead.refused'),
      active: fc.nat(12),
      capacity: fc.constantFrom(10, 10, 10, 5),
    });
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 300 }), (steps) => {
        const watched = new Watched();
        let atMs = 0;
        for (const { afterMs, ...parts } of steps) {
          atMs += afterMs;
          watched.emit({ name: 'payments', atMs, queued: 0, ...parts } as ResilienceEvent);
        }
        const refusals = steps.filter(({ type }) => type === 'bulkhead.refused').length;
        expect(watched.shown.length).toBeLessThanOrEqual(refusals + 11 * (Math.floor(atMs / INTERVAL_MS) + 1));
        const most = Math.max(0, ...steps.map(({ active }) => active));
        for (const usage of watched.valuesOf('BulkheadUsage')) expect(usage).toBeLessThanOrEqual(most);
      }),
    );
  });
});

describe('the gauges of load shedding', () => {
  it('show once per interval that nothing is shed', () => {
    const watched = new Watched();
    for (let atMs = 0; atMs <= 2 * INTERVAL_MS; atMs += 1000) watched.emit(shedding(atMs, 0));
    expect(watched.shown).toEqual([0, INTERVAL_MS, 2 * INTERVAL_MS].map((atMs) => ({ name: '', atMs, SheddingRate: 0, LoadScore: 0.5 })));
  });

  it('show the rate ten times per interval while something is shed, and once more when nothing is', () => {
    const watched = new Watched();
    for (let atMs = 0; atMs < INTERVAL_MS; atMs += 1000) watched.emit(shedding(atMs, atMs >= 20_000 && atMs < 40_000 ? 0.5 : 0));
    expect(watched.shown.map(({ atMs, SheddingRate }) => [atMs, SheddingRate])).toEqual([[0, 0], [20_000, 0.5], [26_000, 0.5], [32_000, 0.5], [38_000, 0.5], [44_000, 0]]);
  });

  it('show at once that shedding has begun or ended', () => {
    const watched = shownBy(shedding(0, 0), shedding(1, 0.1, 'shedding.started'), shedding(2, 0.2), shedding(3, 0, 'shedding.ended'), shedding(4, 0));
    expect(watched.valuesOf('SheddingRate')).toEqual([0, 0.1, 0]);
  });

  it('do not show what counted for a single request', () => {
    expect(shownBy(shedding(0, 0.9, 'shedding.refused'), shedding(0, 0.9, 'shedding.would_refuse')).shown).toEqual([]);
  });
});
