import type { ResolvedLoadSheddingOptions, SignalWeights } from './options.ts';
import type { SignalName } from './snapshot.ts';

/** What was measured; what is undefined has no source, or too little to go by. */
export type Readings = Readonly<Record<SignalName, number | undefined>>;

/** How the load stands to its thresholds. */
export interface LoadAssessment {
  /** How far the load is over its thresholds, 0 to 1. */
  readonly score: number;
  /** Signals that have reached their thresholds and have not yet fallen far enough below them. */
  readonly exceeded: readonly SignalName[];
  /** Whether a signal is at its threshold or over it at this moment. */
  readonly isOver: boolean;
  /** How near the signal that is nearest to its threshold is to it: 1 at the threshold. */
  readonly nearness: number;
}

/** Nothing is known of the load, or nothing is over its threshold. */
export const NO_LOAD: LoadAssessment = Object.freeze({ score: 0, exceeded: Object.freeze([]), isOver: false, nearness: 0 });

interface Signal {
  readonly name: SignalName;
  readonly weight: keyof SignalWeights;
  /** From which value on there is overload. */
  readonly threshold: number;
  /** At which value it is complete. */
  readonly end: number;
}

/** A latency or a number of requests of twice its threshold is as bad as can be; shares end at 1. */
const END = 2;

/** The signals of the options; those that weigh nothing are not looked at. */
export function signalsOf(options: ResolvedLoadSheddingOptions, targetLatencyMs: number): readonly Signal[] {
  const { cpuThreshold, eventLoopThreshold, memoryThreshold, latencyThresholdMs, errorRateThreshold, maxInFlight } = options;
  const all: Signal[] = [
    { name: 'cpu', weight: 'cpu', threshold: cpuThreshold, end: 1 },
    { name: 'eventLoop', weight: 'cpu', threshold: eventLoopThreshold, end: 1 },
    { name: 'memory', weight: 'memory', threshold: memoryThreshold, end: 1 },
    { name: 'latency', weight: 'latency', threshold: latencyThresholdMs, end: END * latencyThresholdMs },
    { name: 'targetLatency', weight: 'latency', threshold: targetLatencyMs, end: END * targetLatencyMs },
    { name: 'inFlight', weight: 'latency', threshold: maxInFlight, end: END * maxInFlight },
    { name: 'errors', weight: 'errors', threshold: errorRateThreshold, end: 1 },
  ];
  return all.filter(({ weight, threshold }) => options.weights[weight] > 0 && threshold > 0);
}

/**
 * Judges the load. A signal is exceeded from its threshold on until it is below `1 - hysteresis` of it; how far it is over is the
 * share of the way from there to its end. The score is the weighted sum of that, in parts of the largest weight of what is measured:
 * what has no source leaves its weight to the others, and any signal of the largest weight can bring the score to 1 alone.
 *
 * @param before Signals that were exceeded until now.
 */
export function assessLoad(
  signals: readonly Signal[],
  readings: Readings,
  before: readonly SignalName[],
  { weights, hysteresis }: Pick<ResolvedLoadSheddingOptions, 'weights' | 'hysteresis'>,
): LoadAssessment {
  const exceeded: SignalName[] = [];
  const excess = new Map<keyof SignalWeights, number>();
  let nearness = 0;
  for (const { name, weight, threshold, end } of signals) {
    const value = readings[name];
    if (value === undefined) continue;
    const low = (1 - hysteresis) * threshold;
    const isExceeded = value >= (before.includes(name) ? low : threshold);
    if (isExceeded) exceeded.push(name);
    nearness = Math.max(nearness, value / threshold);
    const over = isExceeded ? (end > low ? Math.min(1, (value - low) / (end - low)) : 1) : 0;
    excess.set(weight, Math.max(excess.get(weight) ?? 0, over));
  }
  if (exceeded.length === 0) return { ...NO_LOAD, nearness };
  return { score: weighted(excess, weights), exceeded, isOver: nearness >= 1, nearness };
}

function weighted(excess: ReadonlyMap<keyof SignalWeights, number>, weights: SignalWeights): number {
  const measured = [...excess];
  const largest = Math.max(...measured.map(([group]) => weights[group]));
  const sum = measured.reduce((total, [group, over]) => total + weights[group] * over, 0);
  return Math.min(1, sum / largest);
}
