import { describe, expect, it } from '@jest/globals';
import { isStoreError, NO_EVENTS, quietSink, several, type EventSink, type ResilienceEvent } from '../../../runtime/src/core/events.ts';
import { RecordingSink } from '../../../runtime/src/testing/index.ts';

const event = { type: 'circuit.refused', name: 'payments', atMs: 1 };

/** A sink that throws at everything, and says how often it was told anything. */
function throwing() {
  const told: string[] = [];
  const fail = (what: string) => {
    told.push(what);
    throw new Error(`${what} failed`);
  };
  return { told, emit: () => fail('emit'), flush: () => fail('flush') };
}

describe('quietSink', () => {
  it('hands on every event and every flush', () => {
    const seen: unknown[] = [];
    const sink = quietSink({ emit: (each: ResilienceEvent) => void seen.push(each), flush: (nowMs) => void seen.push(nowMs) });
    sink.emit(event);
    sink.flush?.(7);
    expect(seen).toEqual([event, 7]);
  });

  it('drops what the sink throws: reporting never touches a call (PCB-09)', () => {
    const bad = throwing();
    const sink = quietSink(bad);
    expect(() => {
      sink.emit(event);
      sink.emit(event);
      sink.flush?.(1);
    }).not.toThrow();
    expect(bad.told).toEqual(['emit', 'emit', 'flush']);
  });

  it('keeps `this` of the sink', () => {
    const sink = { seen: 0, emit(): void { this.seen += 1; }, flush(): void { this.seen += 10; } };
    quietSink(sink).emit(event);
    quietSink(sink).flush?.(1);
    expect(sink.seen).toBe(11);
  });

  it('needs no flush of the sink', () => {
    expect(() => quietSink(new RecordingSink()).flush?.(1)).not.toThrow();
  });

  it('leaves the sink that drops everything as it is, because policies know it', () => {
    expect(quietSink(NO_EVENTS)).toBe(NO_EVENTS);
  });
});

describe('several', () => {
  it('sinks get every event and every flush, in their order', () => {
    const seen: string[] = [];
    const sink = (of: string): EventSink => ({ emit: ({ type }) => void seen.push(`${of} ${type}`), flush: (nowMs) => void seen.push(`${of} ${nowMs}`) });
    const both = several([sink('one'), new RecordingSink(), sink('two')], () => undefined);
    both.emit(event);
    both.flush?.(3);
    expect(seen).toEqual(['one circuit.refused', 'two circuit.refused', 'one 3', 'two 3']);
  });

  it('sinks are told although another one throws, and what it threw is told (POB-03)', () => {
    const [errors, good, flushed] = [[] as unknown[], new RecordingSink(), [] as number[]];
    const both = several([throwing(), good, { emit: () => undefined, flush: (nowMs) => void flushed.push(nowMs) }], (error) => void errors.push(error));
    both.emit(event);
    both.flush?.(5);
    expect(good.events).toEqual([event]);
    expect(flushed).toEqual([5]);
    expect(errors).toEqual([new Error('emit failed'), new Error('flush failed')]);
  });

  it('may be none', () => {
    const errors: unknown[] = [];
    several([], (error) => void errors.push(error)).emit(event);
    expect(errors).toEqual([]);
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
