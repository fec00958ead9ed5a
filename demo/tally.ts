/** Length of a tick in milliseconds. */
export const TICK_MS = 250;

/** What happened in one tick of a run. */
export interface Tick<What extends string> {
  readonly atMs: number;
  readonly counts: Record<What, number>;
}

/** Counts what happens in one run, by tick. */
export class Tally<What extends string> {
  readonly #names: readonly What[];
  readonly #kept: readonly What[];
  readonly #ticks: Tick<What>[] = [];
  #startMs = Date.now();

  /**
   * @param names What is counted from 0 in every tick.
   * @param kept What keeps its value from one tick to the next until it is set.
   */
  constructor(names: readonly What[], kept: readonly What[] = []) {
    this.#names = names;
    this.#kept = kept;
  }

  /** Begins to count time. */
  start(): void {
    this.#startMs = Date.now();
  }

  /** When the run began, in epoch milliseconds. */
  get startMs(): number {
    return this.#startMs;
  }

  /** Milliseconds since the run began. */
  get elapsedMs(): number {
    return Date.now() - this.#startMs;
  }

  get ticks(): readonly Tick<What>[] {
    return this.#ticks;
  }

  count(what: What, times = 1): void {
    this.#tick().counts[what] += times;
  }

  set(what: What, value: number): void {
    this.#tick().counts[what] = value;
  }

  total(what: What): number {
    return this.#ticks.reduce((sum, { counts }) => sum + counts[what], 0);
  }

  #tick(): Tick<What> {
    const index = Math.floor(this.elapsedMs / TICK_MS);
    let tick = this.#ticks.at(-1);
    while (tick === undefined || this.#ticks.length <= index) {
      tick = { atMs: this.#ticks.length * TICK_MS, counts: this.#fresh(tick) };
      this.#ticks.push(tick);
    }
    return tick;
  }

  #fresh(last: Tick<What> | undefined): Record<What, number> {
    const zeros = this.#names.map((name) => [name, 0] as const);
    const values = this.#kept.map((name) => [name, last?.counts[name] ?? 0] as const);
    return Object.fromEntries([...zeros, ...values]) as Record<What, number>;
  }
}
