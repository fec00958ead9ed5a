import { uniform, type Random } from '../core/random.ts';
import { speakingShare } from './verdict.ts';

/** A young environment looks around soon, so that the fleet knows itself. */
const FIRST_INTERVAL_MS = 1000;

/** While failures are about, but fewer than would open the circuit. */
const DOUBTFUL_INTERVAL_MS = 1000;

/** Least time between two reports of failures. */
const EAGER_INTERVAL_MS = 100;

/** Reports of failures, and quiet ones, that all environments together make in a second, at most. An item takes 1,000. */
const EAGER_WRITES_PER_SECOND = 350;
const QUIET_WRITES_PER_SECOND = 600;

/**
 * When an environment has to speak to the store. The second interval has a random length, so that environments started
 * together do not stay in step, and all later ones vary a little.
 */
export class SyncSchedule {
  readonly #intervalMs: number;
  readonly #random: Random;
  #syncs = 0;
  #lastMs = -Infinity;
  #hurriedMs = -Infinity;
  #nextMs = -Infinity;

  constructor(intervalMs: number, random: Random) {
    this.#intervalMs = intervalMs;
    this.#random = random;
  }

  /** Whether it is time. */
  isDue(nowMs: number): boolean {
    return nowMs >= this.#nextMs;
  }

  /** Milliseconds since the store was last spoken to. */
  ageMs(nowMs: number): number {
    return nowMs - this.#lastMs;
  }

  /** Whether a failure may be reported now, before it is time. */
  mayHurry(nowMs: number, active: number): boolean {
    const speakers = active * speakingShare(active);
    return nowMs - this.#hurriedMs >= Math.max(EAGER_INTERVAL_MS, (speakers / EAGER_WRITES_PER_SECOND) * 1000);
  }

  /** Notes that a failure is being reported before it was time. */
  hurried(nowMs: number): void {
    this.#hurriedMs = nowMs;
  }

  /** Notes that the store is being spoken to. */
  began(nowMs: number, active: number): void {
    this.#lastMs = nowMs;
    // What was said out of turn leaves the turn as it is: a fleet that fails together would be in step from then on.
    if (nowMs < this.#nextMs) return;
    this.#syncs += 1;
    const intervalMs = Math.max(this.#intervalMs, (active / QUIET_WRITES_PER_SECOND) * 1000);
    if (this.#syncs === 1) this.#plan(nowMs, Math.min(FIRST_INTERVAL_MS, intervalMs));
    else this.#plan(nowMs, this.#syncs === 2 ? intervalMs * uniform(this.#random, 0.1, 1) : intervalMs);
  }

  /** Leaves step with the others, with whom this environment has just learned the same. */
  scatter(nowMs: number): void {
    this.#nextMs = nowMs + this.#intervalMs * uniform(this.#random, 0.1, 1);
  }

  /** Notes that the fleet is in doubt about the dependency: the next look comes sooner. */
  doubts(nowMs: number, active: number): void {
    const intervalMs = Math.max(DOUBTFUL_INTERVAL_MS, (active / EAGER_WRITES_PER_SECOND) * 1000);
    if (nowMs + intervalMs < this.#nextMs) this.#plan(nowMs, intervalMs);
  }

  #plan(nowMs: number, intervalMs: number): void {
    this.#nextMs = nowMs + intervalMs * uniform(this.#random, 0.8, 1);
  }
}
