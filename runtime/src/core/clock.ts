/** The only source of time of every policy. */
export interface Clock {
  /** Epoch milliseconds; never less than an earlier answer of the same clock. */
  nowMs(): number;
}
