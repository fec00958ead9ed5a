import type { Priority } from '../core/call-context.ts';
import { LatencyTarget } from './latency-target.ts';
import { assessLoad, NO_LOAD, signalsOf, type LoadAssessment, type Readings } from './load.ts';
import type { ResolvedLoadSheddingOptions } from './options.ts';
import { LoadMeter, UNKNOWN_LOAD, type LoadProbe } from './probe.ts';
import { nextRate } from './rate.ts';
import type { SheddingReporter } from './reporter.ts';
import { Room } from './room.ts';
import type { LoadSnapshot } from './snapshot.ts';
import { TrafficWindow, type CreateHistogram, type TrafficSummary } from './traffic-window.ts';

/** What the process is measured with. */
export interface LoadSources {
  readonly probe: LoadProbe;
  readonly createHistogram: CreateHistogram;
}

/** Latencies and failures are judged by the latest requests: by that many, if there are so many of the last few intervals. */
const ENOUGH_REQUESTS = 100;

/** Otherwise by that many of the whole window. */
const FEW_REQUESTS = 20;

/** Fewer than that say nothing. */
const FEWEST_REQUESTS = 10;

/** Sample intervals that are called the last few. */
const LATEST_INTERVALS = 3;

/** Latencies and failures are looked at that often in a sample interval. */
const LOOKS_PER_INTERVAL = 10;

/** Room for requests of high priority, in times of that for others. */
const ROOM_OF_HIGH = 2.5;

/** Measures the load of the environment on the path of requests, and says at which rate requests are to be shed. */
export class LoadWatch {
  readonly #options: ResolvedLoadSheddingOptions;
  readonly #reporter: SheddingReporter;
  readonly #traffic: TrafficWindow;
  readonly #latest: TrafficWindow;
  readonly #meter: LoadMeter;
  readonly #isSerial: boolean;
  readonly #target: LatencyTarget;
  readonly #room: Room;
  #load: LoadAssessment = NO_LOAD;
  #rate: number;
  #isActive = false;
  #lookedAtMs: number | undefined;
  #ended = 0;
  #inFlight = 0;
  #busyMs = 0;
  #busySinceMs = 0;

  constructor(options: ResolvedLoadSheddingOptions, reporter: SheddingReporter, { probe, createHistogram }: LoadSources, nowMs: number) {
    const { metricsWindowMs, sampleIntervalMs } = options;
    this.#options = options;
    this.#reporter = reporter;
    this.#traffic = new TrafficWindow(metricsWindowMs, nowMs, createHistogram);
    this.#latest = new TrafficWindow(Math.min(metricsWindowMs, LATEST_INTERVALS * sampleIntervalMs), nowMs, createHistogram);
    this.#meter = new LoadMeter(probe, sampleIntervalMs);
    this.#isSerial = probe.isSerial;
    this.#target = new LatencyTarget(options);
    this.#room = new Room(sampleIntervalMs);
    this.#rate = options.minRate;
  }

  /** Requests in flight. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** How far the load is over its thresholds. */
  get score(): number {
    return this.#load.score;
  }

  /** The share of requests to be shed now: that of the strategy, and more where there is no room for them. */
  get rate(): number {
    return this.rateFor('normal');
  }

