import { ManualClock, MemoryCircuitStore } from '../../../runtime/src/testing/index.ts';
import { BulkheadFullError } from '../../../runtime/src/bulkhead/index.ts';
import { CircuitOpenError } from '../../../runtime/src/circuit-breaker/index.ts';
import { CLIENT_PROFILES, createDependency, currentCall, resilient, withCall, type DependencyOptions } from '../../../runtime/src/http-client/index.ts';
import { RetryExhaustedError } from '../../../runtime/src/retry/index.ts';
import { TimedOutError } from '../../../runtime/src/timeout/index.ts';
import { errorOf, ownSources, QUICK } from './sources.ts';
import { VirtualTime } from './virtual-time.ts';

class Down extends Error {
  readonly statusCode = 503;
}

/** A function that fails so many times, and then returns what it is given. */
function failing(times: number): { (value: string): Promise<string>; calls: number } {
  const work = async (value: string): Promise<string> => {
    work.calls += 1;
    if (work.calls <= times) throw new Down('down');
    return value;
  };
  work.calls = 0;
  return work;
}

describe('a function that is protected', () => {
  it('returns what the function returns for its arguments', async () => {
    const add = resilient('sum', async (one: number, other: number) => one + other, {}, ownSources());
    expect(await add(2, 3)).toBe(5);
  });

  it('is called again while it fails in a way that passes', async () => {
    const work = failing(2);
    const ask = resilient('ledger', work, { retry: QUICK }, ownSources());
    expect(await ask('yes')).toBe('yes');
    expect(work.calls).toBe(3);
    expect(ask.dependency.statistics).toEqual({ calls: 1, succeeded: 1, failed: 0, refused: 0, cancelled: 0, inFlight: 0 });
  });

  it('says at the end what the last failure was', async () => {
    const error = await errorOf(resilient('ledger', failing(9), { retry: QUICK }, ownSources())('x'));
    expect(error).toBeInstanceOf(RetryExhaustedError);
    expect(error).toMatchObject({ attempts: 3, statusCode: 503, publicFields: { service: 'ledger', max_attempts: 3 } });
    expect(error.cause).toBeInstanceOf(Down);
  });

  it('passes on what is not worth trying again, as it is', async () => {
    const bug = new TypeError('undefined is not a function');
    const work = { calls: 0 };
    const ask = resilient('ledger', async () => {
      work.calls += 1;
      throw bug;
    }, { retry: QUICK }, ownSources());
    expect(await errorOf(ask())).toBe(bug);
    expect(work.calls).toBe(1);
  });

  it('counts attempts, not calls, in its circuit, and is refused while that is open (PX-08, PHC-03)', async () => {
    const work = failing(99);
    const ask = resilient('ledger', work, { retry: QUICK, circuit: { failureThreshold: 3 } }, ownSources());
    await errorOf(ask('one'));
    expect(work.calls).toBe(3);
    expect(ask.dependency.parts.circuit!.snapshot().phase).toBe('open');
    expect(await errorOf(ask('two'))).toBeInstanceOf(CircuitOpenError);
    expect(work.calls).toBe(3);
    expect(ask.dependency.statistics).toMatchObject({ calls: 2, failed: 1, refused: 1 });
  });

  it('holds no slot during the wait for the next attempt (PX-08)', async () => {
    const time = new VirtualTime();
    const sources = { ...ownSources(), clock: time, sleep: time.sleep };
    const retry = { initialDelayMs: 1000, strategy: 'fixed', jitter: 'none', maxAttempts: 2 } as const;
    const work = failing(1);
    const ask = resilient('ledger', work, { retry, bulkhead: { maxConcurrent: 1, queueSize: 0 } }, sources);
    const first = ask('first');
    while (work.calls === 0) await Promise.resolve();
    const second = await time.run((async () => {
      // The first call waits by now; its slot is free.
      while (ask.dependency.parts.bulkhead!.statistics.active > 0) await Promise.resolve();
      return ask('second');
    })());
    expect(second).toBe('second');
    expect(await time.run(first)).toBe('first');
    expect(time.timers).toBe(0);
  });

  it('takes a full bulkhead for no failure of the dependency, and does not try again (PX-10)', async () => {
    let release = (): void => undefined;
    const work = (): Promise<void> => new Promise((resolve) => void (release = resolve));
    const ask = resilient('ledger', work, { retry: QUICK, circuit: { failureThreshold: 1 }, bulkhead: { maxConcurrent: 1, queueSize: 0 } }, ownSources());
    const first = ask();
    const error = await errorOf(ask());
    expect(error).toBeInstanceOf(BulkheadFullError);
    expect(ask.dependency.parts.circuit!.snapshot()).toMatchObject({ phase: 'closed', failures: 0 });
    expect(ask.dependency.parts.retry!.statistics).toMatchObject({ retried: 0 });
    release();
    await first;
    expect(ask.dependency.statistics).toMatchObject({ calls: 2, succeeded: 1, refused: 1, failed: 0 });
  });

  it('ends an attempt that takes too long, tells it so by its signal, and tries again (PRT-01)', async () => {
    const time = new VirtualTime();
    const reasons: unknown[] = [];
    const hang = async (): Promise<void> => {
      const { signal } = currentCall()!;
      await new Promise((resolve) => signal!.addEventListener('abort', resolve, { once: true }));
      reasons.push(signal!.reason);
      throw signal!.reason as Error;
    };
    const options = { retry: { ...QUICK, maxAttempts: 2 }, attemptTimeoutMs: 500, timeoutMs: 5000 };
    const ask = resilient('ledger', hang, options, { ...ownSources(), clock: time, sleep: time.sleep });
    const error = await time.run(errorOf(ask()));
    expect(error).toBeInstanceOf(RetryExhaustedError);
    expect(error.cause).toMatchObject({ name: 'TimedOutError', limitMs: 500 });
    expect(reasons).toHaveLength(2);
    expect(ask.dependency.parts.circuit!.snapshot()).toMatchObject({ failures: 2 });
    expect(time.timers).toBe(0);
  });

  it.each([
    ['earliest first', 300, undefined],
    ['latest first', 300, undefined],
    ['earliest first', 5000, 300],
    ['latest first', 5000, 300],
  ] as const)('ends with its total time whatever the attempts do, and counts it against the dependency: %s, %p, %p', async (order, timeoutMs, leftMs) => {
    const time = new VirtualTime(order);
    const hang = (): Promise<never> => new Promise(() => undefined);
    const callOf = () => (leftMs === undefined ? {} : { deadlineMs: time.nowMs() + leftMs });
    const ask = resilient('ledger', hang, { timeoutMs, retry: QUICK, callOf }, { ...ownSources(), clock: time, sleep: time.sleep });
    const error = await time.run(errorOf(ask()));
    expect(error).toBeInstanceOf(TimedOutError);
    expect(error).toMatchObject({ limitMs: 300, statusCode: 504, publicFields: { timeout_ms: 300 } });
    expect(ask.dependency.parts.circuit!.snapshot()).toMatchObject({ failures: 1 });
    expect(time.timers).toBe(0);
  });

  it('hands the deadline, the tenant and the priority of the code around it on, but not what that code is', async () => {
    const clock = new ManualClock();
    const seen: unknown[] = [];
    const inner = resilient('ledger', async () => void seen.push(currentCall()), {}, { ...ownSources(), clock });
    const deadlineMs = clock.nowMs() + 700;
    await withCall({ deadlineMs, tenant: 'acme', priority: 'high', operation: 'GET /orders', method: 'POST' }, () => inner());
    expect(seen).toEqual([expect.objectContaining({ deadlineMs, tenant: 'acme', priority: 'high' })]);
    expect(seen[0]).not.toHaveProperty('operation');
    expect(seen[0]).not.toHaveProperty('method');
    expect(currentCall()).toBeUndefined();
  });

  it('ends when the code around it gives up, or its own caller does', async () => {
    const hang = (): Promise<never> => new Promise(() => undefined);
    const [around, own] = [new AbortController(), new AbortController()];
    const ask = resilient('ledger', hang, { callOf: () => ({ signal: own.signal }) }, ownSources());
    const [first, second] = withCall({ signal: around.signal }, () => [errorOf(ask()), errorOf(resilient('other', hang, {}, ownSources())())]);
    own.abort(new Error('own'));
    expect((await first).message).toBe('own');
    around.abort(new Error('around'));
    expect((await second).message).toBe('around');
    const third = withCall({ signal: around.signal }, () => errorOf(resilient('ledger', hang, { callOf: () => ({ signal: new AbortController().signal }) }, ownSources())()));
    expect((await third).message).toBe('around');
  });

  it('knows of a call what its arguments say', async () => {
    const seen: unknown[] = [];
    const ask = resilient('ledger', async (tenant: string) => void seen.push([tenant, currentCall()?.tenant]), { callOf: (tenant) => ({ tenant }) }, ownSources());
    await ask('acme');
    expect(seen).toEqual([['acme', 'acme']]);
  });

  it.each<[keyof typeof CLIENT_PROFILES, (keyof Pick<DependencyOptions, 'retry' | 'circuit' | 'bulkhead'>)[]]>([
    ['critical', ['retry', 'circuit', 'bulkhead']],
    ['nonCritical', ['circuit']],
    ['highVolume', ['bulkhead']],
  ])('has with the profile %s only %p, and both times', (profile, on) => {
    const { parts } = createDependency({ name: 'ledger', ...CLIENT_PROFILES[profile] }, ownSources());
    expect((['retry', 'circuit', 'bulkhead'] as const).filter((part) => parts[part] !== undefined)).toEqual(on);
    expect([parts.total, parts.attempt]).not.toContain(undefined);
  });

  it('does without what is switched off', async () => {
    const off = { timeoutMs: false, attemptTimeoutMs: false, retry: false, circuit: false, bulkhead: false } as const;
    const work = failing(1);
    const ask = resilient('ledger', work, off, ownSources());
    expect(await errorOf(ask('x'))).toBeInstanceOf(Down);
    expect(Object.values(ask.dependency.parts).filter((part) => part !== undefined)).toEqual([]);
  });

  it('refuses options that cannot work, all at once and with their place', () => {
    const options = { retry: { maxAttempts: 0 }, circuit: { failureThreshold: 0 }, bulkhead: { maxConcurrent: 0 } };
    expect(() => resilient('ledger', failing(0), options, ownSources())).toThrow(
      /options\.retry\.maxAttempts is 0[^]*options\.circuit\.failureThreshold is 0[^]*options\.bulkhead\.maxConcurrent is 0/,
    );
    const wrong = { name: '1', timeoutMs: 0, retry: { attemptTimeoutMs: 1 }, circuit: 'on', speed: 1 } as unknown as DependencyOptions;
    expect(() => createDependency(wrong, ownSources())).toThrow(
      /options\.speed is not an option[^]*options\.name is "1"[^]*options\.timeoutMs is 0[^]*options\.retry\.attemptTimeoutMs is not an option here[^]*options\.circuit is "on"/,
    );
  });

  it('shares its circuit with the fleet: what one environment learns keeps another one from asking (PX-16)', async () => {
    const circuitStore = new MemoryCircuitStore({ shared: true });
    const clock = new ManualClock();
    const environment = () => {
      const work = failing(99);
      const options = { retry: QUICK, circuit: { failureThreshold: 3, syncIntervalMs: 1000 } };
      return { work, ask: resilient('ledger', work, options, { ...ownSources(), clock, circuitStore }) };
    };
    const [one, other] = [environment(), environment()];
    await errorOf(one.ask('x'));
    expect(one.work.calls).toBe(3);
    // Nobody waits for the table while all is well: the first attempt is on its way when the answer is there.
    expect(await errorOf(other.ask('x'))).toBeInstanceOf(CircuitOpenError);
    expect(await errorOf(other.ask('x'))).toBeInstanceOf(CircuitOpenError);
    expect(other.work.calls).toBe(1);
  });
});
