import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { networkError, RetryWorld, Script, statusError } from './world.ts';

const TERMINAL = ['retry.succeeded', 'retry.exhausted', 'retry.given_up'];

/** What an attempt comes to, and how long it takes; it may ignore its signal. */
const ending = fc.record({
  takesMs: fc.constantFrom(0, 1, 40, 300, 5000),
  result: fc.constantFrom('done', networkError(), statusError(503, { retryAfterMs: 700 }), statusError(400), new Error('boom'), { status: 503 }),
});

const options = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 6 }),
  strategy: fc.constantFrom('exponential', 'linear', 'fixed'),
  jitter: fc.constantFrom('full', 'equal', 'decorrelated', 'ratio', 'none'),
  initialDelayMs: fc.constantFrom(0, 1, 100, 900),
  attemptTimeoutMs: fc.constantFrom(0, 50, 1000),
  totalTimeoutMs: fc.constantFrom(0, 1, 600, 4000),
  budget: fc.constantFrom('tokens', 'ratio', 'none'),
  budgetTokens: fc.constantFrom(1, 10),
  onExhausted: fc.constantFrom('return', 'throw'),
} as const);

describe('any call', () => {
  it('stays within its attempts and its time, ends once, and leaves nothing behind (PRT-09, PRT-10, PRT-11, PX-07)', async () => {
    const cancelAfterMs = fc.option(fc.integer({ min: 0, max: 2000 }), { nil: undefined });
    const deadlineInMs = fc.option(fc.integer({ min: -10, max: 3000 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(options, fc.array(ending, { minLength: 1, maxLength: 6 }), cancelAfterMs, deadlineInMs, async (given, endings, cancelMs, leftMs) => {
        const world = new RetryWorld();
        const caller = new AbortController();
        let gaveUp = 0;
        const retry = world.retry({ ...given, onGiveUp: () => (gaveUp += 1) });
        const script = new Script(world, ...endings.map(({ takesMs, result }) => () => (takesMs === 0 ? result : world.sleep(takesMs).then(() => result))));
        const call = { signal: caller.signal, ...(leftMs !== undefined && { deadlineMs: world.startMs + leftMs }) };
        const work = retry.execute(script.run, call).then(() => undefined, () => undefined);
        if (cancelMs !== undefined) {
          await world.pass(cancelMs);
          caller.abort();
        }
        await world.finish(work);

        const boundMs = Math.min(given.totalTimeoutMs || Infinity, leftMs ?? Infinity);
        expect(script.calls.length).toBeLessThanOrEqual(given.maxAttempts);
        for (const atMs of script.atMs) expect(atMs).toBeLessThanOrEqual(Math.max(0, boundMs));
        const [completed, ...others] = world.told('retry.completed');
        expect(others).toEqual([]);
        expect(completed).toMatchObject({ attempts: script.calls.length });
        if (cancelMs === undefined) expect(completed?.['durationMs']).toBeLessThanOrEqual(Math.max(0, boundMs));
        expect(gaveUp).toBe(completed?.['result'] === 'success' ? 0 : 1);
        expect(world.types.filter((type) => TERMINAL.includes(type)).length).toBeLessThanOrEqual(1);
        expect(world.types.at(-1)).toBe('retry.completed');
        expect(retry.statistics).toMatchObject({ requests: 1, inFlight: 0, attempts: script.calls.length });
        expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
        await world.pass(60_000);
        expect(world.sleeping).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
