import { describe, expect, it, jest } from '@jest/globals';
import { RejectedError } from '../../../runtime/src/core/errors.ts';
import { pipeline, type Policy } from '../../../runtime/src/core/gate.ts';
import { RetryExhaustedError } from '../../../runtime/src/retry/errors.ts';
import type { RetryOptions } from '../../../runtime/src/retry/options.ts';
import { errorOf, networkError, RetryWorld, Script, statusError } from './world.ts';

const LOST = networkError();

/** A call with these endings, run to its end in a world of its own. */
async function run(options: RetryOptions, endings: readonly unknown[], call = {}) {
  const world = new RetryWorld();
  const script = new Script(world, ...endings);
  const retry = world.retry(options);
  const ended = await world.finish(retry.execute(script.run, call).then((value) => ({ value }), (error: unknown) => ({ error })));
  return { world, retry, script, ended: ended.value as { value?: unknown; error?: unknown } };
}

describe('a call that succeeds at once', () => {
  it('is made once, waits for nothing and leaves no timer', async () => {
    const { world, script, ended } = await run({}, ['done']);
    expect(ended).toEqual({ value: 'done' });
    expect(script.calls).toHaveLength(1);
    expect([world.elapsedMs, world.sleeping]).toEqual([0, 0]);
  });

  it('reports only that it is over (PRT-12)', async () => {
    const { world } = await run({}, ['done']);
    expect(world.types).toEqual(['retry.attempt', 'retry.completed']);
    expect(world.told('retry.completed')).toEqual([{ attempts: 1, durationMs: 0, totalDelayMs: 0, result: 'success' }]);
  });
});

