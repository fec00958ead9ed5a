/** What keeps retries from multiplying an outage. */
export type BudgetKind = 'tokens' | 'ratio' | 'none';

/** The options that say how many retries there may be. */
export interface BudgetOptions {
  readonly budget: BudgetKind;
  readonly budgetTokens: number;
  readonly budgetRefill: number;
  readonly budgetRatio: number;
}

/** Retries in flight that a share never forbids: with few calls there would be none at all. */
const LEAST_EXTRA = 3;

/** Sums of tenths do not meet whole numbers exactly. */
const ROUNDING = 1e-9;

/**
 * What all retries of one name in an environment share. With tokens, a bucket that starts full: each first call adds a part of a
 * token, each retry takes one, so that in an outage there is about one retry in ten calls. With a ratio, the share of the calls in
 * flight that are retries, beyond three (as Envoy has it). Both work without a clock: a frozen environment earns nothing.
 */
export class RetryBudget {
  readonly #options: BudgetOptions;
  #tokens: number;
  #inFlight = 0;
  #extra = 0;

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#tokens = options.budgetTokens;
  }

  /** A first call begins. */
  begin(): void {
    this.#inFlight += 1;
    this.#tokens = Math.min(this.#options.budgetTokens, this.#tokens + this.#options.budgetRefill);
  }

  /** A call is over, with all its attempts. */
  end(): void {
    this.#inFlight -= 1;
  }

  /** Takes the right to one retry; false if there is none left. */
  take(): boolean {
    const { budget, budgetRatio } = this.#options;
    if (budget === 'tokens') {
      if (this.#tokens + ROUNDING < 1) return false;
      this.#tokens = Math.max(0, this.#tokens - 1);
    }
    if (budget === 'ratio' && this.#extra >= LEAST_EXTRA && (this.#extra + 1) / this.#inFlight > budgetRatio + ROUNDING) return false;
    this.#extra += 1;
    return true;
  }

  /** A retry that was taken is over: it is in flight no longer. */
  giveBack(): void {
    this.#extra -= 1;
  }

  /** Tokens left; undefined where the budget has none. */
  get tokens(): number | undefined {
    return this.#options.budget === 'tokens' ? this.#tokens : undefined;
  }

  /** Calls in flight, those that wait for their next attempt included. */
  get inFlight(): number {
    return this.#inFlight;
  }
}

/** Budgets that are remembered at most: the longest unused are forgotten first, which fills them anew. */
const MAXIMUM_BUDGETS = 1000;

/** The budgets of an environment: who has the same name and the same options shares one. */
export class RetryBudgets {
  readonly #budgets = new Map<string, RetryBudget>();

  /** The budget of a name. */
  of(name: string, { budget, budgetTokens, budgetRefill, budgetRatio }: BudgetOptions): RetryBudget {
    const options = { budget, budgetTokens, budgetRefill, budgetRatio };
    const key = JSON.stringify([name, ...Object.values(options)]);
    const found = this.#budgets.get(key) ?? new RetryBudget(options);
    this.#budgets.delete(key);
    this.#budgets.set(key, found);
    const [oldest] = this.#budgets.size > MAXIMUM_BUDGETS ? this.#budgets.keys() : [];
    if (oldest !== undefined) this.#budgets.delete(oldest);
    return found;
  }
}
