import { describe, expect, it } from '@jest/globals';
import { CircuitOpenError } from '../../../runtime/src/circuit-breaker/errors.ts';
import type { CircuitFailureEvent, CircuitRefusedEvent } from '../../../runtime/src/circuit-breaker/events.ts';
import type { CircuitBreaker } from '../../../runtime/src/circuit-breaker/policy.ts';
import { ABANDONED } from '../../../runtime/src/core/outcome.ts';
import { fail, Fleet, gate, isPermit, OPEN_FOR_CERTAIN_MS, openAndWait, settleAll, settled, succeed, tryAcquire } from './fleet.ts';

describe('a circuit breaker', () => {
  it('goes through the worked example: four successes, five failures, refusals, 60 s, probes, closed (CB-24)', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    for (let call = 0; call < 4; call += 1) await expect(succeed(breaker)).resolves.toBe('value');
    await expect(fail(breaker, 5)).resolves.toMatchObject({ message: 'dependency down' });
    expect(breaker.snapshot()).toMatchObject({ phase: 'open' });

    let ran = 0;
    const refused = await breaker.execute(() => (ran += 1)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'CircuitOpenError', code: 'CIRCUIT_OPEN', statusCode: 503, circuit: 'payments' });
    fleet.clock.advance(59_999);
    await expect(succeed(breaker)).resolves.toBeInstanceOf(CircuitOpenError);
    expect(ran).toBe(0);

    fleet.clock.advance(OPEN_FOR_CERTAIN_MS - 59_999);
    for (let probe = 0; probe < 3; probe += 1) await expect(succeed(breaker)).resolves.toBe('value');
    expect(breaker.snapshot()).toMatchObject({ phase: 'closed', calls: 0 });
    expect(fleet.changes).toStrictEqual(['closed > open', 'open > half_open', 'half_open > closed']);
  });

  it('trips on failures in a row, not one before, and a success in between starts over (CB-04)', async () => {
    const breaker = new Fleet({ failureThreshold: 3, minimumCalls: 100 }).environment();
    await fail(breaker, 2);
    await succeed(breaker);
    await fail(breaker, 2);
    expect(breaker.snapshot().phase).toBe('closed');
    await fail(breaker);
    expect(breaker.snapshot().phase).toBe('open');
  });

  it('trips on the failure rate from the minimum of calls on, not before (PCB-04)', async () => {
    const breaker = new Fleet({ failureThreshold: 1000, minimumCalls: 10, failureRateThreshold: 0.5 }).environment();
    for (let pair = 0; pair < 4; pair += 1) {
      await succeed(breaker);
      await fail(breaker);
    }
    await fail(breaker);
    expect(breaker.snapshot()).toMatchObject({ phase: 'closed', calls: 9, failures: 5 });
    await fail(breaker);
    expect(breaker.snapshot().phase).toBe('open');
  });

  it('does not let a success trip it, even when the rate is over the limit', async () => {
    const breaker = new Fleet({ failureThreshold: 1000, minimumCalls: 2, failureRateThreshold: 0.5 }).environment();
    await fail(breaker);
    await succeed(breaker);
    expect(breaker.snapshot()).toMatchObject({ phase: 'closed', calls: 2, failures: 1 });
  });

  it('forgets failures of another window (PX-03)', async () => {
    const fleet = new Fleet({ failureThreshold: 1000, minimumCalls: 4 });
    const breaker = fleet.environment();
    await fail(breaker, 3);
    fleet.clock.advance(10_000);
    await fail(breaker);
    expect(breaker.snapshot()).toMatchObject({ phase: 'closed', calls: 1, failures: 1 });
  });

  it('starts with an empty window after closing: one failure after recovery does not open (PCB-06)', async () => {
    const fleet = new Fleet({ minimumCalls: 1, failureRateThreshold: 1 });
    const breaker = fleet.environment();
    await fail(breaker);
    fleet.clock.advance(OPEN_FOR_CERTAIN_MS);
    for (let probe = 0; probe < 3; probe += 1) await succeed(breaker);
    expect(breaker.snapshot()).toMatchObject({ phase: 'closed', calls: 0, failures: 0, consecutiveFailures: 0 });
    await succeed(breaker);
    await fail(breaker);
    expect(breaker.snapshot().phase).toBe('closed');
  });

  it('reports every failure that counts and every refusal, with the time to wait (PCB-13)', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    await fail(breaker, 5);
    await succeed(breaker);
    expect(fleet.sink.ofType<CircuitFailureEvent>('circuit.failure')).toHaveLength(5);
    const [refusal] = fleet.sink.ofType<CircuitRefusedEvent>('circuit.refused');
    expect(refusal).toMatchObject({ name: 'payments', atMs: fleet.clock.nowMs(), retryAfterMs: breaker.snapshot().retryAfterMs });
  });

  it('ignores client errors, cancellations and refusals by others: they never open it (PCB-12)', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    const harmless = [Object.assign(new Error('bad input'), { statusCode: 422 }), new DOMException('gone', 'AbortError'), new CircuitOpenError('inner', 1)];
    for (const error of [...harmless, ...harmless, ...harmless]) {
      await expect(breaker.execute(() => Promise.reject(error))).rejects.toBe(error);
    }
    expect(breaker.snapshot()).toMatchObject({ phase: 'closed', calls: 0 });
    expect(fleet.sink.events).toStrictEqual([]);
  });

  it('counts an answer of 500 without a throw, and hands it on (PCB-11)', async () => {
    const breaker = new Fleet().environment();
    const answer = { statusCode: 500 };
    for (let call = 0; call < 5; call += 1) await expect(breaker.execute(() => answer)).resolves.toBe(answer);
    expect(breaker.snapshot().phase).toBe('open');
  });

  it('lets the user decide what trips it, also for probes (CB-14)', async () => {
    const fleet = new Fleet({ failureThreshold: 1, shouldTrip: ({ kind }) => kind === 'success' });
    const breaker = fleet.environment();
    await fail(breaker, 3);
    expect(breaker.snapshot().phase).toBe('closed');
    await succeed(breaker);
    expect(breaker.snapshot().phase).toBe('open');
    fleet.clock.advance(OPEN_FOR_CERTAIN_MS);
    await succeed(breaker);
    expect(fleet.changes).toStrictEqual(['closed > open', 'open > half_open', 'half_open > open']);
  });

  it('survives a predicate that throws: the call is ignored, its value returned, the error reported', async () => {
    const error = new Error('broken predicate');
    const fleet = new Fleet({
      failureThreshold: 1,
      shouldTrip: () => {
        throw error;
      },
    });
    const breaker = fleet.environment();
    await expect(succeed(breaker)).resolves.toBe('value');
    expect(fleet.sink.events).toMatchObject([{ type: 'circuit.callback_failed', name: 'payments', error }]);
    expect(breaker.snapshot().calls).toBe(0);
  });

  it('runs synchronous and asynchronous operations, and hands them their context', async () => {
    const breaker = new Fleet({ failureThreshold: 2 }).environment();
    const call = { tenant: 'a' };
    await expect(breaker.execute((given) => given, call)).resolves.toBe(call);
    await expect(breaker.execute((given) => Promise.resolve(given), call)).resolves.toBe(call);
    const sync = () => {
      throw new Error('sync');
    };
    await expect(breaker.execute(sync)).rejects.toThrow('sync');
    await expect(breaker.execute(() => Promise.reject(new Error('async')))).rejects.toThrow('async');
    expect(breaker.snapshot().phase).toBe('open');
  });

  it('counts each permit once, however often it is settled', async () => {
    const breaker = new Fleet().environment();
    const permit = await breaker.acquire({});
    for (let time = 0; time < 9; time += 1) await permit.settle({ kind: 'failure', error: new Error('x') });
    await permit.settle({ kind: 'success', value: 1 });
    expect(breaker.snapshot()).toMatchObject({ phase: 'closed', calls: 1, failures: 1 });
  });

  it('does not count a call that was given up before it reached the dependency', async () => {
    const breaker = new Fleet().environment();
    const permit = await breaker.acquire({});
    await permit.settle(ABANDONED);
    expect(breaker.snapshot().calls).toBe(0);
  });

  it('shows what it knows (PX-15)', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    const startMs = fleet.clock.nowMs();
    await succeed(breaker);
    fleet.clock.advance(10);
    await fail(breaker);
    expect(breaker.snapshot()).toStrictEqual({
      name: 'payments',
      phase: 'closed',
      generation: 0,
      retryAfterMs: 0,
      calls: 2,
      failures: 1,
      failureRate: 0.5,
      consecutiveFailures: 1,
      consecutiveSuccesses: 0,
      lastSuccessAtMs: startMs,
      lastFailureAtMs: fleet.clock.nowMs(),
      changedAtMs: undefined,
      control: undefined,
      activeEnvironments: 1,
    });
  });

  it('lets every call pass and counts nothing when it is switched off (CB-17)', async () => {
    const fleet = new Fleet({ enabled: false });
    const breaker = fleet.environment();
    await fail(breaker, 50);
    await expect(succeed(breaker)).resolves.toBe('value');
    expect(breaker.snapshot()).toMatchObject({ phase: 'closed', calls: 0 });
    expect(fleet.sink.events).toStrictEqual([]);
  });

  it('serves fifty concurrent calls through one instance, and trips once', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    const answers = await Promise.all(Array.from({ length: 50 }, () => tryAcquire(breaker)));
    const permits = answers.filter(isPermit);
    expect(permits).toHaveLength(50);
    await settleAll(permits, { kind: 'failure', error: new Error('x') });
    expect(fleet.changes).toStrictEqual(['closed > open']);
    await expect(succeed(breaker)).resolves.toBeInstanceOf(CircuitOpenError);
  });
});

