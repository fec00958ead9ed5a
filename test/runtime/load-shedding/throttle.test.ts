import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { ABANDONED } from '../../../runtime/src/core/outcome.ts';
import { createAdaptiveThrottle } from '../../../runtime/src/load-shedding/create.ts';
import { ThrottledError } from '../../../runtime/src/load-shedding/errors.ts';
import type { ThrottleEvent } from '../../../runtime/src/load-shedding/events.ts';
import type { ThrottleOptions } from '../../../runtime/src/load-shedding/throttle-options.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';

const SUCCESS = { kind: 'success', value: undefined } as const;
const FAILURE = { kind: 'failure', error: new Error('overloaded') } as const;

function world(options: Partial<ThrottleOptions> = {}, seed = 1) {
  const [clock, sink] = [new ManualClock(), new RecordingSink()];
  const throttle = createAdaptiveThrottle({ name: 'billing', ...options }, { clock, sink, random: new SeededRandom(seed) });

  /** One call; whether it was sent. */
  function call(isAccepted: () => boolean): boolean {
    clock.advance(10);
    try {
      void throttle.acquire({}).settle(isAccepted() ? SUCCESS : FAILURE);
      return true;
    } catch (error) {
      if (error instanceof ThrottledError) return false;
      throw error;
    }
  }

  /** Calls at 100 a second, of which a backend accepts those that it has room for; how many were sent. */
  function run(seconds: number, accepts: (secondsIn: number, sent: number) => boolean): number {
    let sent = 0;
    for (let second = 0; second < seconds; second += 1) {
      let sentNow = 0;
      for (let index = 0; index < 100; index += 1) if (call(() => accepts(second, sentNow + 1))) sentNow += 1;
      sent += sentNow;
    }
    return sent;
  }

  return { clock, sink, throttle, run };
}

describe('the client-side throttle', () => {
  it('sends everything while calls are accepted', () => {
    expect(world().run(60, () => true)).toBe(6000);
  });

  it.each([1, 2, 3])('settles at about twice what a backend accepts, with seed %i', (seed) => {
    const { run } = world({}, seed);
    run(60, (_, sent) => sent <= 20);
    const sent = run(60, (_, sentNow) => sentNow <= 20) / 60;
    expect(sent).toBeGreaterThan(32);
    expect(sent).toBeLessThan(48);
  });

  it('protects harder with a smaller multiplier', () => {
    const { run } = world({ multiplier: 1.1 });
    run(60, (_, sent) => sent <= 40);
    expect(run(60, (_, sent) => sent <= 40) / 60).toBeLessThan(52);
  });

  it('holds back the most at last, never all: the rest finds out when there is room again', () => {
    const { run, throttle } = world();
    run(60, () => false);
    const sent = run(60, () => false) / 60;
    expect(throttle.statistics.rate).toBe(0.9);
    expect(sent).toBeGreaterThan(7);
    expect(sent).toBeLessThan(13);
  });

  it('recovers by itself, sending about twice as much in each window', () => {
    const { run, throttle } = world();
    run(60, () => false);
    run(30, () => true);
    expect(throttle.statistics.rate).toBeLessThan(0.75);
    run(60, () => true);
    expect([throttle.statistics.rate, run(10, () => true)]).toEqual([0, 1000]);
  });

  it('holds nothing back before there are enough calls', () => {
    const { throttle } = world({ minimumCalls: 20 });
    for (let index = 0; index < 20; index += 1) void throttle.acquire({}).settle(FAILURE);
    expect(throttle.statistics).toMatchObject({ sent: 20, refused: 0, accepted: 0, rate: 0.9 });
  });

  it('counts calls before they are sent: those on their way are not accepted yet', () => {
    const { throttle } = world();
    for (let index = 0; index < 10; index += 1) throttle.acquire({});
    expect(throttle.statistics.rate).toBe(0.9);
  });

  it('forgets calls that were never sent after all', () => {
    const { throttle } = world();
    for (let index = 0; index < 100; index += 1) void throttle.acquire({}).settle(ABANDONED);
    expect(throttle.statistics.rate).toBe(0);
  });

  it('forgets by time alone, also after a freeze (PX-03)', () => {
    const { throttle, clock, run } = world();
    run(30, () => false);
    clock.advance(31_000);
    expect(throttle.statistics.rate).toBe(0);
  });

  it('takes 429 and 5xx for not accepted, or asks', async () => {
    const accepted = async (value: unknown, options: Partial<ThrottleOptions> = {}) => {
      const { throttle } = world(options);
      await throttle.execute(() => value);
      return throttle.statistics.accepted;
    };
    expect(await Promise.all([{ statusCode: 200 }, { status: 404 }, 'text', { statusCode: 429 }, { status: 503 }].map((value) => accepted(value)))).toEqual([1, 1, 1, 0, 0]);
    expect(await accepted({ statusCode: 200 }, { isAccepted: () => false })).toBe(0);
    expect(await accepted(1, { isAccepted: () => { throw new Error('mine'); } })).toBe(0); // prettier-ignore
  });

  it('refuses with 503 and a time to try again, and reports it', async () => {
    const { throttle, sink } = world({ minimumCalls: 1, maxRate: 0.99, retryAfterMs: 2000 });
    for (let index = 0; index < 50; index += 1) await throttle.execute(() => Promise.reject(new Error('down'))).catch(() => undefined);
    const errors: unknown[] = [];
    for (let index = 0; index < 20; index += 1) await throttle.execute(() => 1).catch((error: unknown) => errors.push(error));
    expect(errors[0]).toMatchObject({ name: 'ThrottledError', code: 'THROTTLED', statusCode: 503, throttle: 'billing', publicFields: { service: 'billing' } });
    const [refused] = sink.ofType<ThrottleEvent>('throttle.refused');
    expect(refused?.retryAfterMs).toBeGreaterThanOrEqual(2000);
    expect(refused?.retryAfterMs).toBeLessThanOrEqual(3000);
    expect(sink.ofType<ThrottleEvent>('throttle.admitted')[0]).toMatchObject({ name: 'billing', rate: 0 });
  });

  it('does nothing where it is switched off', () => {
    const { throttle, run, sink } = world({ enabled: false });
    expect([run(10, () => false), throttle.statistics.calls, sink.events.length]).toEqual([1000, 0, 0]);
  });

  it('refuses options that cannot work, with every problem at once', () => {
    const create = () => createAdaptiveThrottle({ name: '', multiplier: 0.5, maxRate: 1, isAccepted: 1, windowS: 2 } as never);
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow(/name.*isAccepted.*multiplier.*maxRate.*windowS/s);
    expect(() => createAdaptiveThrottle(undefined as never)).toThrow(ConfigurationError);
  });
});
