import type { Instance } from './environment.ts';

/** What a budget of retries promises. */
export interface BudgetTerms {
  /** What a full bucket holds. */
  readonly tokens: number;
  /** What each first request adds to it. */
  readonly refill: number;
}

/** What one instance of an environment has done. */
interface Account {
  calls: number;
  extra: number;
}

const ROUNDING = 1e-6;

/** Judges from outside how often calls are made once more: it counts, and knows nothing of buckets but how much goes in. */
export class BudgetReferee {
  readonly #terms: BudgetTerms;
  readonly #accounts = new Map<string, Account>();
  #beyond = 0;

  constructor(terms: BudgetTerms) {
    this.#terms = terms;
  }

  /** An instance begins a call. */
  began(instance: Instance): void {
    this.#account(instance).calls += 1;
  }

  /** A call of an instance is made once more. */
  repeated(instance: Instance): void {
    const account = this.#account(instance);
    account.extra += 1;
    if (account.extra > this.#allowed(account) + ROUNDING) this.#beyond += 1;
  }

  /** What was found of all instances, those that died included. */
  figures(): { readonly extraRequests: number; readonly allowedExtraRequests: number; readonly requestsBeyondBudget: number } {
    const accounts = [...this.#accounts.values()];
    return {
      extraRequests: accounts.reduce((sum, { extra }) => sum + extra, 0),
      allowedExtraRequests: Math.round(accounts.reduce((sum, account) => sum + this.#allowed(account), 0)),
      requestsBeyondBudget: this.#beyond,
    };
  }

  #allowed({ calls }: Account): number {
    return this.#terms.tokens + this.#terms.refill * calls;
  }

  #account({ environment, life }: Instance): Account {
    const key = `${environment.index}/${life}`;
    const found = this.#accounts.get(key) ?? { calls: 0, extra: 0 };
    this.#accounts.set(key, found);
    return found;
  }
}
