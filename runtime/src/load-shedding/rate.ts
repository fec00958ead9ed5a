import type { LoadAssessment } from './load.ts';
import type { ResolvedLoadSheddingOptions } from './options.ts';

/** What a strategy knows when the rate is set anew. */
export interface RateInput {
  readonly load: LoadAssessment;
  /** The rate until now. */
  readonly rate: number;
  /** Time since it was set, in milliseconds. */
  readonly elapsedMs: number;
  /** Share of the latest requests that was more than can be handled, 0 to 1. */
  readonly surplus: number;
  /** Whether too many were in flight of late, so that latencies may still tell of it. */
  readonly wasCrowded: boolean;
}

type Bounds = Pick<ResolvedLoadSheddingOptions, 'minRate' | 'maxRate'>;
type RateOptions = Bounds & Pick<ResolvedLoadSheddingOptions, 'strategy' | 'adaptationRate' | 'sampleIntervalMs'>;

/** Share of the requests that the strategy `circuit` sheds for each threshold that is exceeded. */
const RATE_PER_THRESHOLD = 0.25;

/** The adaptive rate follows the surplus by up to so many times its pace, as the score goes from 0 to 1. */
const FASTEST = 10;

/** The part of the surplus that the rate takes; what is left is refused as it finds no room. */
const SURPLUS_PART = 0.9;

/**
 * The share of requests to be shed, by strategy. The adaptive one moves by time, never by request. While a signal is at its
 * threshold, it rises by `adaptationRate` per second; by up to ten times that, as the score goes to 1, where the surplus is higher;
 * and not at all beyond the surplus as long as latencies tell of a crowd that is already being refused. While signals are between
 * the threshold and the end of the hysteresis it stands still, and below it falls by `adaptationRate` per second. A gap counts in
 * full on the way down; on the way up it counts as one sample interval.
 */
export function nextRate(input: RateInput, options: RateOptions): number {
  const { strategy, minRate, maxRate } = options;
  const { load, rate } = input;
  if (strategy === 'circuit') return within(RATE_PER_THRESHOLD * load.exceeded.length, options);
  if (strategy !== 'adaptive') return minRate + (maxRate - minRate) * load.score;
  return within(rate + adaptiveStep(input, options), options);
}

function adaptiveStep({ load, rate, elapsedMs, surplus, wasCrowded }: RateInput, { adaptationRate, sampleIntervalMs }: RateOptions): number {
  if (load.exceeded.length === 0) return (-adaptationRate * elapsedMs) / 1000;
  if (!load.isOver) return 0;
  const step = (adaptationRate * Math.min(elapsedMs, sampleIntervalMs)) / 1000;
  const fastest = step * (1 + (FASTEST - 1) * load.score);
  return Math.max(wasCrowded ? 0 : step, Math.min(fastest, SURPLUS_PART * surplus - rate));
}

function within(rate: number, { minRate, maxRate }: Bounds): number {
  return Math.min(maxRate, Math.max(minRate, rate));
}
