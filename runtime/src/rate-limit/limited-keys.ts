import type { LimitedKey } from './limited-key.ts';

/** The keys that an environment remembers, the latest used last. Where there are too many, the longest unused is forgotten. */
export class LimitedKeys {
  readonly #maximum: number;
  readonly #create: (key: string) => LimitedKey;
  readonly #keys = new Map<string, LimitedKey>();
  #latest: { readonly key: string; readonly limited: LimitedKey } | undefined;

  constructor(maximum: number, create: (key: string) => LimitedKey) {
    this.#maximum = maximum;
    this.#create = create;
  }

  /** Keys remembered now. */
  get size(): number {
    return this.#keys.size;
  }

  /** All keys remembered. */
  values(): Iterable<LimitedKey> {
    return this.#keys.values();
  }

  /** A key; made if it is not remembered. */
  of(key: string): LimitedKey {
    // The same key again and again is the usual case, and needs no new place in the order.
    if (this.#latest?.key === key) return this.#latest.limited;
    const known = this.#keys.get(key);
    if (known !== undefined) this.#keys.delete(key);
    else if (this.#keys.size >= this.#maximum) this.#forgetOne();
    const limited = known ?? this.#create(key);
    this.#keys.set(key, limited);
    this.#latest = { key, limited };
    return limited;
  }

  /** Forgetting is always safe: tokens in hand are lost, and a key that is refused is asked for once more. */
  #forgetOne(): void {
    for (const oldest of this.#keys.keys()) {
      this.#keys.delete(oldest);
      return;
    }
  }
}
