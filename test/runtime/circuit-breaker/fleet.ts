import type { ControlAction } from '../../../runtime/src/circuit-breaker/control.ts';
import { MemoryCircuitStore } from '../../../runtime/src/circuit-breaker/memory-store.ts';
import { resolveCircuitBreakerOptions, type CircuitBreakerOptions } from '../../../runtime/src/circuit-breaker/options.ts';
import { CircuitBreaker } from '../../../runtime/src/circuit-breaker/policy.ts';
import type { CircuitStateChangedEvent } from '../../../runtime/src/circuit-breaker/events.ts';
import type { Counters } from '../../../runtime/src/circuit-breaker/evidence.ts';
import type { CircuitCommand, CircuitDecision, CircuitState } from '../../../runtime/src/circuit-breaker/state.ts';
import type { CircuitStore, FleetPicture, StoreRequest } from '../../../runtime/src/circuit-breaker/store.ts';
import type { CallContext } from '../../../runtime/src/core/call-context.ts';
import type { Permit } from '../../../runtime/src/core/gate.ts';
import type { Outcome } from '../../../runtime/src/core/outcome.ts';
import { StoreUnavailableError } from '../../../runtime/src/core/store-unavailable.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';

/** The longest open period at the default duration, jitter and the spread of first probes included. */
export const OPEN_FOR_CERTAIN_MS = 60_000 * 1.1 + 500;
/** Longest time after which a caller that got no probe asks again. */
export const PROBE_RETRY_MS = 700;

/** Longest time that an environment refuses after failures in a row. */
export const HOLD_MS = 1100;

/** A call of every environment each quarter of a second, until each has spoken to the store twice. */
const STEP_MS = 250;
const ACQUAINTED_AFTER_STEPS = 10;

/** A store that counts what it is asked and, on demand, fails or keeps its askers waiting. */
export class DemandingStore implements CircuitStore {
  readonly shared = true;
  /** What every request fails with; undefined while the store answers. */
  failure: Error | undefined;
  readonly reads: StoreRequest[] = [];
  readonly syncs: (StoreRequest & { readonly report: Counters })[] = [];
  readonly commands: (CircuitCommand & { readonly request: StoreRequest })[] = [];
  #inner = new MemoryCircuitStore({ shared: true });
  #held: Promise<void> | undefined;

  /** Makes every answer from now on wait until the returned function is called. What is asked is decided at once. */
  hold(): () => void {
    const { promise, resolve } = gate();
    this.#held = promise;
    return () => {
      this.#held = undefined;
      resolve();
    };
  }

  /** Makes every request fail as a store does that cannot be reached. */
  breakDown(): void {
    this.failure = new StoreUnavailableError('unreachable');
  }

  /** Loses everything, as a table does whose items TTL deletes. */
  forget(): void {
    this.#inner = new MemoryCircuitStore({ shared: true });
  }

  read(name: string, request: StoreRequest): Promise<FleetPicture> {
    this.reads.push(request);
    return this.#answer(() => this.#inner.read(name));
  }

  sync(name: string, report: Counters, known: FleetPicture, request: StoreRequest): Promise<FleetPicture> {
    this.syncs.push({ ...request, report });
    return this.#answer(() => this.#inner.sync(name, report, known, request));
  }

  apply(name: string, command: CircuitCommand, known: CircuitState, request: StoreRequest): Promise<CircuitDecision> {
    this.commands.push({ ...command, request });
    return this.#answer(() => this.#inner.apply(name, command, known, request));
  }

  control(name: string, action: ControlAction, request: StoreRequest): Promise<FleetPicture> {
    return this.#answer(() => this.#inner.control(name, action, request));
  }

  async #answer<T>(decide: () => Promise<T>): Promise<T> {
    const held = this.#held;
    if (this.failure !== undefined) throw this.failure;
    const answer = await decide();
    await held;
    return answer;
  }
}

