import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCircuitBreaker } from '../../../runtime/src/circuit-breaker/index.ts';
import type { EventSink, ResilienceEvent } from '../../../runtime/src/core/events.ts';
import { MetricSums } from '../../../runtime/src/observability/metric-sums.ts';
import { PhaseGauges } from '../../../runtime/src/observability/phase-gauges.ts';
import { ManualClock, MemoryCircuitStore, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { deferred } from '../core/deferred.ts';

const INTERVAL_MS = 60_000;

interface Shown {
  readonly name: string;
  readonly value: number;
  readonly atMs: number;
}

/** A gauge whose sums leave at every event, so that all that it shows is seen. */
class Watched implements EventSink {
  readonly shown: Shown[] = [];
  readonly #gauges = new PhaseGauges(INTERVAL_MS);
  readonly #sums = new MetricSums({ level: 'essential', maxDimensionValues: 2000 }, new SeededRandom(1));

  emit(event: ResilienceEvent): void {
    this.#gauges.add(event, this.#sums);
    for (const { name, values } of this.#sums.take()) {
      for (const [metric, [value]] of values) {
        expect(metric.name).toBe('CircuitState');
        this.shown.push({ name, value: value!, atMs: event.atMs });
      }
    }
  }

  get values(): number[] {
    return this.shown.map(({ value }) => value);
  }
}

const call = (atMs: number, phase: string, parts: object = {}) => ({ type: 'circuit.success', name: 'payments', atMs, phase, durationMs: 0, ...parts });
const refusal = (atMs: number, phase: string, name = 'payments') => ({ type: 'circuit.refused', name, atMs, phase });
const change = (atMs: number, to: string, name = 'payments') => ({ type: 'circuit.state_changed', name, atMs, to });

describe('the gauge of a circuit', () => {
  it.each([['closed', 0], ['open', 1], ['half_open', 2]])('shows %s as %d (POB-05)', (phase, value) => {
    const [changed, called] = [new Watched(), new Watched()];
    changed.emit(change(0, phase));
    called.emit(call(0, phase));
    expect([changed.values, called.values]).toEqual([[value], [value]]);
  });

  it('is shown at every change, with the value that it has now, never with a difference (POB-05)', () => {
    const watched = new Watched();
    for (const [atMs, to] of [[0, 'open'], [1, 'half_open'], [2, 'open'], [3, 'half_open'], [4, 'closed']] as const) watched.emit(change(atMs, to));
    expect(watched.values).toEqual([1, 2, 1, 2, 0]);
  });

  it('is shown once per interval otherwise, from the first call on', () => {
    const watched = new Watched();
    for (let atMs = 0; atMs <= 2 * INTERVAL_MS; atMs += 1000) watched.emit(call(atMs, 'closed'));
    expect(watched.shown.map(({ atMs }) => atMs)).toEqual([0, INTERVAL_MS, 2 * INTERVAL_MS]);
  });

  it('is shown as soon as a call tells of a change that another environment made', () => {
    const watched = new Watched();
    watched.emit(call(0, 'closed'));
    watched.emit(refusal(10, 'open'));
    watched.emit(call(20, 'half_open'));
    watched.emit(call(30, 'closed'));
    expect(watched.values).toEqual([0, 1, 2, 0]);
  });

  it.each([
    ['failure', 'closed'],
    ['success', 'half_open'],
  ])('is not turned back by a %s that was admitted while %s and ends after the change', (end, phase) => {
    const watched = new Watched();
    watched.emit(call(0, phase));
    watched.emit(change(100, 'open'));
    watched.emit(call(150, phase, { type: `circuit.${end}`, durationMs: 120 }));
    expect(watched.shown.at(-1)).toEqual({ name: 'payments', value: 1, atMs: 100 });
    watched.emit(call(300, 'half_open', { durationMs: 50 }));
    expect(watched.shown.at(-1)).toEqual({ name: 'payments', value: 2, atMs: 300 });
  });

  it('is not turned back by a late call although the change was seen and not shown again', () => {
    const watched = new Watched();
    watched.emit(change(100, 'open'));
    watched.emit(refusal(200, 'open'));
    watched.emit(call(250, 'closed', { durationMs: 100 }));
    expect(watched.values).toEqual([1]);
  });

  it.each([
    ['no phase', { type: 'circuit.created' }],
    ['a phase that there is not', { type: 'circuit.success', phase: 'ajar' }],
    ['a phase with the name of a member', { type: 'circuit.success', phase: 'constructor' }],
    ['a phase, but of something else', { type: 'bulkhead.refused', phase: 'open' }],
    ['a change to nothing', { type: 'circuit.state_changed', phase: 'open' }],
  ])('is not shown for an event with %s', (_what, event) => {
    const watched = new Watched();
    watched.emit({ name: 'payments', atMs: 0, ...event });
    expect(watched.shown).toEqual([]);
  });

  it('shows each circuit apart', () => {
    const watched = new Watched();
    for (const name of ['payments', 'stock', 'payments']) watched.emit(refusal(0, 'open', name));
    expect(watched.shown.map(({ name }) => name)).toEqual(['payments', 'stock']);
  });

  it('remembers at most 1,000 circuits: further ones are shown at changes only', () => {
    const watched = new Watched();
    for (let circuit = 0; circuit < 1000; circuit += 1) watched.emit(refusal(0, 'open', `circuit-${circuit}`));
    watched.shown.length = 0;
    watched.emit(refusal(1, 'open', 'late'));
    watched.emit(change(2, 'half_open', 'late'));
    watched.emit(call(3, 'half_open', { name: 'late' }));
    watched.emit(refusal(4, 'half_open', 'circuit-7'));
    expect(watched.shown.map(({ name, value }) => [name, value])).toEqual([['late', 2], ['circuit-7', 2]]);
  });
});

describe('the gauge of circuits by tenant', () => {
  it('which share a name, is not turned at every call: at most six times per interval', async () => {
    const watched = new Watched();
    const clock = new ManualClock();
    const options = { name: 'payments', perTenant: true, failureThreshold: 1, openDurationMs: 3_600_000, maxOpenDurationMs: 3_600_000 };
    const breaker = createCircuitBreaker(options, { store: new MemoryCircuitStore(), clock, random: new SeededRandom(1), sink: watched, environment: {} });
    await breaker.execute(() => Promise.reject(new Error('down')), { tenant: 'bad' }).catch(() => undefined);
    watched.shown.length = 0;
    for (let second = 0; second < 180; second += 1) {
      clock.advance(1000);
      await breaker.execute(() => 'ok', { tenant: second % 2 === 0 ? 'good' : 'bad' }).catch(() => undefined);
    }
    const perInterval = [0, 1, 2].map((interval) => watched.shown.filter(({ atMs }) => Math.floor((atMs - watched.shown[0]!.atMs) / INTERVAL_MS) === interval).length);
    for (const shown of perInterval) {
      expect(shown).toBeGreaterThanOrEqual(1);
      expect(shown).toBeLessThanOrEqual(7);
    }
    expect(new Set(watched.values)).toEqual(new Set([0, 1]));
  });
});

describe('a real circuit', () => {
  it('whose calls overlap is shown open from the call on that opened it (POB-05)', async () => {
    const watched = new Watched();
    const clock = new ManualClock();
    const breaker = createCircuitBreaker({ name: 'payments', failureThreshold: 2 }, { store: new MemoryCircuitStore(), clock, random: new SeededRandom(1), sink: watched, environment: {} });
    const failed = Array.from({ length: 4 }, () => deferred<string>());
    const calls = failed.map(({ promise }) => breaker.execute(() => promise).catch(() => undefined));
    for (const [index, { reject }] of failed.entries()) {
      clock.advance(100);
      reject(new Error('down'));
      await calls[index];
    }
    expect(watched.values).toEqual([0, 1]);
  });
});

const EVENT = fc.record({
  afterMs: fc.oneof(fc.nat(10), fc.nat(20_000)),
  event: fc.oneof(
    fc.record({ type: fc.constant('circuit.state_changed'), to: fc.constantFrom('closed', 'open', 'half_open') }),
    fc.record({ type: fc.constantFrom('circuit.success', 'circuit.refused'), phase: fc.constantFrom('closed', 'open', 'half_open'), durationMs: fc.nat(30_000) }),
  ),
});

describe('whatever happens to a circuit, its gauge', () => {
  it('shows every change to another phase than the shown one, and is bounded otherwise', () => {
    fc.assert(
      fc.property(fc.array(EVENT, { maxLength: 200 }), (steps) => {
        const watched = new Watched();
        let atMs = 0;
        let changes = 0;
        for (const { afterMs, event } of steps) {
          atMs += afterMs;
          if ('to' in event) changes += 1;
          watched.emit({ name: 'payments', atMs, ...event });
          if ('to' in event) expect(watched.values.at(-1)).toBe({ closed: 0, open: 1, half_open: 2 }[event.to]);
        }
        const intervals = Math.floor(atMs / INTERVAL_MS) + 1;
        expect(watched.shown.length).toBeLessThanOrEqual(changes + 7 * intervals);
      }),
    );
  });
});
