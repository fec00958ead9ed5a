import { NO_MARKS, type Marks } from './rule.ts';
import { changed } from './change.ts';
import { grown, sameSplit, splitOf, take, type Split, type TakeCommand, type TakeDecision } from './state.ts';
import type { KeyChange, KeyPart, RateLimitStore, StoreRequest } from './store.ts';

/** Keys kept at most, unless told otherwise. */
const DEFAULT_MAXIMUM_KEYS = 100_000;

/**
 * Keeps limits in the memory of this process. In production it serves limits that are not shared; handed to several policies
 * it plays the shared table in tests and simulations.
 */
export class MemoryRateLimitStore implements RateLimitStore {
  readonly shared: boolean;
  readonly #maximumKeys: number;
  readonly #keys = new Map<string, Marks>();

  /**
   * @param options `shared`: what the store says of itself; false unless set. `maximumKeys`: keys kept at most, of which the
   * longest unused is forgotten first; 100,000 unless set.
   */
  constructor(options: { readonly shared?: boolean; readonly maximumKeys?: number } = {}) {
    this.shared = options.shared ?? false;
    this.#maximumKeys = options.maximumKeys ?? DEFAULT_MAXIMUM_KEYS;
  }

  take(at: KeyPart, command: TakeCommand, _known: Marks, _request: StoreRequest): Promise<TakeDecision> {
    const decision = take(command, this.#marks(at));
    if (decision.outcome === 'granted') this.#store(at, decision.marks);
    return Promise.resolve(decision);
  }

  read(at: KeyPart): Promise<Marks> {
    return Promise.resolve(this.#marks(at));
  }

  change(at: KeyPart, change: KeyChange, { nowMs }: StoreRequest): Promise<Marks> {
    return Promise.resolve(this.#store(at, changed(this.#marks(at), change, nowMs)));
  }

  grow(at: KeyPart, _known: Marks, from: Split, to: Split): Promise<Marks> {
    const marks = this.#marks(at);
    return Promise.resolve(sameSplit(splitOf(marks), from) ? this.#store(at, grown(marks, to)) : marks);
  }

  sow(at: KeyPart, marks: Marks): Promise<Marks> {
    const stored = this.#marks(at);
    const isOlder = splitOf(stored).bornAtMs < splitOf(marks).bornAtMs;
    return Promise.resolve(isOlder ? this.#store(at, marks) : stored);
  }

  #marks({ key, part }: KeyPart): Marks {
    return this.#keys.get(memoryKey(key, part)) ?? NO_MARKS;
  }

  #store({ key, part }: KeyPart, marks: Marks): Marks {
    const id = memoryKey(key, part);
    this.#keys.delete(id);
    this.#keys.set(id, marks);
    if (this.#keys.size > this.#maximumKeys) {
      for (const oldest of this.#keys.keys()) {
        this.#keys.delete(oldest);
        break;
      }
    }
    return marks;
  }
}

function memoryKey(key: string, part: number): string {
  return part === 0 ? key : `${part}#${key}`;
}
