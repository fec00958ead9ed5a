import type { Blocks } from './blocks.ts';
import type { CallClaim } from './claim.ts';
import { Waiter } from './waiter.ts';
import { WaitingLine, type LineOptions } from './waiting-line.ts';
import { WakeUp, type WakeUpDependencies } from './wake-up.ts';

/** Who is told of what happens in a waiting room. */
export interface Attendant {
  /** The time of a waiter is over. */
  onDue(waiter: Waiter): void;
  /** The caller of a waiter has given up. */
  onCancelled(waiter: Waiter): void;
  /** Time has passed: some may ask again. */
  onWake(): void;
}

/** Everybody whose answer is not known yet, and one timer for whatever happens next to any of them. */
export class WaitingRoom {
  /** Those who wait for a slot. */
  readonly line: WaitingLine<Waiter>;
  readonly #options: LineOptions;
  readonly #dependencies: WakeUpDependencies;
  readonly #blocks: Blocks;
  readonly #attendant: Attendant;
  readonly #wakeUp: WakeUp;
  // Calls whose first try is on its way; they do not stand in the line yet.
  readonly #newcomers = new Set<Waiter>();
  readonly #onCancelled: (waiter: Waiter) => void;
  #arrivals = 0;

  constructor(options: LineOptions, dependencies: WakeUpDependencies, blocks: Blocks, attendant: Attendant) {
    this.line = new WaitingLine(options);
    this.#options = options;
    this.#dependencies = dependencies;
    this.#blocks = blocks;
    this.#attendant = attendant;
    this.#wakeUp = new WakeUp(dependencies, () => this.#onWake());
    this.#onCancelled = (waiter) => attendant.onCancelled(waiter);
  }

  /** A call that has come; where its first try is on its way, it takes no place in the line. */
  enter(claim: CallClaim, where: 'line' | 'newcomers'): Waiter {
    this.#arrivals += 1;
    const waiter = new Waiter(claim, this.#arrivals, this.#options, this.#onCancelled);
    if (where === 'line') this.line.add(waiter);
    else this.#newcomers.add(waiter);
    this.watch(waiter);
    return waiter;
  }

  /** Whether the first try of a waiter is on its way. */
  isNew(waiter: Waiter): boolean {
    return this.#newcomers.has(waiter);
  }

  /** A newcomer goes to its place in the line. */
  lineUp(waiter: Waiter): void {
    if (this.#newcomers.delete(waiter)) this.line.add(waiter);
  }

  /** Takes a waiter out; with the last one the timer ends. */
  leave(waiter: Waiter): void {
    if (!this.#newcomers.delete(waiter)) this.line.remove(waiter);
    if (this.line.length + this.#newcomers.size === 0) this.#wakeUp.cancel();
  }

  /** Sees to it that a waiter is looked at when its time is over, and when it may ask again. */
  watch(waiter: Waiter): void {
    this.#wakeUp.by(this.#nextMs(waiter, this.#dependencies.clock.nowMs()));
  }

  /** The same for everybody. */
  watchAll(): void {
    const nowMs = this.#dependencies.clock.nowMs();
    let firstMs = Infinity;
    for (const waiter of this.#newcomers) firstMs = Math.min(firstMs, this.#nextMs(waiter, nowMs));
    for (const waiter of this.line.all()) firstMs = Math.min(firstMs, this.#nextMs(waiter, nowMs));
    this.#wakeUp.by(firstMs);
  }

  #nextMs({ claim, untilMs }: Waiter, nowMs: number): number {
    const retryAtMs = this.#blocks.retryAtMs(claim.scopes, nowMs);
    return retryAtMs > nowMs ? Math.min(untilMs, retryAtMs) : untilMs;
  }

  #onWake(): void {
    const nowMs = this.#dependencies.clock.nowMs();
    for (const waiter of [...this.#newcomers, ...this.line.all()]) {
      if (waiter.untilMs <= nowMs && !waiter.isOver) this.#attendant.onDue(waiter);
    }
    this.#attendant.onWake();
    this.watchAll();
  }
}
