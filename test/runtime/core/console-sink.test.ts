import { describe, expect, it, jest } from '@jest/globals';
import type { CircuitStateChangedEvent } from '../../../runtime/src/circuit-breaker/events.ts';
import { createConsoleSink } from '../../../runtime/src/core/console-sink.ts';
import type { StoreErrorEvent } from '../../../runtime/src/core/events.ts';

const storeError = (atMs: number, name = 'circuits'): StoreErrorEvent => ({ type: 'store.error', name, atMs, reason: 'timeout', error: new Error('x') });
const target = () => ({ info: jest.fn(), warn: jest.fn() });

describe('the console sink', () => {
  it('writes one line per change of state, with the fields of the event', () => {
    const console = target();
    const change: CircuitStateChangedEvent = { type: 'circuit.state_changed', name: 'payments', atMs: 1, from: 'closed', to: 'open', generation: 1, shared: true };
    const sink = createConsoleSink(console);
    sink.emit(change);
    const next: CircuitStateChangedEvent = { ...change, to: 'half_open' };
    sink.emit(next);
    expect(console.info).toHaveBeenCalledTimes(2);
    expect(console.info).toHaveBeenCalledWith({ message: 'payments changed state', ...change });
    expect(console.warn).not.toHaveBeenCalled();
  });

  it('warns about a failing table once a minute, counted from the last warning', () => {
    const console = target();
    const sink = createConsoleSink(console);
    for (const atMs of [1000, 1001, 60_999, 61_000, 61_001, 120_999]) sink.emit(storeError(atMs));
    expect(console.warn.mock.calls.map(([entry]) => (entry as StoreErrorEvent).atMs)).toEqual([1000, 61_000]);
    expect(console.warn).toHaveBeenCalledWith(expect.objectContaining({ message: 'state table circuits does not answer, deciding locally', reason: 'timeout' }));
  });

  it('keeps count of the minute per sink, over all tables', () => {
    const [one, two] = [target(), target()];
    const sink = createConsoleSink(one);
    sink.emit(storeError(1000, 'circuits'));
    sink.emit(storeError(1001, 'leases'));
    createConsoleSink(two).emit(storeError(1001));
    expect(one.warn).toHaveBeenCalledTimes(1);
    expect(two.warn).toHaveBeenCalledTimes(1);
  });

  it('writes one line a second about keys that come near their limits, however many do', () => {
    const console = target();
    const sink = createConsoleSink(console);
    for (const atMs of [0, 1, 999, 1000, 1001]) sink.emit({ type: 'limit.near', name: 'api', atMs });
    expect(console.info.mock.calls.map(([entry]) => (entry as { atMs: number }).atMs)).toEqual([0, 1000]);
    expect(console.info).toHaveBeenCalledWith({ message: 'api is nearly used up for a key', type: 'limit.near', name: 'api', atMs: 0 });
  });

  it.each(['circuit.callback_failed', 'limit.callback_failed'])('writes one line a minute about %s', (type) => {
    const console = target();
    const sink = createConsoleSink(console);
    for (const atMs of [0, 59_999, 60_000]) sink.emit({ type, name: 'api', atMs });
    expect(console.info.mock.calls.map(([entry]) => (entry as { atMs: number }).atMs)).toEqual([0, 60_000]);
  });

  it.each(['limit.split', 'limit.changed'])('writes a line per %s', (type) => {
    const console = target();
    createConsoleSink(console).emit({ type, name: 'api', atMs: 1 });
    expect(console.info).toHaveBeenCalledTimes(1);
  });

  it('does not log refusals and failures, so that shedding load stays cheap', () => {
    const console = target();
    const sink = createConsoleSink(console);
    for (const type of ['circuit.refused', 'circuit.failure', 'limit.admitted', 'limit.refused', 'limit.would_refuse', 'limit.degraded']) sink.emit({ type, name: 'payments', atMs: 1 });
    expect(console.info).not.toHaveBeenCalled();
    expect(console.warn).not.toHaveBeenCalled();
  });

  it('writes to the console of the process unless told otherwise', () => {
    const info = jest.spyOn(console, 'info').mockImplementation(() => undefined);
    createConsoleSink().emit({ type: 'circuit.state_changed', name: 'payments', atMs: 1 });
    expect(info).toHaveBeenCalledTimes(1);
    info.mockRestore();
  });
});
