import type { CallContext } from '../core/call-context.ts';
import { StoreUnavailableError } from '../core/store-unavailable.ts';
import { KnownDecision, type LimitDecision } from './decision.ts';
import { Lease, type Unspent } from './lease.ts';
import { LASTING_MS, type LeasePlan } from './lease-plan.ts';
import type { Marks, Rule } from './rule.ts';
import type { TakeDecision } from './state.ts';
import type { StoreRequest } from './store.ts';
import { StoredKey, type StoredKeyContext } from './stored-key.ts';
import { TokensInHand } from './tokens-in-hand.ts';
import { windowEndsAtMs } from './window.ts';

/** What the keys of one limiter have in common. */
export interface LimitedKeyContext extends StoredKeyContext {
  /** Told of each call that is decided without the store. */
  readonly onDegraded: () => void;
  /** Told of every answer of the store. */
  readonly onAnswer: (key: LimitedKey) => void;
}

/** A decision, and the lease that its tokens came from. */
export interface Admission {
  readonly decision: KnownDecision;
  readonly lease: Lease | undefined;
}

/** A call that waits for an answer of the store. */
interface Waiting {
  readonly tokens: number;
  readonly deadlineMs: number | undefined;
  readonly resolve: (admission: Admission) => void;
}

/** Windows from this length on are left for the next one if an answer comes after their end. */
const SHORTEST_WAITED_FOR_MS = 1000;

/** What is there has to be this much for a request that nobody waits for to be made again. */
const WORTH_ASKING_AGAIN = 10;

/** A caller turned away because the store does not answer may come back after this. */
const DENIED_RETRY_MS = 1000;

/**
 * One key as one environment limits it: the tokens in hand, and at most one request for more at a time. Calls that come
 * meanwhile wait for its answer and are asked for together.
 */
export class LimitedKey {
  readonly stored: StoredKey;
  readonly #context: LimitedKeyContext;
  readonly #inHand = new TokensInHand();
  #waiting: Waiting[] = [];
  #asking: Promise<void> | undefined;

  constructor(key: string, rules: readonly Rule[], context: LimitedKeyContext) {
    this.stored = new StoredKey(key, rules, context);
    this.#context = context;
  }

  /** The request to the store that is under way, for whoever has to wait until it is over. Never rejects. */
  get asking(): Promise<void> | undefined {
    return this.#asking;
  }

  /** Decides a call. Synchronous if tokens are in hand, or if it is known that none can be there. */
  decide(tokens: number, call: CallContext): Admission | Promise<Admission> {
    const nowMs = this.#nowMs();
    this.stored.demand.note(tokens, nowMs);
    if (this.#waiting.length === 0) {
      const known = this.#decideFromHand(tokens, nowMs);
      if (known !== undefined) return known;
    }
    return new Promise((resolve) => {
      this.#waiting.push({ tokens, deadlineMs: call.deadlineMs, resolve });
      this.#asking ??= this.#ask(call);
    });
  }

