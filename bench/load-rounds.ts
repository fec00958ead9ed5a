import { performance } from 'node:perf_hooks';
import { setImmediate as afterOtherWork } from 'node:timers/promises';
import { medianOf } from '../test/simulation/median.ts';

/** Something whose calls are timed. */
export interface Contender {
  readonly name: string;
  /**
   * Makes fresh input for so many calls, and times them.
   *
   * @returns nanoseconds per call.
   * @throws when a call comes to another end than it should, or the handler runs more or less often.
   */
  readonly play: (calls: number) => Promise<number>;
}

/** Contenders that are measured by the first of them. */
export interface Group {
  readonly title: string;
  readonly contenders: readonly Contender[];
}

/** What a call costs. */
export interface CallCost {
  readonly name: string;
  /** Median of all rounds, in nanoseconds. */
  readonly nsPerCall: number;
  /** What is added to the first of the group, in nanoseconds: the median of the differences within a round. */
  readonly addedNs: number;
  /** As a multiple of the first of the group: the median of the ratios within a round. */
  readonly ratio: number;
  /** What a call took in each round, in nanoseconds. */
  readonly rounds: readonly number[];
}

/** The costs of a group. */
export interface GroupCost {
  readonly title: string;
  readonly costs: readonly CallCost[];
}

const NS_PER_MS = 1e6;
const NS_PER_US = 1e3;
const WARM_UP_MS = 5_000;

/**
 * Measures all contenders in turn, round by round, so that whatever else the machine does befalls them alike; every other round
 * backwards, so that none always comes behind the same.
 */
export async function measureGroups(groups: readonly Group[], rounds: number, calls: number): Promise<GroupCost[]> {
  const all = groups.flatMap(({ contenders }) => contenders);
  // So long that the code is compiled.
  for (const untilMs = performance.now() + WARM_UP_MS; performance.now() < untilMs; ) await playRound(all, calls);
  const samples = new Map<Contender, number[]>(all.map((each) => [each, []]));
  for (let round = 0; round < rounds; round += 1) {
    const played = await playRound(round % 2 === 0 ? all : all.toReversed(), calls);
    for (const [each, ns] of played) samples.get(each)?.push(ns);
  }
  return groups.map(({ title, contenders }) => ({ title, costs: costsOf(contenders.map((each) => ({ name: each.name, ns: samples.get(each) ?? [] }))) }));
}

/** One cost as a multiple of another: the median of the ratios within a round. */
export function ratioOf(one: readonly number[], other: readonly number[]): number {
  return medianOf(one.map((each, round) => each / (other[round] ?? NaN)));
}

/** Nanoseconds of processor time per call of a loop over all inputs: what others do on the machine is not in it. */
export async function timeLoop(calls: number, loop: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await loop();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * NS_PER_US) / calls;
}

/** Nanoseconds of one call. The processor time is not known that exactly, but so little is seldom interrupted. */
export async function timeOne(call: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await call();
  return (performance.now() - startedMs) * NS_PER_MS;
}

async function playRound(contenders: readonly Contender[], calls: number): Promise<Map<Contender, number>> {
  const played = new Map<Contender, number>();
  for (const each of contenders) {
    played.set(each, await each.play(calls));
    await afterOtherWork();
  }
  return played;
}

function costsOf(contenders: readonly { readonly name: string; readonly ns: readonly number[] }[]): CallCost[] {
  const first = contenders[0]?.ns ?? [];
  return contenders.map(({ name, ns }) => ({
    name,
    nsPerCall: medianOf(ns),
    addedNs: medianOf(ns.map((each, round) => each - (first[round] ?? NaN))),
    ratio: ratioOf(ns, first),
    rounds: ns,
  }));
}
