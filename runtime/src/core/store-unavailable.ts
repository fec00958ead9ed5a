import type { StoreErrorReason } from './events.ts';

/** A state store gave no answer. Never reaches a caller: every policy has a stated behaviour without its store. */
export class StoreUnavailableError extends Error {
  /** Why, in one word. */
  readonly reason: StoreErrorReason;

  constructor(reason: StoreErrorReason, cause?: unknown) {
    super(`state store unavailable: ${reason}`, { cause });
    this.name = 'StoreUnavailableError';
    this.reason = reason;
  }
}
