import type { CallContext } from '../../../runtime/src/core/call-context.ts';
import { ABANDONED, type Outcome } from '../../../runtime/src/core/outcome.ts';
import { StoreUnavailableError } from '../../../runtime/src/core/store-unavailable.ts';
import { RateLimitedError } from '../../../runtime/src/rate-limit/errors.ts';
import { MemoryRateLimitStore } from '../../../runtime/src/rate-limit/memory-store.ts';
import { resolveRateLimitOptions, type RateLimitOptions } from '../../../runtime/src/rate-limit/options.ts';
import { RateLimiter, type LimitPermit } from '../../../runtime/src/rate-limit/policy.ts';
import type { Marks } from '../../../runtime/src/rate-limit/rule.ts';
import type { Split, TakeCommand, TakeDecision } from '../../../runtime/src/rate-limit/state.ts';
import type { KeyChange, KeyPart, RateLimitStore, StoreRequest } from '../../../runtime/src/rate-limit/store.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';

/** A request to take tokens, as the store got it. */
export interface Take extends TakeCommand {
  readonly at: KeyPart;
  readonly request: StoreRequest;
}

/** A store that counts what it is asked and, on demand, fails, loses its answers or keeps its askers waiting. */
export class WatchedStore implements RateLimitStore {
  readonly shared = true;
  readonly inner: RateLimitStore;
  /** What requests fail with; undefined while the store answers. */
  failure: Error | undefined;
  /** Whether requests that fail have been carried out all the same. */
  losesAnswers = false;
  /** Whether requests for tokens alone fail. */
  failsTakesAlone = false;
  readonly takes: Take[] = [];
  readonly changes: { readonly at: KeyPart; readonly change: KeyChange }[] = [];
  readonly grown: { readonly at: KeyPart; readonly to: Split }[] = [];
  readonly sown: KeyPart[] = [];
  reads = 0;
  #held: Promise<void> | undefined;

  constructor(inner: RateLimitStore = new MemoryRateLimitStore({ shared: true })) {
    this.inner = inner;
  }

  /** Requests of any kind so far. */
  get requests(): number {
    return this.takes.length + this.changes.length + this.grown.length + this.sown.length + this.reads;
  }

  /** Makes every answer from now on wait until the returned function is called. What is asked is decided at once. */
  hold(): () => void {
    let release = (): void => undefined;
    this.#held = new Promise((resolve) => {
      release = () => {
        this.#held = undefined;
        resolve();
      };
    });
    return release;
  }

  /** Makes every request fail as a store does that cannot be reached. */
  breakDown(reason: StoreUnavailableError['reason'] = 'unreachable'): void {
    this.failure = new StoreUnavailableError(reason);
  }

  /** Answers again. */
  recover(): void {
    this.failure = undefined;
  }

  take(at: KeyPart, command: TakeCommand, known: Marks, request: StoreRequest): Promise<TakeDecision> {
    this.takes.push({ ...command, at, request });
    return this.#answer(() => this.inner.take(at, command, known, request), true);
  }

  read(at: KeyPart, request: StoreRequest): Promise<Marks> {
    this.reads += 1;
    return this.#answer(() => this.inner.read(at, request));
  }

  change(at: KeyPart, change: KeyChange, request: StoreRequest): Promise<Marks> {
    this.changes.push({ at, change });
    return this.#answer(() => this.inner.change(at, change, request));
  }

  grow(at: KeyPart, known: Marks, from: Split, to: Split, request: StoreRequest): Promise<Marks> {
    this.grown.push({ at, to });
    return this.#answer(() => this.inner.grow(at, known, from, to, request));
  }

  sow(at: KeyPart, marks: Marks, request: StoreRequest): Promise<Marks> {
    this.sown.push(at);
    return this.#answer(() => this.inner.sow(at, marks, request));
  }

  async #answer<T>(decide: () => Promise<T>, isTake = false): Promise<T> {
    const held = this.#held;
    const failure = isTake || !this.failsTakesAlone ? this.failure : undefined;
    if (failure !== undefined && !this.losesAnswers) throw failure;
    const answer = await decide();
    await held;
    if (failure !== undefined) throw failure;
    return answer;
  }
}

