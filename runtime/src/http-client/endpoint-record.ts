import { grownShare, isProbing, newHealth, shareFactor, statusOf, type EndpointHealth, type EndpointStatus } from './endpoint-health.ts';
import { withLowerBound, withSample, type PeakEwma } from './endpoint-latency.ts';
import type { Endpoint } from './endpoint-options.ts';

/** What a pool keeps of one endpoint. */
export class EndpointRecord {
  /** The endpoint, as it was said last. */
  endpoint: Endpoint;
  health: EndpointHealth;
  latency: PeakEwma | undefined;
  /** Status that was reported last. */
  reported: EndpointStatus = 'healthy';
  /** Whether the endpoint is still one of the pool. */
  isKnown = true;
  /** Calls and failures since the last comparison with the others. */
  requests = 0;
  failures = 0;
  readonly url: string;
  /** Host, with its port if that is not the usual one. */
  readonly host: string;
  #inFlight = 0;

  constructor(endpoint: Endpoint, sinceMs: number) {
    this.endpoint = endpoint;
    this.url = endpoint.url;
    this.host = new URL(endpoint.url).host;
    this.health = newHealth(sinceMs);
  }

  /** How many calls it gets compared with the others. */
  get weight(): number {
    return this.endpoint.weight ?? 1;
  }

  /** Calls that have not ended. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * Counts a call that begins.
   *
   * @returns Ends it: gives back what it was counted, the first time, and says whether it was that.
   */
  begin(): () => boolean {
    this.#inFlight += 1;
    let isOpen = true;
    return () => {
      if (!isOpen) return false;
      isOpen = false;
      this.#inFlight -= 1;
      return true;
    };
  }

  /** Learns from how long a call took. */
  learnLatency(durationMs: number, nowMs: number): void {
    this.latency = withSample(this.latency, durationMs, nowMs);
  }

  /** Learns from a call that failed or was given up: it takes at least that long. */
  learnLowerBound(leastMs: number, bestMs: number, nowMs: number): void {
    this.latency = withLowerBound(this.latency, leastMs, bestMs, nowMs);
  }

  /** Status now. */
  status(nowMs: number): EndpointStatus {
    return statusOf(this.health, nowMs);
  }

  /** Whether it was left out for long enough, and nobody is trying it. */
  isDue(nowMs: number): boolean {
    return this.#inFlight === 0 && isProbing(this.health, nowMs);
  }

  /** The part of its share that it gets now. */
  factor(slowStartMs: number, nowMs: number): number {
    return shareFactor(this.health, slowStartMs, nowMs);
  }

  /** The part of its keys that it has back now. */
  grown(slowStartMs: number, nowMs: number): number {
    return grownShare(this.health, slowStartMs, nowMs);
  }
}
