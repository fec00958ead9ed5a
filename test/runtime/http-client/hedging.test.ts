import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { CallContext } from '../../../runtime/src/core/call-context.ts';
import { ConfigurationError, RejectedError } from '../../../runtime/src/core/errors.ts';
import { hedge, type HedgeSources } from '../../../runtime/src/http-client/hedging.ts';
import type { HedgeOptions } from '../../../runtime/src/http-client/hedging-options.ts';
import type { ClientHedgedEvent } from '../../../runtime/src/http-client/routing-events.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';
import { World } from '../health/fixture.ts';

interface Request {
  readonly durationMs: number;
  readonly gives?: unknown;
  readonly throws?: Error;
  /** Goes on when it is aborted. Default false. */
  readonly isDeaf?: boolean;
}

/** An operation that plays requests one after the other, and says what became of each. */
function playing(world: World, ...requests: Request[]) {
  const seen: { readonly signal: AbortSignal; end: 'open' | 'done' | 'aborted' }[] = [];
  const operation = async ({ signal }: CallContext): Promise<unknown> => {
    const { durationMs, gives = 'answer', throws, isDeaf = false } = requests[seen.length]!;
    const mine: (typeof seen)[number] = { signal: signal!, end: 'open' };
    seen.push(mine);
    const timer = new AbortController();
    await new Promise<void>((resolve, reject) => {
      void world.sleep(durationMs, timer.signal).then(resolve);
      if (isDeaf) return;
      signal!.addEventListener('abort', () => {
        timer.abort();
        mine.end = 'aborted';
        reject(signal!.reason as Error);
      });
    });
    mine.end = 'done';
    if (throws !== undefined) throw throws;
    return gives;
  };
  return { operation, seen };
}

const USUAL_MS = 20;

/** A hedge that knows that calls usually take 20 ms, and has earned second requests. */
async function learned(options: Partial<HedgeOptions> = {}, sources: HedgeSources = {}) {
  const world = new World();
  const { clock, sink, sleep } = world;
  const policy = hedge({ name: 'orders', hedgeAfterQuantile: 0.9, ...options }, { clock, sink, sleep, ...sources });
  for (let call = 0; call < 40; call += 1) await world.finish(policy.execute(playing(world, { durationMs: USUAL_MS }).operation));
  const events = () => sink.ofType<ClientHedgedEvent>('client.hedged').map(({ method, won }) => ({ method, won }));
  return { world, policy, events };
}

