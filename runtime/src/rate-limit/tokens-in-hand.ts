import type { Lease, Unspent } from './lease.ts';

/** Tokens that go back are remembered from this many leases. */
const MAXIMUM_RETURNED = 8;

/** The tokens that an environment holds of one key, and those it did not spend, which go back when it asks for more. */
export class TokensInHand {
  #leases: Lease[] = [];
  #returned: readonly Unspent[] = [];

  /** Tokens that go back with the next request. */
  get returned(): readonly Unspent[] {
    return this.#returned;
  }

  /** Tokens that can be spent at an instant. */
  available(nowMs: number): number {
    return this.#leases.reduce((sum, lease) => sum + lease.available(nowMs), 0);
  }

  /** Spends tokens of one lease and answers with it; undefined if none has as many. */
  spend(tokens: number, nowMs: number): Lease | undefined {
    this.#dropSpent(nowMs);
    const lease = this.#leases.find((each) => each.available(nowMs) >= tokens);
    lease?.spend(tokens, nowMs);
    return lease;
  }

  /** Adds a lease. */
  add(lease: Lease): void {
    this.#leases.push(lease);
  }

  /** Takes back tokens that were spent from a lease, whether it is still held or not. */
  takeBack(tokens: number, lease: Lease): void {
    const before = lease.unspent?.tokens ?? 0;
    lease.takeBack(tokens);
    const after = lease.unspent;
    if (after !== undefined && !this.#leases.includes(lease)) this.giveBack({ ...after, tokens: after.tokens - before });
  }

  /** Notes tokens that shall go back. */
  giveBack(returned: Unspent): void {
    this.#returned = [...this.#returned, returned].slice(-MAXIMUM_RETURNED);
  }

  /** Nothing goes back any more: it has, or may have. */
  forgetReturned(): void {
    this.#returned = [];
  }

  /** Gives up what is held, and answers with all that can go back. */
  giveUp(): readonly Unspent[] {
    for (const { unspent } of this.#leases) if (unspent !== undefined) this.giveBack(unspent);
    this.#leases = [];
    const returned = this.#returned;
    this.#returned = [];
    return returned;
  }

  #dropSpent(nowMs: number): void {
    if (!this.#leases.some((lease) => lease.available(nowMs) === 0)) return;
    const leases = this.#leases;
    this.#leases = [];
    for (const lease of leases) {
      if (lease.available(nowMs) > 0) this.#leases.push(lease);
      else if (lease.unspent !== undefined) this.giveBack(lease.unspent);
    }
  }
}
