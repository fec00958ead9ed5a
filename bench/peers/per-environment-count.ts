import { createPermit, type Gate, type Permit } from '../../runtime/src/core/gate.ts';
import type { Outcome } from '../../runtime/src/core/outcome.ts';
import { refusal, type PeerDependencies, type PeerDesign } from './peer-fleet.ts';

type Item =
  | { readonly phase: 'closed' }
  | { readonly phase: 'open'; readonly openedAtMs: number }
  | { readonly phase: 'half_open'; readonly owner: string; readonly leaseUntilMs: number };

const CLOSED: Item = { phase: 'closed' };

// Defaults as documented.
const FAILURE_THRESHOLD = 5;
const SUCCESS_THRESHOLD = 3;
const RECOVERY_MS = 30_000;
const CACHE_MS = 5000;

/**
 * Consecutive failures counted by each environment for itself; what they lead to is shared. Reimplemented from the documented
 * behaviour of the circuit breaker of Powertools for AWS Lambda (Python). Where that says nothing, what serves it best.
 */
export const PER_ENVIRONMENT_COUNT: PeerDesign<Item> = {
  newItem: CLOSED,
  createGate: (dependencies) => new PerEnvironmentCount(dependencies),
};

class PerEnvironmentCount implements Gate {
  readonly name = 'per-environment-count';
  readonly #dependencies: PeerDependencies<Item>;
  #known: Item = CLOSED;
  #knownUntilMs = -Infinity;
  #failures = 0;
  #successes = 0;

  constructor(dependencies: PeerDependencies<Item>) {
    this.#dependencies = dependencies;
  }

  acquire(): Permit | Promise<Permit> {
    if (this.#nowMs() < this.#knownUntilMs) return this.#decide();
    return this.#read().then(() => this.#decide());
  }

  async #read(): Promise<void> {
    try {
      this.#know(await this.#dependencies.item.read());
    } catch {
      this.#known = CLOSED; // not kept: the next call asks again
    }
  }

  #decide(): Permit | Promise<Permit> {
    const known = this.#known;
    if (known.phase === 'closed') return createPermit((outcome) => this.#settleCall(outcome));
    const mayAskAtMs = known.phase === 'open' ? known.openedAtMs + RECOVERY_MS : known.leaseUntilMs;
    const isOwner = known.phase === 'half_open' && known.owner === this.#dependencies.id;
    const waitMs = mayAskAtMs - this.#nowMs();
    if (isOwner && waitMs > 0) return this.#probe();
    if (waitMs > 0) throw refusal(waitMs);
    return this.#claim(known);
  }

  /** One environment probes at a time, under a lease. */
  async #claim(known: Item): Promise<Permit> {
    const { id, item, changed } = this.#dependencies;
    const nowMs = this.#nowMs();
    const claimed: Item = { phase: 'half_open', owner: id, leaseUntilMs: nowMs + RECOVERY_MS };
    const isFree = (stored: Item) =>
      stored.phase === 'half_open'
        ? stored.leaseUntilMs <= nowMs
        : stored.phase === 'open' && known.phase === 'open' && stored.openedAtMs === known.openedAtMs;
    const won = await item.writeIf(isFree, claimed).catch(() => false);
    if (won) {
      if (known.phase === 'open') changed('open', 'half_open');
      this.#successes = 0;
      this.#know(claimed);
      return this.#probe();
    }
    // Somebody else probes: believed for as long as what is read.
    this.#know({ phase: 'half_open', owner: '', leaseUntilMs: nowMs + RECOVERY_MS });
    throw refusal(CACHE_MS);
  }

  #probe(): Permit {
    return createPermit((outcome) => this.#settleProbe(outcome));
  }

  #settleCall({ kind }: Outcome): Promise<void> | undefined {
    this.#failures = kind === 'failure' ? this.#failures + 1 : 0;
    return this.#failures >= FAILURE_THRESHOLD ? this.#save('closed', this.#opened()) : undefined;
  }

  /** Successes count in the environment that probes. */
  #settleProbe({ kind }: Outcome): Promise<void> | undefined {
    if (kind === 'failure') return this.#save('half_open', this.#opened());
    this.#successes += 1;
    return this.#successes >= SUCCESS_THRESHOLD ? this.#save('half_open', CLOSED) : undefined;
  }

  /** Unconditional. What cannot be written is known here at least. */
  async #save(from: Item['phase'], next: Item): Promise<void> {
    this.#failures = 0;
    this.#know(next);
    this.#dependencies.changed(from, next.phase);
    await this.#dependencies.item.write(next).catch(() => undefined);
  }

  #opened(): Item {
    return { phase: 'open', openedAtMs: this.#nowMs() };
  }

  #know(item: Item): void {
    this.#known = item;
    this.#knownUntilMs = this.#nowMs() + CACHE_MS;
  }

  #nowMs(): number {
    return this.#dependencies.clock.nowMs();
  }
}
