/** Every figure of the fleet's slots that was chosen and not given, in one place. */
export const FLEET_TUNING = Object.freeze({
  /** Slots of one part: so many leases fit into an item of 1 KB. */
  slotsPerPart: 20,
  /** Parts at most. */
  mostParts: 64,
  /** Parts that a call asks when it comes, and when it asks again. */
  partsAsked: 3,
  partsAskedAgain: 2,
  /** Wait after a refusal, in milliseconds: the first, and the longest. It doubles with each refusal in a row. */
  firstWaitMs: 25,
  longestWaitMs: 800,
  /** Refusals older than this, in milliseconds, say nothing any more. */
  refusalsForgottenMs: 5000,
  /** A slot is kept for further calls only while at most this share of each scope is in use. */
  keptWhileUsed: 0.5,
  /** Weight of the latest gap between two calls in their mean. */
  gapWeight: 0.3,
  /** Longer gaps count as this, in milliseconds, so that a pause is forgotten after some calls. */
  longestGapMs: 5000,
  /** A store that has not answered for this long after a failure is out, in milliseconds. */
  outAfterMs: 600,
  /** Calls that can wait at least this long wait for what comes of a first failure, in milliseconds. */
  waitableMs: 1000,
  /** When to come back to a store that does not answer, in milliseconds. */
  storeRetryMs: 150,
  /** Leases whose fate is unknown that an environment remembers; their end frees those that it forgets. */
  mostLoose: 100,
  /** An adaptive part changes its size at most this often, in milliseconds. */
  resizeEveryMs: 1000,
});