  /** The same as a request of a priority meets it: one of high priority is not shed for a crowd that others have made. */
  rateFor(priority: Priority): number {
    return Math.max(this.#rate, this.#room.crowding(priority === 'high' ? this.#inFlight / ROOM_OF_HIGH : this.#inFlight));
  }

  /** A request has come. */
  arrived(nowMs: number): void {
    this.#look(nowMs);
    this.#traffic.arrived(nowMs);
    this.#latest.arrived(nowMs);
  }

  /** A request was shed. */
  shed(nowMs: number): void {
    this.#traffic.shed(nowMs);
  }

  /** A request was let in. */
  entered(nowMs: number): void {
    if (this.#inFlight === 0) this.#busySinceMs = nowMs;
    this.#inFlight += 1;
  }

  /** A request that was let in is out again. */
  left(nowMs: number): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#busyMs += nowMs - this.#busySinceMs;
  }

  /** A request was handled. */
  ended(nowMs: number, durationMs: number | undefined, failed: boolean): void {
    this.#ended += 1;
    this.#traffic.ended(nowMs, durationMs, failed);
    this.#latest.ended(nowMs, durationMs, failed);
  }

  /** The load now, as far as it is known. */
  snapshot(nowMs: number): LoadSnapshot {
    const traffic = this.#traffic.latest(nowMs, Infinity);
    const { score, exceeded } = this.#load;
    return Object.freeze({
      score,
      rate: this.#options.strategy === 'custom' ? (ratio(traffic.shed, traffic.arrived) ?? 0) : this.rate,
      exceeded: Object.freeze([...exceeded]),
      ...this.#meter.load,
      inFlight: this.#inFlight,
      requestsPerSecond: (traffic.arrived * 1000) / traffic.spanMs,
      errorRate: ratio(traffic.failed, traffic.ended),
      meanLatencyMs: traffic.meanMs,
      p95LatencyMs: traffic.p95Ms,
      p99LatencyMs: traffic.p99Ms,
    });
  }

  #look(nowMs: number): void {
    const elapsedMs = nowMs - (this.#lookedAtMs ?? nowMs);
    // The first latencies are not waited for: they say what requests take while all is well.
    const isDue = elapsedMs >= this.#options.sampleIntervalMs / LOOKS_PER_INTERVAL || (this.#target.isUnknown && this.#ended === FEW_REQUESTS);
    if (this.#lookedAtMs !== undefined && !isDue) return;
    this.#lookedAtMs = nowMs;
    const busyMs = this.#busyMs + (this.#inFlight > 0 ? nowMs - this.#busySinceMs : 0);
    const hasSampled = this.#meter.sample(nowMs, busyMs, this.#inFlight === 0);
    const latest = this.#latest.latest(nowMs, ENOUGH_REQUESTS);
    this.#judge(latest.measured < FEW_REQUESTS ? this.#traffic.latest(nowMs, FEW_REQUESTS) : latest, elapsedMs);
    if (hasSampled) this.#reporter.report({ type: 'shedding.rate', rate: this.rate, score: this.score });
  }

  #judge(traffic: TrafficSummary, elapsedMs: number): void {
    const targetMs = this.#target.next(traffic, this.#load, elapsedMs);
    const load = assessLoad(signalsOf(this.#options, targetMs), this.#readings(traffic, targetMs), this.#load.exceeded, this.#options);
    this.#load = load;
    const { isOver, exceeded, score } = load;
    const isShedding = exceeded.length > 0 || this.#rate > this.#options.minRate;
    this.#room.measure({ traffic, targetMs: this.#target.revised(targetMs, load), isOver, isShedding, inFlight: this.#inFlight, elapsedMs });
    const { surplus, wasCrowded } = this.#room;
    this.#rate = nextRate({ load, rate: this.#rate, elapsedMs, surplus, wasCrowded }, this.#options);
    // Signals come and go while shedding keeps them where they should be: it has ended when nothing is shed any more.
    const isActive = exceeded.length > 0 || (this.#isActive && this.rate > this.#options.minRate);
    if (isActive === this.#isActive) return;
    this.#isActive = isActive;
    const type = isActive ? 'shedding.started' : 'shedding.ended';
    this.#reporter.report({ type, rate: this.rate, score, signals: exceeded.join(',') });
  }

  #readings({ ended, failed, measured, p95Ms }: TrafficSummary, targetMs: number): Readings {
    const latencyMs = measured >= FEWEST_REQUESTS ? p95Ms : undefined;
    // Who keeps to the target may use all there is.
    const isInTime = targetMs > 0 && latencyMs !== undefined && latencyMs < this.#options.targetLatencyMs;
    const { cpu, eventLoop, memory } = this.#isSerial ? UNKNOWN_LOAD : this.#meter.load;
    return {
      ...(isInTime ? UNKNOWN_LOAD : { cpu, eventLoop }),
      memory,
      latency: latencyMs,
      targetLatency: latencyMs,
      inFlight: this.#inFlight,
      errors: ended >= FEWEST_REQUESTS ? failed / ended : undefined,
    };
  }
}

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