describe('a refusal', () => {
  it('is synchronous and names the time until the next call may be admitted (PCB-10)', async () => {
    const fleet = new Fleet();
    const breaker = fleet.environment();
    await fail(breaker, 5);
    fleet.clock.advance(7_000);
    await succeed(breaker); // makes the sync that is due
    let error: unknown;
    try {
      void breaker.acquire({});
    } catch (thrown) {
      error = thrown;
    }
    const { retryAfterMs } = breaker.snapshot();
    expect(retryAfterMs).toBeGreaterThanOrEqual(53_000);
    expect(retryAfterMs).toBeLessThanOrEqual(OPEN_FOR_CERTAIN_MS - 7_000);
    expect(error).toMatchObject({ retryAfterMs, headers: { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) } });
  });

  it('is answered by the fallback, which is told why and for which call (CB-15)', async () => {
    const asked: unknown[] = [];
    const fleet = new Fleet({ fallback: (error, call) => asked.push(error.code, call) });
    const breaker = fleet.environment();
    await fail(breaker, 5);
    const call = { operation: 'pay' };
    await expect(breaker.execute(() => 'value', call)).resolves.toBe(2);
    expect(asked).toStrictEqual(['CIRCUIT_OPEN', call]);
  });

  it('with a fallback is still a refusal: its answer is no success, its error no failure', async () => {
    let fallback = (): unknown => Promise.resolve('stale');
    const fleet = new Fleet({ fallback: () => fallback() });
    const breaker = fleet.environment();
    await fail(breaker, 5);
    const before = breaker.snapshot();
    for (let call = 0; call < 10; call += 1) await expect(succeed(breaker)).resolves.toBe('stale');
    fallback = () => {
      throw new Error('no stale answer');
    };
    await expect(breaker.execute(() => 'value')).rejects.toThrow('no stale answer');
    expect(breaker.snapshot()).toStrictEqual(before);
    expect(fleet.changes).toStrictEqual(['closed > open']);
  });

  it('of another circuit inside the operation is not answered by this one\'s fallback', async () => {
    const breaker = new Fleet({ fallback: () => 'stale' }).environment();
    const inner = new CircuitOpenError('inner', 1000);
    await expect(breaker.execute(() => Promise.reject(inner))).rejects.toBe(inner);
  });
});