describe('a hedge', () => {
  it('sends a call a second time when it takes longer than others, and takes the answer that comes first', async () => {
    const { world, policy, events } = await learned();
    const { operation, seen } = playing(world, { durationMs: 1000, gives: 'slow' }, { durationMs: 20, gives: 'quick' });
    const { value, tookMs } = await world.finish(policy.execute(operation, { method: 'GET' }));
    expect(value).toBe('quick');
    expect(tookMs).toBeGreaterThanOrEqual(40);
    expect(tookMs).toBeLessThan(43);
    expect(seen.map(({ end }) => end)).toEqual(['aborted', 'done']);
    expect(events()).toEqual([{ method: 'GET', won: true }]);
    expect(policy.statistics).toMatchObject({ calls: 41, hedged: 1, won: 1 });
    expect(world.sleeping).toBe(0);
  });

  it('takes the answer of the first where that comes before the second', async () => {
    const { world, policy, events } = await learned();
    const { operation, seen } = playing(world, { durationMs: 30, gives: 'first' }, { durationMs: 20 });
    await expect(world.finish(policy.execute(operation))).resolves.toEqual({ value: 'first', tookMs: 30 });
    expect(seen.map(({ end }) => end)).toEqual(['done', 'aborted']);
    expect(events()).toEqual([{ method: undefined, won: false }]);
  });

  it('sends a quick call once, and leaves no timer', async () => {
    const { world, policy, events } = await learned();
    const { operation, seen } = playing(world, { durationMs: 15 });
    await world.finish(policy.execute(operation));
    expect(seen).toHaveLength(1);
    expect(events()).toEqual([]);
    expect(world.sleeping).toBe(0);
  });

  it('leaves a failure before its time to the retries', async () => {
    const { world, policy } = await learned();
    const { operation, seen } = playing(world, { durationMs: 5, throws: new Error('broken') });
    await expect(world.finish(policy.execute(operation))).rejects.toThrow('broken');
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['an error', { throws: new Error('broken') }],
    ['a status of 503', { gives: { statusCode: 503 } }],
    ['a response with a status of 500', { gives: new Response(null, { status: 500 }) }],
    ['a status of 429', { gives: { status: 429 } }],
  ])('does not take %s for an answer while another may come', async (_what, failure) => {
    const { world, policy } = await learned();
    const late = playing(world, { durationMs: 60, gives: 'good' }, { durationMs: 5, ...failure });
    expect((await world.finish(policy.execute(late.operation))).value).toBe('good');
    const early = playing(world, { durationMs: 30, ...failure }, { durationMs: 50, gives: 'good' });
    expect((await world.finish(policy.execute(early.operation))).value).toBe('good');
  });

  it('ends as the first did if neither succeeds', async () => {
    const { world, policy, events } = await learned();
    const { operation } = playing(world, { durationMs: 60, throws: new Error('first') }, { durationMs: 5, throws: new Error('second') });
    await expect(world.finish(policy.execute(operation))).rejects.toThrow('first');
    expect(events()).toEqual([{ method: undefined, won: false }]);
  });

  it('goes on with the first where the second is refused, for example by a full bulkhead', async () => {
    const { world, policy } = await learned();
    const { operation } = playing(world, { durationMs: 60 }, { durationMs: 0, throws: new RejectedError('full', { code: 'BULKHEAD_FULL', statusCode: 429 }) });
    await expect(world.finish(policy.execute(operation))).resolves.toEqual({ value: 'answer', tookMs: 60 });
  });

  it('lets what the user says decide what a success is', async () => {
    const { world, policy } = await learned({ isSuccess: (value) => value === 'good' });
    const { operation } = playing(world, { durationMs: 60, gives: 'good' }, { durationMs: 5, gives: 'bad' });
    expect((await world.finish(policy.execute(operation))).value).toBe('good');
  });

  it('is aborted as a whole with its call', async () => {
    const { world, policy } = await learned();
    const { operation, seen } = playing(world, { durationMs: 1000 }, { durationMs: 1000 });
    const caller = new AbortController();
    const given = policy.execute(operation, { signal: caller.signal });
    given.catch(() => undefined);
    await world.pass(50);
    caller.abort(new Error('gone'));
    await expect(given).rejects.toThrow('gone');
    expect(seen.map(({ end }) => end)).toEqual(['aborted', 'aborted']);
  });

  it('sends no second request for a call that was given up, or that ends before', async () => {
    const { world, policy } = await learned();
    const caller = new AbortController();
    const deaf = playing(world, { durationMs: 1000, isDeaf: true });
    const given = policy.execute(deaf.operation, { signal: caller.signal });
    caller.abort(new Error('gone'));
    await world.finish(given);
    expect(deaf.seen).toHaveLength(1);
    const short = playing(world, { durationMs: 1000 });
    await world.finish(policy.execute(short.operation, { deadlineMs: world.clock.nowMs() + 15 }));
    expect(short.seen).toHaveLength(1);
  });

  it('passes an abort on that came before', async () => {
    const { world, policy } = await learned();
    const operation = async ({ signal }: CallContext): Promise<void> => signal!.throwIfAborted();
    await expect(world.finish(policy.execute(operation, { signal: AbortSignal.abort(new Error('gone')) }))).rejects.toThrow('gone');
  });

  it('waits only a moment for a request that has lost and does not end, and lets go of what it brings', async () => {
    const { world, policy } = await learned();
    let isCancelled = false;
    const body = new ReadableStream({
      cancel: () => {
        isCancelled = true;
      },
    });
    const { operation } = playing(world, { durationMs: 1000, isDeaf: true, gives: new Response(body) }, { durationMs: 20 });
    const { tookMs } = await world.finish(policy.execute(operation));
    expect(tookMs).toBeGreaterThanOrEqual(140);
    expect(tookMs).toBeLessThan(145);
    expect(isCancelled).toBe(false);
    await world.pass(1000);
    expect(isCancelled).toBe(true);
  });

  it('asks the budget first, and gives back what it took', async () => {
    const budget = {
      left: 0,
      givenBack: 0,
      take: () => (budget.left -= 1) >= 0,
      giveBack: () => {
        budget.givenBack += 1;
      },
    };
    const { world, policy } = await learned({}, { budget });
    const refused = playing(world, { durationMs: 60 });
    await world.finish(policy.execute(refused.operation));
    expect(refused.seen).toHaveLength(1);
    budget.left = 1;
    const allowed = playing(world, { durationMs: 60 }, { durationMs: 5 });
    await world.finish(policy.execute(allowed.operation));
    expect(allowed.seen).toHaveLength(2);
    expect(budget).toMatchObject({ left: 0, givenBack: 1 });
  });

  it('learns from requests that have lost that they took at least that long', async () => {
    const { world, policy } = await learned();
    for (let call = 0; call < 400; call += 1) {
      const durationMs = call % 5 === 0 ? 1000 : USUAL_MS;
      await world.finish(policy.execute(playing(world, { durationMs }, { durationMs: USUAL_MS }).operation));
    }
    // A fifth of the calls is slow: a tenth of them is not above 20 ms.
    expect(policy.statistics.delayMs).toBeGreaterThan(2 * USUAL_MS);
  });

  it('leaves nothing at the signal of its caller', async () => {
    const { world, policy } = await learned();
    const { signal } = new AbortController();
    await world.finish(policy.execute(playing(world, { durationMs: 1000 }, { durationMs: 5 }).operation, { signal }));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('sends few second requests when all calls become slow at once', async () => {
    const { world, policy } = await learned();
    const calls = Array.from({ length: 500 }, () => policy.execute(playing(world, { durationMs: 5000 }, { durationMs: 5000 }).operation));
    await world.finish(Promise.all(calls));
    // 540 calls, of which a tenth is expected to take longer.
    expect(policy.statistics.hedged).toBeLessThanOrEqual(540 * 0.12);
  });

  it('sends nothing a second time before it knows how long calls take, nor where it is switched off', async () => {
    const world = new World();
    for (const hedgeAfterQuantile of [0, 0.95]) {
      const policy = hedge({ name: 'orders', hedgeAfterQuantile }, { clock: world.clock, sink: world.sink, sleep: world.sleep });
      for (let call = 0; call < 20; call += 1) {
        const { operation } = playing(world, { durationMs: 10 * call });
        await world.finish(policy.execute((given) => operation({ signal: new AbortController().signal, ...given })));
      }
      expect(policy.statistics).toMatchObject({ hedged: 0, delayMs: undefined });
    }
  });

  it('refuses options that cannot work, with every problem at once (PX-13)', () => {
    const given = { name: '', hedgeAfterQuantile: 1, isSuccess: 5, delayMs: 3 } as unknown as HedgeOptions;
    expect(() => hedge(given)).toThrow(ConfigurationError);
    expect(() => hedge(given)).toThrow(/options\.name is ""(.|\n)*options\.isSuccess is 5: pass a function(.|\n)*hedgeAfterQuantile is 1: set a number from 0 to 0.999(.|\n)*delayMs is not an option/);
    expect(() => hedge(null as unknown as HedgeOptions)).toThrow('pass an object with a name');
    expect(hedge({ name: 'orders' }).options.hedgeAfterQuantile).toBe(0);
  });
});

describe('hedging a dependency of which 2 % of the calls are 50 times slower', () => {
  /** 3000 calls, 10 ms apart on average, each of which takes about 20 ms. */
  async function latencies(hedgeAfterQuantile: number) {
    const world = new World();
    const random = new SeededRandom(42);
    const policy = hedge({ name: 'orders', hedgeAfterQuantile }, { clock: world.clock, sink: world.sink, sleep: world.sleep });
    let requests = 0;
    const operation = async ({ signal }: CallContext): Promise<void> => {
      requests += 1;
      const usualMs = 15 - 5 * Math.log(1 - random.next());
      const durationMs = random.next() < 0.02 ? usualMs * 50 : usualMs;
      const timer = new AbortController();
      await new Promise<void>((resolve, reject) => {
        void world.sleep(durationMs, timer.signal).then(resolve);
        signal?.addEventListener('abort', () => {
          timer.abort();
          reject(signal.reason as Error);
        });
      });
    };
    const took: number[] = [];
    const calls: Promise<unknown>[] = [];
    for (let call = 0; call < 3000; call += 1) {
      await world.pass(-10 * Math.log(1 - random.next()));
      const startedAtMs = world.clock.nowMs();
      calls.push(policy.execute(operation).then(() => took.push(world.clock.nowMs() - startedAtMs)));
    }
    await world.finish(Promise.all(calls));
    took.sort((a, b) => a - b);
    return { p99: took[Math.floor(took.length * 0.99)]!, extra: requests / took.length - 1 };
  }

  it('brings the 99th percentile to a fifth or less, for 6 % more requests at most', async () => {
    const without = await latencies(0);
    const hedged = await latencies(0.95);
    expect(without.extra).toBe(0);
    expect(hedged.p99).toBeLessThanOrEqual(0.2 * without.p99);
    expect(hedged.extra).toBeLessThanOrEqual(0.06);
  });
});
