/** Counts the calls that run at the same time, from their true start to their true end, whatever a policy believes. */
export class CallReferee {
  #live = 0;
  #liveMax = 0;
  #liveMs = 0;
  #atMs = 0;
  readonly #untilMs: number;
  readonly #liveOf = new Map<string, number>();
  readonly #liveMaxOf = new Map<string, number>();

  /** @param untilMs Instant from which on time is not added up any more. */
  constructor(untilMs = Infinity) {
    this.#untilMs = untilMs;
  }

  /** Most calls at once. */
  get liveMax(): number {
    return this.#liveMax;
  }

  /** Calls at this moment. */
  get live(): number {
    return this.#live;
  }

  /** Most calls at once of any one tenant. */
  get liveOfTenantMax(): number {
    return Math.max(0, ...this.#liveMaxOf.values());
  }

  /** Sees a call start. */
  started(tenant: string | undefined, nowMs: number): void {
    this.#pass(nowMs);
    this.#live += 1;
    this.#liveMax = Math.max(this.#liveMax, this.#live);
    if (tenant === undefined) return;
    const live = (this.#liveOf.get(tenant) ?? 0) + 1;
    this.#liveOf.set(tenant, live);
    this.#liveMaxOf.set(tenant, Math.max(live, this.#liveMaxOf.get(tenant) ?? 0));
  }

  /** Sees a call end, however it does. */
  ended(tenant: string | undefined, nowMs: number): void {
    this.#pass(nowMs);
    this.#live -= 1;
    if (tenant !== undefined) this.#liveOf.set(tenant, (this.#liveOf.get(tenant) ?? 0) - 1);
  }

  /** Time that calls have run up to an instant, those of all calls added up. */
  liveMs(nowMs: number): number {
    this.#pass(nowMs);
    return this.#liveMs;
  }

  #pass(nowMs: number): void {
    const atMs = Math.min(nowMs, this.#untilMs);
    this.#liveMs += this.#live * Math.max(0, atMs - this.#atMs);
    this.#atMs = Math.max(this.#atMs, atMs);
  }
}