describe('a call that fails for a moment', () => {
  it('is made again at once plus 100, 200, 400 ms (RT-10, RT-16)', async () => {
    const { script, ended } = await run({ maxAttempts: 5 }, [LOST, LOST, LOST, 'done']);
    expect(ended).toEqual({ value: 'done' });
    expect(script.atMs).toEqual([0, 100, 300, 700]);
    expect(script.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
  });

  it('reports each failure with the wait that follows, and that it succeeded', async () => {
    const { world } = await run({}, [LOST, statusError(503), 'done']);
    expect(world.types).toEqual([
      'retry.attempt', 'retry.scheduled', 'retry.attempt', 'retry.scheduled', 'retry.attempt', 'retry.succeeded', 'retry.completed',
    ]);
    expect(world.told('retry.scheduled')).toEqual([
      { attempt: 1, maxAttempts: 3, delayMs: 100, errorType: 'ECONNRESET', durationMs: 0 },
      { attempt: 2, maxAttempts: 3, delayMs: 200, errorType: 'status_503', durationMs: 0 },
    ]);
    expect(world.told('retry.attempt').map(({ result }) => result)).toEqual(['failure', 'failure', 'success']);
    expect(world.told('retry.succeeded')).toEqual([{ attempts: 3, totalDelayMs: 300, durationMs: 300 }]);
  });

  it('is made again for a returned response as well, whose unread body is let go', async () => {
    const cancel = jest.fn(() => Promise.reject(new TypeError('it is locked')));
    const destroy = jest.fn(() => { throw new Error('no'); });
    const { script, ended } = await run({}, [{ status: 503, body: { cancel } }, { statusCode: 502, body: { destroy } }, { status: 200 }]);
    expect(ended).toEqual({ value: { status: 200 } });
    expect(script.calls).toHaveLength(3);
    expect([cancel, destroy].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });
});

describe('a call that keeps failing', () => {
  it('is made maxAttempts times in all, and ends with an error of its own (RT-05, RT-17, C-07, C-11, PRT-14)', async () => {
    const { script, ended, world } = await run({ maxAttempts: 3 }, [LOST, LOST, statusError(503, { retryAfterMs: 250 })]);
    expect(script.calls).toHaveLength(3);
    const error = ended.error as RetryExhaustedError;
    expect(error).toBeInstanceOf(RetryExhaustedError);
    expect(error).toMatchObject({ name: 'RetryExhaustedError', code: 'RETRY_EXHAUSTED', statusCode: 503, attempts: 3, maxAttempts: 3, reason: 'attempts', retry: 'payments', retryAfterMs: 250 });
    expect(error.cause).toMatchObject({ statusCode: 503 });
    expect(error.publicFields).toEqual({ service: 'payments', max_attempts: 3 });
    expect(world.told('retry.exhausted')).toEqual([
      { attempts: 3, maxAttempts: 3, reason: 'attempts', totalDelayMs: 300, durationMs: 300, errorType: 'status_503' },
    ]);
  });

  it('hides nothing of the upstream in its message (PRT-12)', async () => {
    const { ended } = await run({ maxAttempts: 1 }, [Object.assign(new Error('token=hunter2'), { statusCode: 503 })]);
    expect((ended.error as Error).message).toBe('payments did not succeed in 1 attempt: try again later');
  });

  it('ends with its last response, or with an error that has it, as onExhausted says (PRT-14)', async () => {
    const response = { status: 503, body: 'upstream says no' };
    expect((await run({}, [response])).ended).toEqual({ value: response });
    const { ended } = await run({ onExhausted: 'throw' }, [response]);
    expect(ended.error).toMatchObject({ code: 'RETRY_EXHAUSTED', lastResult: response, attempts: 3 });
    expect((ended.error as Error).cause).toBeUndefined();
  });
});

describe('a call that must not be made again', () => {
  it.each([
    ['its error is not known to pass (PRT-03)', {}, {}, new Error('boom')],
    ['its status is denied (RT-13)', {}, {}, statusError(404)],
    ['its method is not idempotent (PRT-03, C-10)', {}, { method: 'POST' }, LOST],
    ['a gate further in refused it, such as an open circuit', {}, {}, new RejectedError('open', { code: 'CIRCUIT_OPEN', statusCode: 503 })],
    ['the code says so (RT-12)', { shouldRetry: () => false }, {}, LOST],
  ])('is made once if %s, and its error passes unchanged (C-11)', async (_name, options, call, error) => {
    const { script, ended, world } = await run(options, [error, 'never'], call);
    expect(script.calls).toHaveLength(1);
    expect(ended.error).toBe(error);
    expect(world.types).toEqual(['retry.attempt', 'retry.given_up', 'retry.completed']);
  });

  it('ends with its response if that is what failed', async () => {
    const { ended, script } = await run({ onExhausted: 'throw' }, [{ statusCode: 500 }], { method: 'POST' });
    expect(ended).toEqual({ value: { statusCode: 500 } });
    expect(script.calls).toHaveLength(1);
  });

  it.each(['GET', 'head', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])('is not one with the method %s', async (method) => {
    expect((await run({}, [LOST, 'done'], { method })).script.calls).toHaveLength(2);
  });

  it.each([
    ['its method is unknown', {}, {}],
    ['it carries an idempotency key', {}, { method: 'POST', idempotencyKey: 'order-7' }],
    ['the code knows it to be harmless', { isIdempotent: () => true }, { method: 'POST' }],
    ['the code leaves it to the method', { isIdempotent: () => undefined }, { method: 'GET' }],
    ['everything may be repeated', { idempotentOnly: false }, { method: 'POST' }],
  ])('is not one if %s', async (_name, options, call) => {
    expect((await run(options, [LOST, 'done'], call)).script.calls).toHaveLength(2);
  });

  it.each([
    ['an empty key', {}, { method: 'POST', idempotencyKey: '' }],
    ['code that says no', { isIdempotent: () => false, idempotentOnly: false }, { method: 'GET' }],
    ['code that throws', { isIdempotent: () => { throw new Error('no'); } }, { method: 'GET' }],
  ])('is one with %s', async (_name, options, call) => {
    expect((await run(options, [LOST, 'done'], call)).script.calls).toHaveLength(1);
  });
});

describe('shouldRetry (RT-12)', () => {
  it('allows what the rules do not know, but nothing that they forbid (PRT-05)', async () => {
    const shouldRetry: RetryOptions['shouldRetry'] = ({ kind }) => kind === 'failure';
    expect((await run({ shouldRetry }, [new Error('boom'), 'done'])).script.calls).toHaveLength(2);
    expect((await run({ shouldRetry }, [statusError(400), 'done'])).script.calls).toHaveLength(1);
    expect((await run({ shouldRetry, neverRetryOn: ['Error'] }, [new Error('boom'), 'done'])).script.calls).toHaveLength(1);
  });

  it('is asked about values as well, and leaves to the rules what it does not know', async () => {
    const shouldRetry = jest.fn<NonNullable<RetryOptions['shouldRetry']>>((outcome) => (outcome.kind === 'success' && outcome.value === 'not yet' ? true : undefined));
    const { script, ended } = await run({ shouldRetry }, ['not yet', LOST, 'done'], { operation: 'poll' });
    expect(ended).toEqual({ value: 'done' });
    expect(script.calls).toHaveLength(3);
    expect(shouldRetry.mock.calls[0]).toEqual([{ kind: 'success', value: 'not yet' }, { operation: 'poll' }]);
  });

  it('does no harm where it throws', async () => {
    const { ended, world } = await run({ shouldRetry: () => { throw new Error('mine'); } }, [LOST, 'done']);
    expect(ended).toEqual({ value: 'done' });
    expect(world.told('retry.callback_failed')).toMatchObject([{ error: { message: 'mine' } }, { error: { message: 'mine' } }]);
  });
});

describe('custom back-off (RT-04)', () => {
  it('is given the attempt and the last wait, call by call (PRT-08)', async () => {
    const backoff = jest.fn((attempt: number, lastDelayMs: number) => (attempt === 1 ? 10 : lastDelayMs * 3));
    const { script } = await run({ strategy: 'custom', backoff, maxAttempts: 4 }, [LOST]);
    expect(backoff.mock.calls).toEqual([[1, 0], [2, 10], [3, 30]]);
    expect(script.atMs).toEqual([0, 10, 40, 130]);
  });

  it('is exponential where it throws, which is reported', async () => {
    const { script, world } = await run({ strategy: 'custom', backoff: () => { throw new Error('mine'); } }, [LOST, 'done']);
    expect(script.atMs).toEqual([0, 100]);
    expect(world.told('retry.callback_failed')).toHaveLength(1);
  });
});

describe('a budget (PRT-15)', () => {
  it('that is empty makes the first failure final, for all that share the name', async () => {
    const world = new RetryWorld();
    const [one, other, foreign] = [world.retry({ budgetTokens: 1, budgetRefill: 0 }), world.retry({ budgetTokens: 1, budgetRefill: 0 }), world.retry({ name: 'orders' })];
    await world.finish(errorOf(one.execute(new Script(world, LOST).run)));
    const script = new Script(world, LOST);
    expect(await errorOf(other.execute(script.run))).toMatchObject({ reason: 'budget', attempts: 1, cause: LOST });
    expect(script.calls).toHaveLength(1);
    expect(world.told('retry.exhausted').map(({ reason }) => reason)).toEqual(['budget', 'budget']);
    await expect(world.finish(foreign.execute(new Script(world, LOST, 'done').run))).resolves.toMatchObject({ value: 'done' });
  });

  it('keeps an outage from being multiplied: a thousand failing calls are 1,110 attempts, not 3,000', async () => {
    const world = new RetryWorld();
    const retry = world.retry({ initialDelayMs: 0 });
    const script = new Script(world, LOST);
    for (let call = 0; call < 1000; call += 1) await errorOf(retry.execute(script.run));
    expect(script.calls.length).toBeGreaterThanOrEqual(1109);
    expect(script.calls.length).toBeLessThanOrEqual(1110);
  });

  it('by ratio lets few of many calls in flight be retries, and has its room back afterwards (PX-13)', async () => {
    const world = new RetryWorld();
    const retry = world.retry({ budget: 'ratio', budgetRatio: 0.1, maxAttempts: 2 });
    const script = new Script(world, LOST);
    const failing = Array.from({ length: 100 }, () => errorOf(retry.execute(script.run)));
    await world.finish(Promise.all(failing));
    expect(script.calls).toHaveLength(110);
    expect(retry.statistics).toMatchObject({ inFlight: 0, budgetTokens: undefined });
    await world.finish(errorOf(retry.execute(script.run)));
    expect(script.calls).toHaveLength(112);
  });
});

describe('a retry', () => {
  it('that is switched off makes every call once, and reports nothing (RT-16)', async () => {
    const { script, ended, world, retry } = await run({ enabled: false }, [LOST, 'never']);
    expect(ended.error).toBe(LOST);
    expect(script.calls).toMatchObject([{ attempt: 1, signal: { aborted: false } }]);
    expect(world.types).toEqual([]);
    expect(retry.statistics.requests).toBe(0);
  });

  it('stands around other policies, which see every attempt (PX-08, C-01)', async () => {
    const world = new RetryWorld();
    const seen: unknown[] = [];
    const inner: Policy = {
      name: 'circuit',
      execute: async (operation, call = {}) => {
        seen.push(call.tenant);
        return operation(call);
      },
    };
    const script = new Script(world, LOST, 'done');
    const { value } = await world.finish(pipeline(world.retry(), inner).execute(() => script.run({} as never), { tenant: 'acme' }));
    expect(value).toBe('done');
    expect(seen).toEqual(['acme', 'acme']);
  });

  it('ends when a circuit further in opens between two attempts, without another wait', async () => {
    const refusal = new RejectedError('open', { code: 'CIRCUIT_OPEN', statusCode: 503, retryAfterMs: 60_000 });
    const { script, ended, world } = await run({ maxAttempts: 10 }, [LOST, refusal]);
    expect(ended.error).toBe(refusal);
    expect(script.atMs).toEqual([0, 100]);
    expect(world.told('retry.given_up')).toEqual([{ attempts: 2, errorType: 'RejectedError' }]);
  });

  it('counts what it did (RT-23)', async () => {
    const world = new RetryWorld();
    const retry = world.retry();
    expect(retry.statistics).toMatchObject({ requests: 0, meanAttempts: 0, meanDelayMs: 0, budgetTokens: 10 });
    for (const endings of [['done'], [LOST, 'done'], [LOST], [new Error('boom')]]) {
      await world.finish(retry.execute(new Script(world, ...endings).run).catch(() => undefined));
    }
    expect(retry.statistics).toEqual({
      requests: 4, retried: 2, retriesSucceeded: 1, retriesFailed: 1, exhausted: 1, attempts: 7, meanAttempts: 7 / 4, maxAttempts: 3,
      totalDelayMs: 400, meanDelayMs: 400 / 3, inFlight: 0, budgetTokens: expect.closeTo(7.2),
    });
    expect(Object.isFrozen(retry.statistics)).toBe(true);
  });
});

describe('callbacks (RT-22)', () => {
  it('are told before each wait, and once in the end of a call that failed (PRT-11)', async () => {
    const onRetry = jest.fn();
    const onGiveUp = jest.fn();
    const { world } = await run({ onRetry, onGiveUp }, [LOST]);
    const outcome = { kind: 'failure', error: LOST };
    expect(onRetry.mock.calls).toEqual([[1, outcome, 100], [2, outcome, 200]]);
    expect(onGiveUp.mock.calls).toEqual([[3, outcome]]);
    expect(world.types.filter((type) => ['retry.exhausted', 'retry.given_up', 'retry.succeeded'].includes(type))).toEqual(['retry.exhausted']);
  });

  it('are told once of what is not tried again, and not of what succeeds (PRT-11)', async () => {
    const onGiveUp = jest.fn();
    await run({ onGiveUp }, [statusError(400)]);
    expect(onGiveUp.mock.calls).toEqual([[1, { kind: 'failure', error: expect.objectContaining({ statusCode: 400 }) as unknown }]]);
    await run({ onGiveUp }, [LOST, 'done']);
    expect(onGiveUp).toHaveBeenCalledTimes(1);
  });

  it('do no harm when they throw or reject, which is reported', async () => {
    const onRetry = (): void => { throw new Error('mine'); };
    const onGiveUp = (): Promise<never> => Promise.reject(new Error('mine too'));
    const { ended, world } = await run({ maxAttempts: 2, onRetry, onGiveUp }, [LOST]);
    expect(ended.error).toBeInstanceOf(RetryExhaustedError);
    expect(world.told('retry.callback_failed')).toMatchObject([{ error: { message: 'mine' } }, { error: { message: 'mine too' } }]);
  });
});
