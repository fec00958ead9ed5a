import { createPermit, type Gate, type Permit } from '../../runtime/src/core/gate.ts';
import type { Outcome } from '../../runtime/src/core/outcome.ts';
import { refusal, type PeerDependencies, type PeerDesign, type PeerItem } from './peer-fleet.ts';

/** The item as this design keeps it. */
export interface Item extends PeerItem {
  readonly failures: number;
  readonly successes: number;
  readonly nextAttemptMs: number;
  readonly lastFailureMs: number;
  /** Failed probes in a row. */
  readonly reopened: number;
}

const NEW_ITEM: Item = { phase: 'closed', failures: 0, successes: 0, nextAttemptMs: 0, lastFailureMs: 0, reopened: 0 };

// Defaults as documented.
const FAILURE_THRESHOLD = 5;
const SUCCESS_THRESHOLD = 2;
const OPEN_MS = 10_000;
const LONGEST_OPEN_MS = 60_000;
const WINDOW_MS = 60_000;

/**
 * The whole state read before every call and written after it, by whoever comes last. Reimplemented from the documented
 * behaviour of circuitbreaker-lambda.
 */
export const WHOLE_STATE: PeerDesign<Item> = {
  newItem: NEW_ITEM,
  createGate: (dependencies) => new WholeState(dependencies),
};

class WholeState implements Gate {
  readonly name = 'whole-state';
  readonly #dependencies: PeerDependencies<Item>;

  constructor(dependencies: PeerDependencies<Item>) {
    this.#dependencies = dependencies;
  }

  async acquire(): Promise<Permit> {
    const { clock, item, changed } = this.#dependencies;
    const stored = await item.read().catch(() => NEW_ITEM);
    const waitMs = stored.nextAttemptMs - clock.nowMs();
    if (stored.phase !== 'open') return this.#permit(stored);
    if (waitMs > 0) throw refusal(waitMs);
    // Nobody claims the probe: every environment that comes by makes one.
    changed('open', 'half_open');
    return this.#permit({ ...stored, phase: 'half_open', successes: 0 });
  }

  /** The result is added to what was loaded before the call, and all of it is written. */
  #permit(loaded: Item): Permit {
    return createPermit(async (outcome) => {
      const { clock, item, changed } = this.#dependencies;
      const next = after(loaded, outcome, clock.nowMs());
      if (next.phase !== loaded.phase) changed(loaded.phase, next.phase);
      await item.write(next).catch(() => undefined);
    });
  }
}

function after(loaded: Item, { kind }: Outcome, nowMs: number): Item {
  return kind === 'failure' ? afterFailure(loaded, nowMs) : afterSuccess(loaded);
}

function afterSuccess(loaded: Item): Item {
  if (loaded.phase !== 'half_open') return loaded;
  const successes = loaded.successes + 1;
  return successes >= SUCCESS_THRESHOLD ? NEW_ITEM : { ...loaded, successes };
}

function afterFailure(loaded: Item, nowMs: number): Item {
  const isRecent = nowMs - loaded.lastFailureMs <= WINDOW_MS;
  const failed = { ...loaded, failures: (isRecent ? loaded.failures : 0) + 1, lastFailureMs: nowMs };
  if (loaded.phase === 'half_open') return opened(failed, loaded.reopened + 1, nowMs);
  return failed.failures >= FAILURE_THRESHOLD ? opened(failed, 0, nowMs) : failed;
}

function opened(item: Item, reopened: number, nowMs: number): Item {
  const openMs = Math.min(LONGEST_OPEN_MS, OPEN_MS * 2 ** reopened);
  return { ...item, phase: 'open', successes: 0, reopened, nextAttemptMs: nowMs + openMs };
}