/** Environments of one function: they share a store and a clock, and nothing else. */
export class Fleet {
  readonly clock = new ManualClock();
  readonly sink = new RecordingSink();
  /** Lengths of the waits that environments asked for, in milliseconds. Nobody waits. */
  readonly sleeps: number[] = [];
  readonly store: CircuitStore;
  readonly #options: CircuitBreakerOptions;
  #seed: number;

  constructor(options: Partial<CircuitBreakerOptions> = {}, store: CircuitStore = new MemoryCircuitStore({ shared: true }), seed = 1) {
    this.#options = { name: 'payments', ...options };
    this.store = store;
    this.#seed = seed * 1000;
  }

  /** One more environment, with a seed of its own. */
  environment(): CircuitBreaker {
    const random = new SeededRandom((this.#seed += 1));
    const { store, clock, sink } = this;
    const sleep = (durationMs: number) => {
      this.sleeps.push(durationMs);
      return Promise.resolve();
    };
    return new CircuitBreaker(resolveCircuitBreakerOptions(this.#options), { store, clock, random, sink, sleep });
  }

  /** Several more environments. */
  environments(count: number): CircuitBreaker[] {
    return Array.from({ length: count }, () => this.environment());
  }

  /** Several more environments that have worked for some seconds: they know how many they are and how much they call. */
  async acquainted(count: number): Promise<CircuitBreaker[]> {
    const breakers = this.environments(count);
    for (let step = 0; step < ACQUAINTED_AFTER_STEPS; step += 1) {
      await Promise.all(breakers.map((breaker) => succeed(breaker)));
      this.clock.advance(STEP_MS);
    }
    return breakers;
  }

  /** The circuit as stored. */
  async stored(): Promise<CircuitState> {
    return (await this.store.read('payments', { nowMs: this.clock.nowMs() })).state;
  }

  /** The changes of phase reported so far, as `from > to`. */
  get changes(): string[] {
    return this.stateChanges.map(({ from, to }) => `${from} > ${to}`);
  }

  /** The changes of phase reported so far. */
  get stateChanges(): CircuitStateChangedEvent[] {
    return this.sink.ofType<CircuitStateChangedEvent>('circuit.state_changed');
  }
}

/** Makes a call that succeeds. Returns its value, or the error that the caller got. */
export async function succeed(breaker: CircuitBreaker, call?: CallContext): Promise<unknown> {
  return breaker.execute(() => 'value', call).catch((error: unknown) => error);
}

/** Makes calls that fail, one after the other. Returns what the caller got last. */
export async function fail(breaker: CircuitBreaker, times = 1, call?: CallContext): Promise<unknown> {
  let last: unknown;
  for (let time = 0; time < times; time += 1) {
    const failing = () => Promise.reject(new Error('dependency down'));
    last = await breaker.execute(failing, call).catch((error: unknown) => error);
  }
  return last;
}

/** Asks for a permit and throws nothing: the permit, or the error of the refusal. */
export async function tryAcquire(breaker: CircuitBreaker, call: CallContext = {}): Promise<Permit | Error> {
  try {
    return await breaker.acquire(call);
  } catch (error) {
    return error as Error;
  }
}

/** Whether what `tryAcquire` returned is a permit. */
export function isPermit(answer: Permit | Error): answer is Permit {
  return !(answer instanceof Error);
}

/** Fails calls until the circuit is open, then lets the open period pass. */
export async function openAndWait(fleet: Fleet, breaker: CircuitBreaker): Promise<void> {
  await fail(breaker, 5);
  fleet.clock.advance(OPEN_FOR_CERTAIN_MS);
}

/** Fails calls of all environments at once until their circuit is open. Each has to fail a few times. */
export async function failAll(breakers: readonly CircuitBreaker[]): Promise<void> {
  await Promise.all(breakers.map((breaker) => fail(breaker, 5)));
}

/** Settles permits all at once. */
export async function settleAll(permits: readonly Permit[], outcome: Outcome): Promise<void> {
  await Promise.all(permits.map(async (permit) => permit.settle(outcome)));
}

/** A promise, and what fulfils it. */
export interface Gate {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

/** Makes a promise that is fulfilled on demand. */
export function gate(): Gate {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

/** Lets everything that is ready to run do so. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
