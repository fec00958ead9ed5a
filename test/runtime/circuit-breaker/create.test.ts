import { afterEach, describe, expect, it } from '@jest/globals';
import { createCircuitBreaker, type CircuitBreakerDependencies } from '../../../runtime/src/circuit-breaker/create.ts';
import type { CircuitCreatedEvent } from '../../../runtime/src/circuit-breaker/events.ts';
import { MemoryCircuitStore } from '../../../runtime/src/circuit-breaker/memory-store.ts';
import type { CircuitBreakerOptions } from '../../../runtime/src/circuit-breaker/options.ts';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import type { EventSink, StoreErrorEvent } from '../../../runtime/src/core/events.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { fail, succeed } from './fleet.ts';
import { recogniseErrorsOfNode } from './foreign-errors.ts';

const CONFIGURATION = CONTRACT.environment.configuration.name;
const TABLE = CONTRACT.environment.circuitTable.name;

/** The environment variables of a function whose stack declares circuits. */
function declaring(circuits: unknown, table?: string): Record<string, string> {
  const document = JSON.stringify({ version: CONTRACT.version, circuits });
  return { [CONFIGURATION]: document, ...(table !== undefined && { [TABLE]: table }) };
}

/** Everything that keeps a test off the machine: its environment variables, clock, chance and console. */
function given(environment: Record<string, string>, more: CircuitBreakerDependencies = {}): CircuitBreakerDependencies {
  return { environment, clock: new ManualClock(), random: new SeededRandom(1), sink: new RecordingSink(), ...more };
}

