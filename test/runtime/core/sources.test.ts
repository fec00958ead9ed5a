import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createCircuitBreaker } from '../../../runtime/src/circuit-breaker/index.ts';
import { NO_EVENTS, several, type EventSink } from '../../../runtime/src/core/events.ts';
import { DEFAULT_SINK, setDefaultSink, sourcesFrom } from '../../../runtime/src/core/sources.ts';
import { SYSTEM_CLOCK, SYSTEM_RANDOM } from '../../../runtime/src/core/system-sources.ts';
import { createRateLimiter, MemoryRateLimitStore } from '../../../runtime/src/rate-limit/index.ts';
import { ManualClock, MemoryCircuitStore, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';

const event = { type: 'circuit.refused', name: 'payments', atMs: 1 };
const sources = () => ({ clock: new ManualClock(), random: new SeededRandom(1), environment: {} });
const limiter = () => createRateLimiter({ name: 'api', limits: [{ limit: 10, periodMs: 1000 }] }, { ...sources(), store: new MemoryRateLimitStore() });
const breaker = () => createCircuitBreaker({ name: 'payments' }, { ...sources(), store: new MemoryCircuitStore() });
const throwing: EventSink = {
  emit: () => {
    throw new Error('emit failed');
  },
  flush: () => {
    throw new Error('flush failed');
  },
};

/** What it is in an environment in which nobody has said anything. */
const first = setDefaultSink(NO_EVENTS);

beforeEach(() => {
  setDefaultSink(NO_EVENTS);
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe('the sink of everything that is given none', () => {
  it('is the console until somebody says otherwise', () => {
    setDefaultSink(first);
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    DEFAULT_SINK.emit(event);
    expect(warn.mock.calls).toEqual([[expect.objectContaining({ event: 'circuit.refused', name: 'payments' })]]);
  });

  it('is harmless where the console throws', () => {
    jest.spyOn(console, 'info').mockImplementation(() => {
      throw new Error('an error that cannot be shown');
    });
    expect(() => first.emit({ ...event, type: 'circuit.created' })).not.toThrow();
    expect(console.info).toHaveBeenCalledTimes(1);
  });

  it('is where policies report to that were made before it was set, and after', async () => {
    const made = { limiter: limiter(), breaker: breaker() };
    const sink = new RecordingSink();
    setDefaultSink(sink);
    await made.limiter.execute(() => 'ok');
    await made.breaker.execute(() => 'ok');
    await breaker().execute(() => 'ok');
    expect(sink.events.map(({ type }) => type)).toEqual(['limit.admitted', 'circuit.success', 'circuit.created', 'circuit.success']);
  });

  it('is another one as soon as that is set: the old one is told no more', async () => {
    const [old, latest] = [new RecordingSink(), new RecordingSink()];
    setDefaultSink(old);
    const used = limiter();
    await used.execute(() => 'ok');
    setDefaultSink(latest);
    await used.execute(() => 'ok');
    expect([old.events.length, latest.events.length]).toEqual([1, 1]);
  });

  it('may throw: no call is touched', async () => {
    setDefaultSink(throwing);
    expect(await limiter().execute(() => 'ok')).toBe('ok');
    expect(await breaker().execute(() => 'ok')).toBe('ok');
    expect(() => DEFAULT_SINK.flush?.(1)).not.toThrow();
  });

  it('is flushed as well', () => {
    const flushed: number[] = [];
    setDefaultSink({ emit: () => undefined, flush: (nowMs) => void flushed.push(nowMs) });
    DEFAULT_SINK.flush?.(7);
    expect(flushed).toEqual([7]);
  });

  it('can be told besides another one', () => {
    const [old, own] = [new RecordingSink(), new RecordingSink()];
    setDefaultSink(old);
    setDefaultSink(several([setDefaultSink(NO_EVENTS), own], () => undefined));
    DEFAULT_SINK.emit(event);
    expect([old.events, own.events]).toEqual([[event], [event]]);
  });
});

describe('sources', () => {
  it('are those of this machine unless given', () => {
    expect(sourcesFrom({})).toEqual({ clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM, sink: DEFAULT_SINK });
  });

  it('are those that were given, the sink made harmless', () => {
    const given = { clock: new ManualClock(), random: new SeededRandom(1), sink: throwing };
    const { clock, random, sink } = sourcesFrom(given);
    expect({ clock, random }).toEqual({ clock: given.clock, random: given.random });
    expect(() => sink.emit(event)).not.toThrow();
  });
});
