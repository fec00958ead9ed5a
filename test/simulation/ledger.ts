import { LatencyHistogram } from './latency-histogram.ts';
import { Timeline, type SeriesName } from './timeline.ts';

/** What became of the requests. */
export class Ledger {
  readonly timeline: Timeline;
  readonly addedMs = new LatencyHistogram();
  readonly addedToCallsMs = new LatencyHistogram();
  coldStarts = 0;
  crashedCalls = 0;
  frozenCalls = 0;

  constructor(durationMs: number) {
    this.timeline = new Timeline(durationMs);
  }

  /** Counts one request, call, refusal, failed call or dropped request. */
  count(name: SeriesName, nowMs: number): void {
    this.timeline.count(name, nowMs);
  }

  /** Counts the time that was added to a request, and whether it came to a call. */
  answered(addedMs: number, called: boolean): void {
    this.addedMs.record(addedMs);
    if (called) this.addedToCallsMs.record(addedMs);
  }
}
