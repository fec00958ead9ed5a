import { uniform, type Random } from '../core/random.ts';
import { NO_MARKS, type Marks } from './rule.ts';
import { MARK, sameSplit, sown, splitOf, WHOLE, type Split } from './state.ts';
import type { RateLimitStore, StoreRequest } from './store.ts';

/** Writes per second on one part from which on it is split, half of what one item can take. */
const BUSY_WRITES_PER_SECOND = 500;

/** How long a part is watched before its writes are counted as a rate. */
const WATCHED_MS = 1000;

/** Environments that split a busy key, on average, in a second: one is enough, and all at once would be a storm of its own. */
const SPLITTERS_PER_SECOND = 2;

/** Share of the requests turned away by an overloaded item after which a split is tried. */
const SPLIT_AFTER_THROTTLE = 0.05;

/** How long an environment goes by what it knows of a split before it looks at the key itself. */
const SPLIT_TRUSTED_MS = 600_000;

/** Requests to find the way to a part that has just come about. */
const MAXIMUM_STEPS = 8;

/** What the parts of a key are kept in. */
export interface KeyPartsContext {
  readonly key: string;
  readonly store: RateLimitStore;
  readonly random: Random;
  /** Parts that there may be now at most. */
  readonly maxShards: () => number;
  /** Told of each split that this environment has made. */
  readonly onSplit: (shards: number) => void;
}

/**
 * The parts of a key as one environment sees them. A key begins whole. Where one item gets too many writes, it is split in
 * two: each half starts with what the whole was then, and every token costs it twice as much, so that nothing is lost and
 * nothing minted. Parts are never joined; a key that rests until its items expire begins whole again.
 */
export class KeyParts {
  readonly #context: KeyPartsContext;
  #split: Split = WHOLE;
  #part = 0;
  #trustedUntilMs = Infinity;
  #watchedSinceMs = 0;
  #watchedGrants = -1;
  #refused = 0;
  #granted = 0;

  constructor(context: KeyPartsContext) {
    this.#context = context;
  }

  /** How the key is split, as far as is known. */
  get split(): Split {
    return this.#split;
  }

  /** The part that this environment takes its tokens from. */
  get part(): number {
    return this.#part;
  }

  /** Goes to another part, chosen by chance; true if there is one. */
  move(): boolean {
    const { shards } = this.#split;
    if (shards === 1) return false;
    this.#choose(Math.floor(uniform(this.#context.random, 0, shards)));
    return true;
  }

  /** Before a request: once in a while the key itself is asked, which keeps it from expiring before its parts. */
  prepare(nowMs: number): void {
    if (nowMs < this.#trustedUntilMs) return;
    this.#trustedUntilMs = nowMs + SPLIT_TRUSTED_MS;
    this.#choose(0);
  }

  /** After an answer: how busy the part is. Splits the key if it is too busy, and it falls to this environment. */
  async watch(marks: Marks, granted: boolean, request: StoreRequest): Promise<void> {
    if (granted) this.#granted += 1;
    else this.#refused += 1;
    const { nowMs } = request;
    const grants = marks[MARK.grants] ?? 0;
    if (this.#watchedGrants < 0) return this.#watchFrom(nowMs, grants);
    const watchedMs = nowMs - this.#watchedSinceMs;
    if (watchedMs < WATCHED_MS) return undefined;
    // Refused writes are not counted in the item; they are as many as this environment's own let expect.
    const writesPerGrant = this.#granted === 0 ? 2 : 1 + this.#refused / this.#granted;
    const perSecond = (1000 * (grants - this.#watchedGrants) * writesPerGrant) / watchedMs;
    this.#watchFrom(nowMs, grants);
    const chance = SPLITTERS_PER_SECOND / (perSecond / writesPerGrant);
    if (perSecond > BUSY_WRITES_PER_SECOND && this.#context.random.next() < chance * (watchedMs / 1000)) await this.#grow(marks, request);
  }

  /** After a request that was turned away because the item gets too many. */
  async throttled(marks: Marks, request: StoreRequest): Promise<void> {
    if (this.#context.random.next() < SPLIT_AFTER_THROTTLE) await this.#grow(marks, request);
  }

  /**
   * After an answer that the part is split otherwise than believed: believes what it says, or brings the part up to what is
   * known.
   */
  async follow(marks: Marks, request: StoreRequest): Promise<void> {
    const stored = splitOf(marks);
    if (this.#part === 0 || (stored.bornAtMs === this.#split.bornAtMs && stored.shards > this.#split.shards)) {
      this.#believe(stored, request.nowMs);
      return;
    }
    await this.#bringUp(this.#part, marks, request, MAXIMUM_STEPS);
  }

  /** Makes a part what the split wants it to be, its other half first. Answers with what is stored of it then. */
  async #bringUp(part: number, marks: Marks, request: StoreRequest, steps: number): Promise<Marks> {
    const { key, store } = this.#context;
    const stored = splitOf(marks);
    const { shards, bornAtMs } = this.#split;
    if (steps === 0 || sameSplit(stored, this.#split)) return marks;
    if (stored.bornAtMs === bornAtMs && stored.shards < shards) {
      const to = { shards: stored.shards * 2, bornAtMs };
      return this.#bringUp(part, await store.grow({ key, part }, marks, stored, to, request), request, steps - 1);
    }
    if (stored.bornAtMs >= bornAtMs || part === 0) return marks;
    const other = part - 2 ** Math.floor(Math.log2(part));
    const otherMarks = await this.#bringUp(other, await store.read({ key, part: other }, request), request, steps - 1);
    if (splitOf(otherMarks).bornAtMs !== bornAtMs) return marks;
    return store.sow({ key, part }, sown(otherMarks), request);
  }

  async #grow(marks: Marks, request: StoreRequest): Promise<void> {
    const { key, store, maxShards, onSplit } = this.#context;
    const from = this.#split;
    if (from.shards * 2 > maxShards()) return;
    const to = { shards: from.shards * 2, bornAtMs: from.shards === 1 ? request.nowMs : from.bornAtMs };
    const known = this.#part === 0 ? marks : NO_MARKS;
    const after = await store.grow({ key, part: 0 }, known, from, to, request);
    if (sameSplit(splitOf(after), to)) onSplit(to.shards);
    this.#believe(splitOf(after), request.nowMs);
  }

  #believe(split: Split, nowMs: number): void {
    this.#split = split;
    this.#trustedUntilMs = split.shards === 1 ? Infinity : nowMs + SPLIT_TRUSTED_MS;
    this.#choose(Math.floor(uniform(this.#context.random, 0, split.shards)));
  }

  #choose(part: number): void {
    this.#part = part;
    this.#watchedGrants = -1;
    this.#refused = 0;
    this.#granted = 0;
  }

  #watchFrom(nowMs: number, grants: number): undefined {
    this.#watchedSinceMs = nowMs;
    this.#watchedGrants = grants;
  }
}
