import { describe, expect, it, jest } from '@jest/globals';
import type { CircuitStateChangedEvent } from '../../../runtime/src/circuit-breaker/events.ts';
import { createConsoleSink } from '../../../runtime/src/core/console-sink.ts';
import type { StoreErrorEvent } from '../../../runtime/src/core/events.ts';
import { RecordingTarget } from './recording-target.ts';

const storeError = (atMs: number, name = 'circuits'): StoreErrorEvent => ({ type: 'store.error', name, atMs, reason: 'timeout', error: new Error('x') });
const change: CircuitStateChangedEvent = { type: 'circuit.state_changed', name: 'payments', atMs: 1, from: 'closed', to: 'open', generation: 1, shared: true, failures: 5, failureRate: 0.5 };

describe('the console sink', () => {
  it('writes one line per change of state, an opened circuit as a warning', () => {
    const target = new RecordingTarget();
    const sink = createConsoleSink(target);
    sink.emit(change);
    const next: CircuitStateChangedEvent = { ...change, from: 'open', to: 'half_open', generation: 2 };
    sink.emit(next);
    expect(target.lines.map(({ level, entry }) => [level, entry])).toEqual([
      ['warn', { message: 'circuit opened', event: 'circuit.opened', name: 'payments', from: 'closed', to: 'open', generation: 1, shared: true, failures: 5, failureRate: 0.5, atMs: 1 }],
      ['info', expect.objectContaining({ message: 'circuit is being probed', from: 'open', to: 'half_open', generation: 2 })],
    ]);
  });

  it('warns about a failing table once a minute and table, counted from the last warning', () => {
    const target = new RecordingTarget();
    const sink = createConsoleSink(target);
    for (const atMs of [1000, 1001, 60_999, 61_000, 61_001, 120_999]) sink.emit(storeError(atMs));
    sink.emit(storeError(61_002, 'limits'));
    expect(target.lines.map(({ level, entry }) => [level, entry['name'], entry['suppressed']])).toEqual([
      ['warn', 'circuits', undefined],
      ['warn', 'circuits', 2],
      ['warn', 'limits', undefined],
    ]);
    expect(target.lines[0]!.entry).toMatchObject({ message: 'state table does not answer, deciding locally', reason: 'timeout', error: { message: 'x' } });
  });

  it('keeps count of the minute by itself', () => {
    const [one, two] = [new RecordingTarget(), new RecordingTarget()];
    createConsoleSink(one).emit(storeError(1000));
    createConsoleSink(two).emit(storeError(1001));
    expect([one.lines.length, two.lines.length]).toEqual([1, 1]);
  });

  it('writes a line about refusals every ten seconds, however many there are, and one at the end', () => {
    const target = new RecordingTarget();
    const sink = createConsoleSink(target);
    for (let atMs = 0; atMs < 25_000; atMs += 1) sink.emit({ type: 'limit.refused', name: 'api', atMs });
    sink.flush?.(40_000);
    expect(target.lines.map(({ entry }) => entry['suppressed'])).toEqual([undefined, 9999, 9999, 4998]);
  });

  it('writes nothing about single calls, unless everything is asked for', () => {
    const [target, detailed] = [new RecordingTarget(), new RecordingTarget()];
    for (const type of ['circuit.success', 'circuit.failure', 'limit.admitted', 'health.answered']) {
      createConsoleSink(target).emit({ type, name: 'payments', atMs: 1 });
      createConsoleSink(detailed, 'detailed').emit({ type, name: 'payments', atMs: 1 });
    }
    expect(target.lines).toEqual([]);
    expect(detailed.lines.map(({ level, entry }) => [level, entry['event']])).toEqual([['debug', 'circuit.success'], ['error', 'circuit.failure']]);
  });

  it('writes to the console of the process unless told otherwise', () => {
    const written = (['info', 'warn'] as const).map((method) => jest.spyOn(console, method).mockImplementation(() => undefined));
    const sink = createConsoleSink();
    sink.emit({ type: 'circuit.created', name: 'payments', atMs: 1 });
    sink.emit(change);
    expect(written.map((method) => method.mock.calls.length)).toEqual([1, 1]);
    jest.restoreAllMocks();
  });
});