/** Environments of one function: they share a store and a clock, and nothing else. */
export class LimiterFleet {
  readonly clock = new ManualClock();
  readonly sink = new RecordingSink();
  readonly store: WatchedStore;
  /** Lengths of the waits that environments asked for, in milliseconds. Time passes, nobody waits. */
  readonly sleeps: number[] = [];
  readonly #options: RateLimitOptions;
  #seed: number;

  constructor(options: Partial<RateLimitOptions> = {}, store: WatchedStore = new WatchedStore(), seed = 1) {
    this.#options = { name: 'api', limits: [{ limit: 10, periodMs: 1000 }], clockSkewMs: 0, ...options };
    this.store = store;
    this.#seed = seed * 1000;
  }

  /** One more environment, with a seed of its own. */
  environment(): RateLimiter {
    const random = new SeededRandom((this.#seed += 1));
    const { store, clock, sink } = this;
    const sleep = (durationMs: number) => {
      this.sleeps.push(durationMs);
      clock.advance(durationMs);
      return Promise.resolve();
    };
    return new RateLimiter(resolveRateLimitOptions(this.#options), { store, clock, random, sink, sleep });
  }

  /** Several more environments. */
  environments(count: number): RateLimiter[] {
    return Array.from({ length: count }, () => this.environment());
  }
}

/** Asks for a permit and throws nothing: the permit, or the error of the refusal. Stays synchronous where the limiter does. */
export function ask(limiter: RateLimiter, call: CallContext = {}): LimitPermit | RateLimitedError | Promise<LimitPermit | RateLimitedError> {
  try {
    const permit = limiter.acquire(call);
    return permit instanceof Promise ? permit.catch(refusalOf) : permit;
  } catch (error) {
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): RateLimitedError {
  if (error instanceof RateLimitedError) return error;
  throw error;
}

/** Whether what `ask` returned is a permit. */
export function isPermit(answer: unknown): answer is LimitPermit {
  return answer !== undefined && !(answer instanceof Error) && !(answer instanceof Promise);
}

const SUCCESS: Outcome = { kind: 'success', value: undefined };

/** Makes calls one after the other, at one instant. Returns how many were admitted. */
export async function admitted(limiter: RateLimiter, calls: number, call?: CallContext): Promise<number> {
  let count = 0;
  for (let index = 0; index < calls; index += 1) {
    const answer = await ask(limiter, call);
    if (!isPermit(answer)) continue;
    count += 1;
    await answer.settle(SUCCESS);
  }
  return count;
}

/** Makes a call and gives it up before it reaches what the limiter guards. */
export async function abandon(limiter: RateLimiter, call?: CallContext): Promise<boolean> {
  const answer = await ask(limiter, call);
  if (!isPermit(answer)) return false;
  await answer.settle(ABANDONED);
  return true;
}

/** Makes calls at a steady pace. Returns how many were admitted. */
export async function steadily(fleet: LimiterFleet, limiters: readonly RateLimiter[], everyMs: number, forMs: number): Promise<number> {
  let count = 0;
  for (let passedMs = 0; passedMs < forMs; passedMs += everyMs) {
    for (const limiter of limiters) count += await admitted(limiter, 1);
    fleet.clock.advance(everyMs);
  }
  return count;
}

/** Lets everything that is ready to run do so. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A bucket that is told what was admitted, and never refuses: what it holds is the most that was ever out at once. */
export class ShadowBucket {
  readonly #perMs: number;
  #debt = 0;
  #atMs = -Infinity;
  /** Most tokens that were ever out beyond what time had paid for. */
  most = 0;

  constructor({ limit, periodMs }: { readonly limit: number; readonly periodMs: number }) {
    this.#perMs = limit / periodMs;
  }

  /** Notes tokens that were spent. Instants must not fall. */
  spend(tokens: number, atMs: number): void {
    this.#debt = Math.max(0, this.#debt - (atMs - this.#atMs) * this.#perMs) + tokens;
    this.#atMs = atMs;
    this.most = Math.max(this.most, this.#debt);
  }
}
