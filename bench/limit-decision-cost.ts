import { performance } from 'node:perf_hooks';
import { setImmediate as afterOtherWork } from 'node:timers/promises';
import { medianOf } from '../test/simulation/median.ts';
import { localDeciders, type Decider } from './peers/local-deciders.ts';

/** One way to decide a call without the store. */
export interface DecisionCost {
  readonly name: string;
  /** Whether its calls are admitted or refused. */
  readonly admits: boolean;
  /** Median of all rounds, in nanoseconds. */
  readonly nsPerCall: number;
  /** As a multiple of the first way of its kind: the median of the ratios within a round. */
  readonly ratio: number;
  /** Share of the calls that were decided without a promise, 0 to 1. */
  readonly atOnce: number;
}

const CALLS_PER_ROUND = 5_000;
const NS_PER_MS = 1e6;
const WARM_UP_MS = 4_000;

/** Measures all ways in turn, round by round, so that whatever else the machine does befalls them alike. */
export async function measureDecisionCost(rounds: number): Promise<DecisionCost[]> {
  const deciders = await localDeciders();
  // So long that the code is compiled, and that tokens are in hand: demand has to last before any are taken ahead.
  for (const untilMs = performance.now() + WARM_UP_MS; performance.now() < untilMs; ) await playRound(deciders);
  const samples: Sample[][] = [];
  for (let round = 0; round < rounds; round += 1) samples.push(await playRound(deciders));
  return deciders.map(({ name, admits }, index) => {
    const ns = (decider: number): number[] => samples.map((sample) => sample[decider]?.nsPerCall ?? NaN);
    const first = ns(deciders.findIndex((each) => each.admits === admits));
    const own = ns(index);
    const atOnce = samples.reduce((sum, sample) => sum + (sample[index]?.atOnce ?? 0), 0) / (rounds * CALLS_PER_ROUND);
    return { name, admits, nsPerCall: medianOf(own), ratio: medianOf(own.map((each, round) => each / (first[round] ?? NaN))), atOnce };
  });
}

interface Sample {
  readonly nsPerCall: number;
  readonly atOnce: number;
}

async function playRound(deciders: readonly Decider[]): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const { decide } of deciders) {
    const startedMs = performance.now();
    const atOnce = await decide(CALLS_PER_ROUND);
    samples.push({ nsPerCall: ((performance.now() - startedMs) * NS_PER_MS) / CALLS_PER_ROUND, atOnce });
    await afterOtherWork();
  }
  return samples;
}
