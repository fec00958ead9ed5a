import { describe, expect, it } from '@jest/globals';
import { isStoreError, NO_EVENTS, quietSink } from '../../../runtime/src/core/events.ts';
import { RecordingSink } from '../../../runtime/src/testing/index.ts';

const event = { type: 'circuit.refused', name: 'payments', atMs: 1 };

describe('quietSink', () => {
  it('hands on every event', () => {
    const sink = new RecordingSink();
    quietSink(sink).emit(event);
    expect(sink.events).toEqual([event]);
  });

  it('drops what the sink throws: reporting never touches a call (PCB-09)', () => {
    let calls = 0;
    const sink = quietSink({
      emit() {
        calls += 1;
        throw new Error('the log is full');
      },
    });
    expect(() => sink.emit(event)).not.toThrow();
    expect(() => sink.emit(event)).not.toThrow();
    expect(calls).toBe(2);
  });

  it('keeps `this` of the sink', () => {
    const sink = { seen: 0, emit(): void { this.seen += 1; } };
    quietSink(sink).emit(event);
    expect(sink.seen).toBe(1);
  });
});

describe('events', () => {
  it('of a store are told from others', () => {
    expect(isStoreError({ ...event, type: 'store.error' })).toBe(true);
    expect(isStoreError(event)).toBe(false);
  });

  it('may go nowhere', () => {
    expect(NO_EVENTS.emit(event)).toBeUndefined();
  });
});
