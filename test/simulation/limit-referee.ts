import type { LimitRule } from '../../runtime/src/rate-limit/options.ts';
import type { RateLimitStrategy } from '../../runtime/src/rate-limit/rule.ts';
import { START_MS } from './environment.ts';

/** What sums of fractions may be off by. */
const TOLERANCE = 1e-6;

/** Counts the calls of one key against one limit, by the one true time. */
interface Shadow {
  /** Whether a call was free to start at an instant, given the calls that did. */
  hasRoom(tokens: number, nowMs: number): boolean;
  /** Sees a call start. */
  take(tokens: number, nowMs: number): void;
  /** The largest number of tokens by which the limit was exceeded in any stretch of time; 0 if it held. */
  readonly excess: number;
}

/** What became of the calls of one key. */
interface KeyRecord {
  readonly shadows: readonly Shadow[];
  offered: number;
  admitted: number;
}

/** What the referee has found. */
export interface Verdict {
  readonly admitted: number;
  /** The largest excess of any key over any of its limits, in tokens. */
  readonly overAdmission: number;
  readonly overAdmittedKeys: number;
  /** What was admitted, over the least of what was offered and what the limits would have admitted, key by key. */
  readonly utilisation: number;
  /** Calls that were refused although their limits had room for them at that instant. */
  readonly refusedUnderLimit: number;
}

/** What keys are held to. */
export interface RefereeOptions {
  readonly limits: readonly LimitRule[];
  readonly strategy: RateLimitStrategy;
}

/**
 * Judges a rate limiter by the instants at which its calls start, and by what was declared: it knows nothing of leases,
 * shares, splits and clocks that are off, and shares no arithmetic with the policy.
 */
export class LimitReferee {
  readonly #options: RefereeOptions;
  readonly #keys = new Map<string, KeyRecord>();
  #refusedUnderLimit = 0;

  constructor(options: RefereeOptions) {
    this.#options = options;
  }

  /** Sees a call of a key ask to be admitted. */
  offered(key: string, tokens: number): void {
    this.#record(key).offered += tokens;
  }

  /** Sees a call of a key start. */
  started(key: string, tokens: number, nowMs: number): void {
    const record = this.#record(key);
    record.admitted += tokens;
    for (const shadow of record.shadows) shadow.take(tokens, nowMs);
  }

  /** Sees a call of a key refused; true if there was room for it. */
  refused(key: string, tokens: number, nowMs: number): boolean {
    const hadRoom = this.#record(key).shadows.every((shadow) => shadow.hasRoom(tokens, nowMs));
    if (hadRoom) this.#refusedUnderLimit += 1;
    return hadRoom;
  }

  /** What was found in so much time. */
  verdict(durationMs: number): Verdict {
    const most = Math.min(...this.#options.limits.map((limit) => admissible(limit, this.#options.strategy, durationMs)));
    let [admitted, possible, overAdmission, overAdmittedKeys] = [0, 0, 0, 0];
    for (const record of this.#keys.values()) {
      const excess = Math.max(...record.shadows.map((shadow) => shadow.excess));
      admitted += record.admitted;
      possible += Math.min(record.offered, most);
      overAdmission = Math.max(overAdmission, excess);
      if (excess > 0) overAdmittedKeys += 1;
    }
    const utilisation = possible === 0 ? 1 : admitted / possible;
    return { admitted, overAdmission, overAdmittedKeys, utilisation, refusedUnderLimit: this.#refusedUnderLimit };
  }

  #record(key: string): KeyRecord {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const { limits, strategy } = this.#options;
    const shadows = limits.map((limit) => (strategy === 'token-bucket' ? new ShadowBucket(limit) : new ShadowWindow(limit, strategy)));
    const record: KeyRecord = { shadows, offered: 0, admitted: 0 };
    this.#keys.set(key, record);
    return record;
  }
}

/** What a limit admits in so much time at most. */
function admissible({ limit, periodMs, burst = limit }: LimitRule, strategy: RateLimitStrategy, durationMs: number): number {
  if (strategy === 'token-bucket') return burst + (limit * durationMs) / periodMs;
  return limit * Math.ceil(durationMs / periodMs);
}

/**
 * A bucket that holds the whole burst and may go into debt. Its deepest debt is the largest excess of any stretch of time over
 * `burst + limit x length / period`, because a stretch that begins with a full bucket has no worse one around it.
 */
class ShadowBucket implements Shadow {
  readonly #burst: number;
  readonly #tokensPerMs: number;
  #taken = 0;
  #atMs = 0;
  #excess = 0;

  constructor({ limit, periodMs, burst = limit }: LimitRule) {
    this.#burst = burst;
    this.#tokensPerMs = limit / periodMs;
  }

  get excess(): number {
    return this.#excess;
  }

  hasRoom(tokens: number, nowMs: number): boolean {
    return this.#takenAt(nowMs) + tokens <= this.#burst + TOLERANCE;
  }

  take(tokens: number, nowMs: number): void {
    this.#taken = this.#takenAt(nowMs) + tokens;
    this.#atMs = nowMs;
    const excess = this.#taken - this.#burst;
    if (excess > TOLERANCE) this.#excess = Math.max(this.#excess, excess);
  }

  #takenAt(nowMs: number): number {
    return Math.max(0, this.#taken - (nowMs - this.#atMs) * this.#tokensPerMs);
  }
}

/** Windows aligned to the epoch. */
class ShadowWindow implements Shadow {
  readonly #limit: number;
  readonly #periodMs: number;
  readonly #slides: boolean;
  #window = 0;
  #count = 0;
  #previous = 0;
  #excess = 0;

  constructor({ limit, periodMs }: LimitRule, strategy: RateLimitStrategy) {
    this.#limit = limit;
    this.#periodMs = periodMs;
    this.#slides = strategy === 'sliding-window';
  }

  get excess(): number {
    return this.#excess;
  }

  hasRoom(tokens: number, nowMs: number): boolean {
    this.#roll(nowMs);
    const elapsed = (START_MS + nowMs) / this.#periodMs - this.#window;
    const before = this.#slides ? this.#previous * (1 - elapsed) : 0;
    return before + this.#count + tokens <= this.#limit + TOLERANCE;
  }

  take(tokens: number, nowMs: number): void {
    this.#roll(nowMs);
    this.#count += tokens;
    this.#excess = Math.max(this.#excess, this.#count - this.#limit);
  }

  #roll(nowMs: number): void {
    const window = Math.floor((START_MS + nowMs) / this.#periodMs);
    if (window === this.#window) return;
    this.#previous = window === this.#window + 1 ? this.#count : 0;
    this.#window = window;
    this.#count = 0;
  }
}
