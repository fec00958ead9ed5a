import type { LoadAssessment } from './load.ts';
import type { ResolvedLoadSheddingOptions } from './options.ts';
import type { SignalName } from './snapshot.ts';
import type { TrafficSummary } from './traffic-window.ts';

/** Latencies of fewer requests are no measure of what is possible. */
const FEWEST_REQUESTS = 10;

/** Shedding is not expected to make requests faster than that many times the best that was seen. */
const BEST_FACTOR = 1.5;

/** In that time without overload the best that was seen is half forgotten. */
const BEST_LIFE_MS = 600_000;

/** Overload that shows in other ways than in the target itself: then it is known that shedding helps. */
const PROOFS: readonly SignalName[] = ['cpu', 'eventLoop', 'latency'];

/** Latencies tell of the time before for so many sample intervals. */
const MEMORY_INTERVALS = 3;

/**
 * The latency that the adaptive strategy keeps to, as far as shedding helps: the one of the options or, if that is longer, one and a
 * half times the best that this environment has seen. While there is proof of overload the best may be one of an environment
 * that has been overloaded ever since it began: then the options alone count.
 */
export class LatencyTarget {
  readonly #options: ResolvedLoadSheddingOptions;
  #bestMs = Infinity;
  #provenForMs = 0;

  constructor(options: ResolvedLoadSheddingOptions) {
    this.#options = options;
  }

  /** Whether nothing is known yet of how long requests take. */
  get isUnknown(): boolean {
    return this.#bestMs === Infinity;
  }

  /**
   * The target in milliseconds; 0 where there is none.
   *
   * @param load What was known of the load until now.
   */
  next({ measured, p95Ms = 0 }: TrafficSummary, load: LoadAssessment, elapsedMs: number): number {
    const { strategy, targetLatencyMs, sampleIntervalMs } = this.#options;
    if (strategy !== 'adaptive' || targetLatencyMs === 0) return 0;
    if (load.exceeded.length === 0 && !this.isUnknown) this.#bestMs *= 2 ** (elapsedMs / BEST_LIFE_MS);
    if (measured >= FEWEST_REQUESTS) this.#bestMs = Math.min(this.#bestMs, p95Ms);
    this.#provenForMs = this.#isProof(load) ? MEMORY_INTERVALS * sampleIntervalMs : Math.max(0, this.#provenForMs - elapsedMs);
    if (this.#provenForMs > 0) return targetLatencyMs;
    // Of what is not known nothing is expected.
    return this.isUnknown ? 0 : Math.max(targetLatencyMs, BEST_FACTOR * this.#bestMs);
  }

  /** The target in the light of what has just been found out. */
  revised(targetMs: number, load: LoadAssessment): number {
    return this.#options.strategy === 'adaptive' && this.#isProof(load) ? this.#options.targetLatencyMs : targetMs;
  }

  #isProof({ exceeded }: LoadAssessment): boolean {
    return exceeded.some((name) => PROOFS.includes(name));
  }
}