  /** Asks for tokens before they are missed, if by the time of the next call none will be in hand. */
  askAhead(call: CallContext): void {
    if (this.#asking !== undefined) return;
    const nowMs = this.#nowMs();
    // A burst has the last tokens for itself: a lease that they are too few for would be refused, and then those who need them.
    if (this.stored.demand.lastsMs(nowMs) < LASTING_MS) return;
    const nextAtMs = nowMs + 1 / this.stored.demand.ratePerMs(nowMs);
    if (this.#inHand.available(nextAtMs) > 0 || this.#readyAtMs(1, nowMs) > nowMs) return;
    if (this.stored.plan(0, nowMs).termMs > 0) this.#asking = this.#ask(call);
  }

  /** Takes back the tokens of a call that shall not count. */
  takeBack(tokens: number, lease: Lease): void {
    this.#inHand.takeBack(tokens, lease);
  }

  /** Gives up the tokens in hand, and answers with those that can go back. */
  giveUp(): readonly Unspent[] {
    return this.#inHand.giveUp();
  }

  /** How the key stands, as far as is known. */
  status(nowMs: number): LimitDecision {
    const readyMs = this.#readyAtMs(1, nowMs);
    return this.#decision(this.#inHand.available(nowMs) > 0 || readyMs <= nowMs ? undefined : readyMs, nowMs);
  }

  /** Takes note of what is stored after a change. */
  know(marks: Marks): void {
    this.stored.know(marks, this.#nowMs());
  }

  #nowMs(): number {
    return this.#context.clock.nowMs();
  }

  #readyAtMs(tokens: number, nowMs: number): number {
    return this.stored.readyAtMs(tokens, nowMs, this.#inHand.returned);
  }

  #decideFromHand(tokens: number, nowMs: number): Admission | undefined {
    const lease = this.#inHand.spend(tokens, nowMs);
    if (lease !== undefined) return { decision: this.#decision(undefined, nowMs), lease };
    const readyMs = this.#readyAtMs(tokens, nowMs);
    return readyMs > nowMs ? { decision: this.#decision(readyMs, nowMs), lease: undefined } : undefined;
  }

  /** @param readyMs When the tokens can be there; undefined if they were. */
  #decision(readyMs: number | undefined, nowMs: number): KnownDecision {
    const { rules, marks, shards } = this.stored;
    const waitMs = readyMs === undefined || readyMs === Infinity ? undefined : Math.max(1, readyMs - nowMs);
    return new KnownDecision(readyMs === undefined, waitMs, { rules, marks, shards, nowMs, inHand: this.#inHand.available(nowMs) });
  }

  async #ask({ deadlineMs }: CallContext): Promise<void> {
    if (this.#waiting.length === 0) await this.#askFor(0, { nowMs: this.#nowMs(), deadlineMs });
    for (;;) {
      const nowMs = this.#nowMs();
      this.#serveFromHand(nowMs);
      if (this.#waiting.length === 0) break;
      await this.#askFor(this.#waiting.length, { nowMs, deadlineMs: this.#latestDeadlineMs() });
    }
    this.#asking = undefined;
  }

  /** The answer is of use as long as one of those who wait for it can use it. */
  #latestDeadlineMs(): number | undefined {
    const latestMs = Math.max(...this.#waiting.map(({ deadlineMs = Infinity }) => deadlineMs));
    return latestMs === Infinity ? undefined : latestMs;
  }

  #serveFromHand(nowMs: number): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) {
      const admission = this.#decideFromHand(each.tokens, nowMs);
      if (admission === undefined) this.#waiting.push(each);
      else each.resolve(admission);
    }
  }

  /** Asks for the first calls that wait. Each of them has its answer afterwards. */
  async #askFor(calls: number, request: StoreRequest): Promise<void> {
    try {
      const { decision, plan } = await this.#take(calls, request);
      if (decision.outcome === 'granted' && this.#isOver(request.nowMs)) return this.#inHand.forgetReturned();
      if (decision.outcome === 'granted') this.#granted(calls, plan, decision, request);
      else this.#refused(calls);
      await this.stored.watch(decision, request);
    } catch (error) {
      // The tokens that were to go back may have gone: sent once more they would be minted.
      this.#inHand.forgetReturned();
      // An item that gets too many requests is in use, not out of use: to go on without it would admit what it did not.
      if (isThrottled(error) && this.#context.options.onStoreFailure === 'local') this.#refused(calls);
      else this.#degraded(calls);
      await this.stored.failed(error, request);
    }
    this.#context.onAnswer(this);
  }

  /** Asks for what the plan says and, where that is not there, once more for what is. */
  async #take(calls: number, request: StoreRequest): Promise<{ decision: TakeDecision; plan: LeasePlan }> {
    const { nowMs } = request;
    const wanted = this.#waiting.slice(0, calls).reduce((sum, { tokens }) => sum + tokens, 0);
    const plan = this.stored.plan(wanted, nowMs);
    const decision = await this.stored.take(plan, this.#inHand.returned, request);
    if (decision.outcome === 'granted') return { decision, plan };
    const fewer = this.#planFewer(calls, nowMs);
    if (fewer === undefined || fewer.tokens >= plan.tokens) return { decision, plan };
    return { decision: await this.stored.take(fewer, this.#inHand.returned, request), plan: fewer };
  }

  /** What to ask for where less is there than was wanted; undefined if it would serve nobody. */
  #planFewer(calls: number, nowMs: number): LeasePlan | undefined {
    const there = this.stored.there(nowMs, this.#inHand.returned);
    let served = 0;
    for (const { tokens } of this.#waiting.slice(0, calls)) if (served + tokens <= there) served += tokens;
    if (calls > 0 ? served === 0 : there < WORTH_ASKING_AGAIN) return undefined;
    const lease = this.stored.plan(served, nowMs);
    return { ...lease, tokens: Math.max(served, Math.min(lease.tokens, there)) };
  }

  #granted(calls: number, { tokens, termMs, aheadMs }: LeasePlan, { marks }: TakeDecision, { nowMs }: StoreRequest): void {
    this.#inHand.forgetReturned();
    const { shards, terms, at } = this.stored;
    const lease = new Lease({ tokens, askedAtMs: nowMs + aheadMs, termMs, shards, part: at.part, reserveMs: terms.reserveMs, marks });
    let left = tokens;
    const served: Waiting[] = [];
    const others: Waiting[] = [];
    for (const each of this.#waiting.splice(0, calls)) {
      const isThere = each.tokens <= left;
      (isThere ? served : others).push(each);
      if (!isThere) continue;
      left -= each.tokens;
      lease.spendAtOnce(each.tokens);
    }
    this.#inHand.add(lease);
    for (const each of served) each.resolve({ decision: this.#decision(undefined, nowMs), lease });
    for (const each of others) this.#refuse(each);
  }

  /** Whether a window has ended while tokens of it were on their way: whoever waits has to be asked for anew. */
  #isOver(askedAtMs: number): boolean {
    const nowMs = this.#nowMs();
    return this.stored.rules.some((rule) => {
      // Of shorter windows the next one would be over as well.
      if (rule.strategy === 'token-bucket' || rule.periodMs < SHORTEST_WAITED_FOR_MS) return false;
      return windowEndsAtMs(rule, askedAtMs) <= nowMs;
    });
  }

  #refused(calls: number): void {
    this.stored.backOff(calls === 0);
    for (const each of this.#waiting.splice(0, calls)) this.#refuse(each);
  }

  #refuse({ tokens, resolve }: Waiting): void {
    const nowMs = this.#nowMs();
    resolve({ decision: this.#decision(Math.max(this.#readyAtMs(tokens, nowMs), nowMs + 1), nowMs), lease: undefined });
  }

  #degraded(calls: number): void {
    const nowMs = this.#nowMs();
    for (const { tokens, resolve } of this.#waiting.splice(0, calls)) {
      this.#context.onDegraded();
      const waitMs = this.#waitWithoutStore(tokens, nowMs);
      resolve({ decision: this.#decision(waitMs === 0 ? undefined : nowMs + waitMs, nowMs), lease: undefined });
    }
  }

  #waitWithoutStore(tokens: number, nowMs: number): number {
    const { onStoreFailure } = this.#context.options;
    if (onStoreFailure === 'allow') return 0;
    return onStoreFailure === 'deny' ? DENIED_RETRY_MS : this.stored.takeLocally(tokens, nowMs);
  }
}

function isThrottled(error: unknown): boolean {
  return error instanceof StoreUnavailableError && error.reason === 'throttled';
}