function problemsOf(options: CircuitBreakerOptions, dependencies: CircuitBreakerDependencies): readonly string[] {
  try {
    createCircuitBreaker(options, dependencies);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/** Failures in a row after which the circuit is open. */
async function failuresToOpen(options: CircuitBreakerOptions, dependencies: CircuitBreakerDependencies): Promise<number> {
  const breaker = createCircuitBreaker(options, dependencies);
  for (let failures = 1; failures <= 50; failures += 1) {
    await fail(breaker);
    if (breaker.snapshot().phase === 'open') return failures;
  }
  return Infinity;
}

describe('a circuit breaker created in a function', () => {
  const declared = declaring({ payments: { failureThreshold: 3, minimumCalls: 1000 } }, 'circuits');
  const store = () => ({ store: new MemoryCircuitStore({ shared: true }) });

  it('has the options that the stack declared for its name', async () => {
    await expect(failuresToOpen({ name: 'payments' }, given(declared, store()))).resolves.toBe(3);
  });

  it('has the options of the code where both say something, and the others from the stack', async () => {
    const options = { name: 'payments', failureThreshold: 7 };
    await expect(failuresToOpen(options, given(declared, store()))).resolves.toBe(7);
    await expect(failuresToOpen({ name: 'payments', minimumCalls: 2 }, given(declared, store()))).resolves.toBe(2);
  });

  it('takes undefined in the code for not set', async () => {
    const options = { name: 'payments', failureThreshold: undefined };
    await expect(failuresToOpen(options, given(declared, store()))).resolves.toBe(3);
  });

  it('has the defaults without any declaration', async () => {
    await expect(failuresToOpen({ name: 'payments' }, given({}, store()))).resolves.toBe(5);
    await expect(failuresToOpen({ name: 'payments' }, given(declaring({ payments: {} }), store()))).resolves.toBe(5);
  });

  it('may be switched off by the stack', async () => {
    const environment = declaring({ payments: { enabled: false } });
    await expect(failuresToOpen({ name: 'payments' }, given(environment))).resolves.toBe(Infinity);
  });

  it('keeps its circuit to itself, and needs no table, where it is not shared', async () => {
    const sink = new RecordingSink();
    const environment = declaring({ payments: { shared: false } });
    await expect(failuresToOpen({ name: 'payments' }, given(environment, { sink }))).resolves.toBe(5);
    expect(sink.ofType({ type: 'circuit.state_changed' }.type)).toMatchObject([{ to: 'open', shared: false }]);
  });

  it('never lets a sink that throws touch a call', async () => {
    const sink: EventSink = {
      emit: () => {
        throw new Error('broken sink');
      },
    };
    await expect(failuresToOpen({ name: 'payments' }, given(declared, { ...store(), sink }))).resolves.toBe(5 - 2);
  });
});

describe('the creation of a circuit breaker', () => {
  const createdIn = (sink: RecordingSink) => sink.ofType<CircuitCreatedEvent>('circuit.created');

  it('is reported with its failure threshold and its open period (LO-01)', () => {
    const sink = new RecordingSink();
    const clock = new ManualClock();
    const environment = declaring({ payments: { failureThreshold: 3 } }, 'circuits');
    createCircuitBreaker({ name: 'payments', openDurationMs: 5000 }, given(environment, { sink, clock }));
    expect(sink.events).toStrictEqual([
      { type: 'circuit.created', name: 'payments', atMs: clock.nowMs(), failureThreshold: 3, openDurationMs: 5000, shared: true },
    ]);
  });

  it('is reported once, however many tenants and operations have circuits of their own (LO-01)', async () => {
    const sink = new RecordingSink();
    const breaker = createCircuitBreaker({ name: 'payments', shared: false, perTenant: true, perOperation: true }, given({}, { sink }));
    for (const tenant of ['a', 'b', 'c']) await succeed(breaker, { tenant, operation: 'pay' });
    expect(createdIn(sink)).toMatchObject([{ name: 'payments', shared: false }]);
  });

  it('is not reported where it is switched off, for then there is no circuit', () => {
    const sink = new RecordingSink();
    createCircuitBreaker({ name: 'payments', enabled: false }, given({}, { sink }));
    expect(sink.events).toStrictEqual([]);
  });
});

describe('a circuit breaker is refused', () => {
  it('under a name that the stack does not declare, with those it does', () => {
    const environment = declaring({ payments: {}, stock: {} }, 'circuits');
    expect(problemsOf({ name: 'payment' }, given(environment))).toStrictEqual([expect.stringMatching(/"payment".*not declare.*payments, stock/)]);
    expect(problemsOf({ name: 'payments' }, given(environment))).toStrictEqual([]);
  });

  it('under the name of something that every object has', () => {
    for (const name of ['constructor', 'toString', 'valueOf']) {
      expect(problemsOf({ name }, given(declaring({}, 'circuits')))).toStrictEqual([expect.stringContaining('does not declare')]);
    }
  });

  it('without a table', () => {
    expect(problemsOf({ name: 'payments' }, given({}))).toStrictEqual([expect.stringContaining(TABLE)]);
    expect(problemsOf({ name: 'payments' }, given({ [TABLE]: '' }))).toStrictEqual([expect.stringContaining(TABLE)]);
    expect(problemsOf({ name: 'payments' }, given({ [TABLE]: 'circuits' }))).toStrictEqual([]);
    expect(problemsOf({ name: 'payments', enabled: false }, given({}))).toStrictEqual([]);
    expect(problemsOf({ name: 'payments', shared: false }, given({}))).toStrictEqual([]);
  });

  it('with every problem at once: its options, its name and its table', () => {
    const options = { name: 'payment', failureThreshold: 0 };
    const dependencies = given(declaring({ payments: {} }));
    expect(problemsOf(options, dependencies)).toHaveLength(3);
    for (const part of ['options.failureThreshold is 0', '"payment"', TABLE]) {
      expect(() => createCircuitBreaker(options, dependencies)).toThrow(part);
    }
  });

  it.each([undefined, null, 'payments'])('with %p for options, in words', (options) => {
    expect(problemsOf(options as unknown as CircuitBreakerOptions, given({}))).toStrictEqual([expect.stringContaining('pass an object')]);
  });

  it.each([
    ['that is not JSON', '{"version":', 'not JSON'],
    ['that is no object', '[]', 'an object'],
    ['of another version', JSON.stringify({ version: 99, circuits: {} }), 'version is 99'],
    ['without a version', JSON.stringify({ circuits: {} }), 'version is undefined'],
    ['with an unknown part', JSON.stringify({ version: CONTRACT.version, circuit: {} }), 'circuit is not an option'],
    ['with an option out of range', JSON.stringify({ version: CONTRACT.version, circuits: { a: { minimumCalls: 0 } } }), 'circuits.a.minimumCalls is 0'],
  ])('with a configuration %s', (_title, text, problem) => {
    const problems = problemsOf({ name: 'payments' }, given({ [CONFIGURATION]: text, [TABLE]: 'circuits' }));
    expect(problems).toStrictEqual([expect.stringContaining(problem)]);
  });
});

describe('circuit breakers on a table', () => {
  const before = { ...process.env };

  afterEach(() => {
    process.env = { ...before };
  });

  /** What circuits report when each makes one call and nothing listens where the table should be. */
  async function storeErrors(circuits: readonly (readonly [name: string, table: string, sink: RecordingSink])[]): Promise<string[]> {
    recogniseErrorsOfNode();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'LOCALACCESSKEY',
      AWS_SECRET_ACCESS_KEY: 'LOCALSECRETKEY',
    });
    for (const [name, table, sink] of circuits) {
      const breaker = createCircuitBreaker({ name }, given({ [TABLE]: table }, { sink }));
      await expect(succeed(breaker)).resolves.toBe('value');
    }
    const sinks = new Set(circuits.map(([, , sink]) => sink));
    return [...sinks].flatMap((sink) => sink.ofType<StoreErrorEvent>('store.error').map(({ name, reason }) => `${name} ${reason}`));
  }

  it('share one client, so that what one learns about the table spares the others its timeout', async () => {
    const sink = new RecordingSink();
    const errors = await storeErrors([['payments', 'circuits', sink], ['stock', 'circuits', sink]]);
    expect(errors).toStrictEqual(['circuits unreachable', 'circuits paused']);
  });

  it('have a client for each table', async () => {
    const sink = new RecordingSink();
    const errors = await storeErrors([['payments', 'one', sink], ['stock', 'other', sink]]);
    expect(errors).toStrictEqual(['one unreachable', 'other unreachable']);
  });

  it('have a client for each sink, so that errors are reported where they belong', async () => {
    const [one, other] = [new RecordingSink(), new RecordingSink()];
    const errors = await storeErrors([['payments', 'circuits', one], ['stock', 'circuits', other]]);
    expect(errors).toStrictEqual(['circuits unreachable', 'circuits unreachable']);
  });
});
