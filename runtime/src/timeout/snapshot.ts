/** What a timeout has done since it was made, in this environment. Totals only grow. Frozen. */
export interface TimeoutStatistics {
  readonly name: string;
  /** Calls that were begun or refused. */
  readonly requests: number;
  /** Calls that run now, and for whose result somebody waits. */
  readonly active: number;
  /** Calls that came to an end of their own, with a value or an error. */
  readonly completed: number;
  /** Calls whose limit has passed. */
  readonly timeouts: number;
  /** Calls that were not begun, because too little time was left. */
  readonly refused: number;
  /** Calls whose caller gave up before their limit. */
  readonly cancelled: number;
  /** Results that came when nobody waited for them any more. */
  readonly late: number;
  /** Share of the requests whose limit has passed or that were refused, 0 to 1. */
  readonly timeoutRatio: number;
  /** Mean, least and longest limit of the calls that were begun, in milliseconds; undefined where there were none. */
  readonly meanLimitMs: number | undefined;
  readonly minLimitMs: number | undefined;
  readonly maxLimitMs: number | undefined;
  /** Mean time that callers waited for calls that were begun and have ended, in milliseconds; undefined where there were none. */
  readonly meanDurationMs: number | undefined;
}
