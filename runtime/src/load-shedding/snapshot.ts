/** What is looked at to tell overload. `targetLatency` is of the adaptive strategy only. */
export type SignalName = 'cpu' | 'eventLoop' | 'memory' | 'latency' | 'targetLatency' | 'inFlight' | 'errors';

/** The load of this environment at one moment. Frozen: what is done with it changes nothing. What is not known is undefined. */
export interface LoadSnapshot {
  /** How far the load is over its thresholds: 0 where none is exceeded, 1 where what weighs most is at its end. */
  readonly score: number;
  /** Share of requests that is shed now, 0 to 1; for the strategy `custom` the share that was shed of late. */
  readonly rate: number;
  /** Names of the signals that are over their thresholds, and of those that have not yet fallen far enough below. */
  readonly exceeded: readonly SignalName[];
  /** Share of the processor time that is used, 0 to 1. */
  readonly cpu: number | undefined;
  /** Share of the time that the event loop is busy, 0 to 1. */
  readonly eventLoop: number | undefined;
  /** Share of the memory that is used. */
  readonly memory: number | undefined;
  /** Requests in flight. */
  readonly inFlight: number;
  /** Requests that came in a second, those that were shed included. */
  readonly requestsPerSecond: number;
  /** Share of the handled requests that failed, 0 to 1. */
  readonly errorRate: number | undefined;
  /** Mean latency of the handled requests in milliseconds. */
  readonly meanLatencyMs: number | undefined;
  /** Latency that 95 in 100 handled requests do not exceed, in milliseconds; right to a sixteenth. */
  readonly p95LatencyMs: number | undefined;
  /** Latency that 99 in 100 handled requests do not exceed, in milliseconds; right to a sixteenth. */
  readonly p99LatencyMs: number | undefined;
}

/** What load shedding has done since it was made, in this environment, and the load now. Totals only grow. Frozen. */
export interface LoadSheddingStatistics extends LoadSnapshot {
  /** Requests decided: admitted and shed together. */
  readonly requests: number;
  readonly admitted: number;
  /** Requests that were shed; in a dry run, that would have been. */
  readonly shed: number;
  /** Share of all requests that was shed, 0 to 1. */
  readonly shedRatio: number;
}
