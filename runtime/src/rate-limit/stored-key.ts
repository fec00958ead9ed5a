import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import { StoreUnavailableError } from '../core/store-unavailable.ts';
import { BackOff } from './back-off.ts';
import { KeyParts } from './key-parts.ts';
import type { Unspent } from './lease.ts';
import { leaseTerms, LONGEST_AHEAD_MS, planLease, type LeasePlan, type LeaseTerms } from './lease-plan.ts';
import { LocalLimit } from './local-limit.ts';
import type { ResolvedRateLimitOptions } from './options.ts';
import { OwnDemand } from './own-demand.ts';
import { NO_MARKS, type Marks, type Rule } from './rule.ts';
import { demandOf, isLeased, MARK, readyAtMs, tokensThere, type TakeCommand, type TakeDecision } from './state.ts';
import type { KeyPart, RateLimitStore, StoreRequest } from './store.ts';
import { aged, atMostFor } from './token-bucket.ts';

/** What the keys of one limiter have in common. */
export interface StoredKeyContext {
  readonly options: Pick<ResolvedRateLimitOptions, 'maxLeaseMs' | 'maxShards' | 'onStoreFailure'>;
  readonly store: RateLimitStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of each split that this environment has made. */
  readonly onSplit: (key: string, shards: number) => void;
}

/** A denial is believed for this long, in case an operator has freed the key. */
const DENIAL_TRUSTED_MS = 60_000;

/** Leases count as held of late for this long. */
const LEASING_MS = 5000;

/** Tokens that are asked for ahead at first and at the least; twice as many after a grant, half as many after a refusal. */
const SIZE = { first: 12, smallest: 4 };

/** What was seen says for this long what probably is. */
const PROBABLE_MS = 5000;

/** A key is not split into parts that could give fewer tokens than this. */
const SMALLEST_PART = 16;

/** Times that a request is made anew because the key turns out to be split otherwise. */
const MAXIMUM_MOVES = 3;

/** The request for calls that wait, and nothing ahead. */
function planFor(tokens: number): LeasePlan {
  return { tokens, termMs: 0, reserveMs: 0, marginMs: 0, aheadMs: 0 };
}

/** One key in the store, as one environment knows it: what was seen last, how it is split, when it pays to ask and for what. */
export class StoredKey {
  readonly key: string;
  rules: readonly Rule[];
  readonly demand = new OwnDemand();
  /** What is decided without the store. */
  readonly local = new LocalLimit();
  readonly #context: StoredKeyContext;
  readonly #parts: KeyParts;
  readonly #backOff: BackOff;
  #marks: Marks = NO_MARKS;
  #knownAtMs = -Infinity;
  #taken: number | undefined;
  #size = SIZE.first;
  #leasedAtMs = -Infinity;
  #terms: { readonly of: readonly Rule[]; readonly terms: LeaseTerms } | undefined;

  constructor(key: string, rules: readonly Rule[], context: StoredKeyContext) {
    this.key = key;
    this.rules = rules;
    this.#context = context;
    const { store, random, options } = context;
    const onSplit = (shards: number) => context.onSplit(key, shards);
    this.#parts = new KeyParts({ key, store, random, maxShards: () => Math.min(options.maxShards, this.#mostParts), onSplit });
    this.#backOff = new BackOff(random);
  }

  /** What is stored, as last seen. */
  get marks(): Marks {
    return this.#marks;
  }

  /** Parts into which the key is split. */
  get shards(): number {
    return this.#parts.split.shards;
  }

