import type { Priority } from '../core/call-context.ts';

/** From the least important on. */
const ASCENDING = ['background', 'low', 'normal', 'high', 'critical'] as const satisfies readonly Priority[];

/** The share of each priority is that of about so many of the latest requests. */
const MEMORY_REQUESTS = 200;

/**
 * Which priorities are shed at a rate. The least important ones go first: of a priority nothing is shed until everything below it
 * is, as far as its cap allows. The mix of priorities is known from the latest requests, in constant space and time.
 */
export class PriorityMix {
  readonly #caps: Readonly<Record<Priority, number>>;
  readonly #shares = new Map<Priority, number>(ASCENDING.map((priority) => [priority, 0]));
  #total = 0;

  /** @param caps Highest rate of each priority, 0 to 1. */
  constructor(caps: Readonly<Record<Priority, number>>) {
    this.#caps = caps;
  }

  /** A request has come. */
  arrived(priority: Priority): void {
    const kept = 1 - 1 / MEMORY_REQUESTS;
    for (const each of ASCENDING) this.#shares.set(each, (this.#shares.get(each) ?? 0) * kept + (each === priority ? 1 : 0));
    this.#total = this.#total * kept + 1;
  }

  /** The share of requests of a priority that is to be shed, so that of all requests the rate is. */
  rateOf(priority: Priority, rate: number): number {
    let left = rate * this.#total;
    for (const each of ASCENDING) {
      const seen = this.#shares.get(each) ?? 0;
      const most = seen * this.#caps[each];
      if (each === priority) return seen > 0 ? Math.min(this.#caps[each], Math.max(0, left) / seen) : 0;
      left -= most;
    }
    return 0;
  }

  /** The highest rate of a priority. */
  capOf(priority: Priority): number {
    return this.#caps[priority];
  }
}
