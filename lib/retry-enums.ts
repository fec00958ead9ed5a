/** How the wait grows from attempt to attempt. */
export enum RetryStrategy {
  /** It is multiplied each time: 100, 200, 400 ms. */
  EXPONENTIAL = 'exponential',

  /** It grows by the first wait each time: 100, 200, 300 ms. */
  LINEAR = 'linear',

  /** It stays the same. */
  FIXED = 'fixed',
}

/** How waits are spread, so that callers do not come back together. */
export enum RetryJitter {
  /** Anywhere from nothing to the wait. */
  FULL = 'full',

  /** Anywhere in the upper half of the wait. */
  EQUAL = 'equal',

  /** Anywhere between the first wait and three times the last one, whatever the strategy. */
  DECORRELATED = 'decorrelated',

  /** Up and down by a share of the wait, `jitterRatio`. */
  RATIO = 'ratio',

  /** Not at all. */
  NONE = 'none',
}

/** What keeps retries from multiplying an outage. */
export enum RetryBudget {
  /** Tokens: each first call earns a part of one, each retry takes one. */
  TOKENS = 'tokens',

  /** A share of the calls in flight. */
  RATIO = 'ratio',

  /** Nothing but the number of attempts. */
  NONE = 'none',
}