  /** What the leases of all environments have in common. */
  get terms(): LeaseTerms {
    if (this.#terms?.of !== this.rules) this.#terms = { of: this.rules, terms: leaseTerms(this.rules, this.#context.options.maxLeaseMs) };
    return this.#terms.terms;
  }

  /** The part of the key that this environment takes its tokens from. */
  get at(): KeyPart {
    return { key: this.key, part: this.#parts.part };
  }

  /** Takes note of what is stored, after somebody has changed it or looked. */
  know(marks: Marks, nowMs: number): void {
    this.#marks = marks;
    this.#knownAtMs = nowMs;
    this.#backOff.reset();
  }

  /** Until when a refusal is certain; infinite if the tokens are more than the limits ever give. */
  readyAtMs(tokens: number, nowMs: number, returned: readonly Unspent[]): number {
    const ready = readyAtMs(this.#command(planFor(tokens), returned, nowMs), this.#marks);
    if (ready === Infinity) return ready;
    return Math.max(nowMs - this.#knownAtMs < DENIAL_TRUSTED_MS ? ready : 0, this.#backOff.untilMs);
  }

  /** Tokens that are there, as far as is known. */
  there(nowMs: number, returned: readonly Unspent[]): number {
    return tokensThere(this.#command(planFor(0), returned, nowMs), this.#marks);
  }

  /** What to ask for. */
  plan(waiting: number, nowMs: number): LeasePlan {
    const plan = planLease(this.rules, this.terms, {
      nowMs,
      marks: this.#probably(nowMs),
      shards: this.shards,
      waiting,
      ratePerMs: this.demand.ratePerMs(nowMs),
      lastsMs: this.demand.lastsMs(nowMs),
      size: this.#size,
      leasing: nowMs - this.#leasedAtMs < LEASING_MS,
    });
    // What was seen may be less by now, and never more.
    const most = this.there(nowMs, []);
    if (plan.termMs === 0 || plan.tokens <= most) return plan;
    return most > waiting ? { ...plan, tokens: most } : planFor(waiting);
  }

  /**
   * Asks the store.
   *
   * @throws StoreUnavailableError if it gives no answer.
   */
  async take(plan: LeasePlan, returned: readonly Unspent[], request: StoreRequest): Promise<TakeDecision> {
    this.#parts.prepare(request.nowMs);
    for (let moves = 0; ; moves += 1) {
      const command = this.#command(plan, returned, request.nowMs);
      const decision = await this.#context.store.take(this.at, command, this.#expected(command), request);
      this.#marks = decision.marks;
      this.#knownAtMs = request.nowMs;
      if (decision.outcome !== 'moved' || moves === MAXIMUM_MOVES) {
        this.#learn(plan, decision, request.nowMs);
        return decision;
      }
      await this.#parts.follow(decision.marks, request);
      this.#marks = NO_MARKS;
      this.#taken = undefined;
    }
  }

  /**
   * After a refusal that could not be foreseen: leaves the store alone for a while, and goes to another part if there is one.
   *
   * @param ahead Whether it was asked ahead, so that nobody has been refused yet.
   */
  backOff(ahead: boolean): void {
    this.#backOff.refused(this.#context.clock.nowMs(), ahead);
    if (!this.#parts.move()) return;
    this.#marks = NO_MARKS;
    this.#taken = undefined;
  }

  /** After an answer: splits the key if it is too busy, and if that falls to this environment. Never rejects. */
  async watch({ outcome, marks }: TakeDecision, request: StoreRequest): Promise<void> {
    await this.#parts.watch(marks, outcome === 'granted', request).catch(() => undefined);
  }

  /** After a request without an answer. Never rejects. */
  async failed(error: unknown, request: StoreRequest): Promise<void> {
    if (!(error instanceof StoreUnavailableError) || error.reason !== 'throttled') return;
    await this.#parts.throttled(this.#marks, request).catch(() => undefined);
  }

  /** Takes tokens of this environment's share without the store: 0 if they are there, else the milliseconds until they are. */
  takeLocally(tokens: number, nowMs: number): number {
    return this.local.take(this.rules, tokens, nowMs, this.#marks);
  }

  /**
   * The key as it probably is by now: others take tokens about as fast as they come back, so a bucket that was in use when it
   * was seen is about as full of tokens taken as it was.
   */
  #probably(nowMs: number): Marks {
    const agoMs = nowMs - this.#knownAtMs;
    if (agoMs <= 0 || agoMs > PROBABLE_MS) return this.#marks;
    const marks = aged(this.#marks, this.rules, this.#knownAtMs, agoMs);
    // Where tokens were leased, they probably still are.
    return isLeased(marks, this.#knownAtMs) ? { ...marks, [MARK.leasedUntilMs]: (marks[MARK.leasedUntilMs] ?? 0) + agoMs } : marks;
  }

  /** What to expect of the store when a command is planned: never that it refuses, for then nothing would be asked. */
  #expected(command: TakeCommand): Marks {
    const probable = this.#probably(command.nowMs);
    return atMostFor(this.rules, probable, demandOf(command, probable));
  }

  get #mostParts(): number {
    return Math.floor(Math.min(...this.rules.map(({ capacity }) => capacity)) / SMALLEST_PART);
  }

  #learn({ tokens, termMs }: LeasePlan, { outcome, marks }: TakeDecision, nowMs: number): void {
    const taken = marks[MARK.taken] ?? 0;
    if (this.#taken !== undefined) this.local.note(outcome === 'granted' ? tokens : 0, (taken - this.#taken) * this.shards);
    this.#taken = taken;
    if (outcome === 'granted') {
      if (termMs > 0) this.#leasedAtMs = nowMs;
      this.#size = Math.max(this.#size, 2 * tokens);
      this.#backOff.granted();
    } else {
      this.#size = Math.max(SIZE.smallest, Math.floor(this.#size / 2));
    }
  }

  #command({ tokens, termMs, reserveMs, marginMs }: LeasePlan, unspent: readonly Unspent[], nowMs: number): TakeCommand {
    const { split, part } = this.#parts;
    const returned = unspent.filter((each) => each.part === part);
    const { terms } = this;
    // Everybody has to know how long a lease may last at most, also of one that ends with its window.
    const longestMs = termMs > 0 && terms.reserveMs > 0 ? terms.termMs + LONGEST_AHEAD_MS : 0;
    return { rules: this.rules, tokens, nowMs, split, reserveMs, marginMs, returned, heldReserveMs: terms.reserveMs, termMs: longestMs };
  }
}