describe('onStateChange', () => {
  it('is called once per change, after it is stored, and its promise is awaited', async () => {
    const seen: string[] = [];
    const fleet = new Fleet({
      onStateChange: async ({ from, to, generation, shared }) => {
        const stored = await fleet.stored();
        await settled();
        seen.push(`${from} > ${to} ${String(shared && stored.generation === generation)}`);
      },
    });
    const breaker = fleet.environment();
    await fail(breaker, 5);
    expect(seen).toStrictEqual(['closed > open true']);
    fleet.clock.advance(OPEN_FOR_CERTAIN_MS);
    for (let probe = 0; probe < 3; probe += 1) await succeed(breaker);
    expect(seen).toStrictEqual(['closed > open true', 'open > half_open true', 'half_open > closed true']);
  });

  it('touches no call when it throws or rejects (PCB-09)', async () => {
    for (const onStateChange of [() => Promise.reject(new Error('broken')), () => JSON.parse('{')]) {
      const fleet = new Fleet({ onStateChange });
      const breaker = fleet.environment();
      await expect(fail(breaker, 5)).resolves.toMatchObject({ message: 'dependency down' });
      fleet.clock.advance(OPEN_FOR_CERTAIN_MS);
      for (let probe = 0; probe < 3; probe += 1) await expect(succeed(breaker)).resolves.toBe('value');
      expect(breaker.snapshot().phase).toBe('closed');
      expect(fleet.sink.ofType({ type: 'circuit.callback_failed' }.type)).toHaveLength(3);
    }
  });

  it('holds up nobody while it takes its time: not other calls, and not the probe that made the change (PCB-09)', async () => {
    let finish = gate();
    const fleet = new Fleet({ onStateChange: () => finish.promise });
    const breaker = fleet.environment();
    finish.resolve();
    await openAndWait(fleet, breaker);

    finish = gate();
    let ran = false;
    let returned = false;
    const probe = breaker.execute(() => (ran = true)).then(() => (returned = true));
    await settled();
    expect({ ran, returned }).toStrictEqual({ ran: true, returned: false });
    const other = await tryAcquire(breaker);
    expect(isPermit(other)).toBe(true);
    finish.resolve();
    await probe;
    expect(returned).toBe(true);
  });

  it('lets calls of an open circuit be refused at once while it is being told about it (PCB-09)', async () => {
    const finish = gate();
    const breaker = new Fleet({ onStateChange: () => finish.promise }).environment();
    const failing = fail(breaker, 5);
    await settled();
    expect(breaker.snapshot().phase).toBe('open');
    await expect(succeed(breaker)).resolves.toBeInstanceOf(CircuitOpenError);
    finish.resolve();
    await failing;
  });

  it('may use the circuit breaker itself (PCB-09)', async () => {
    const answers: unknown[] = [];
    const fleet = new Fleet({
      onStateChange: async () => {
        answers.push(await succeed(breaker));
      },
    });
    const breaker: CircuitBreaker = fleet.environment();
    await fail(breaker, 5);
    expect(answers).toStrictEqual([expect.any(CircuitOpenError)]);
  });
});
