import { cpus } from 'node:os';
import type { CallBenchOptions } from './call-options.ts';
import { ratioOf, type CallCost } from './load-rounds.ts';
import { EQUAL_PEER, OUR_DEPENDENCY, OURS, USUAL_PEER } from './peers/call-contenders.ts';
import { ATTEMPTS, FAILURES, LEAST_CALLS, LIMIT_MS, QUEUE, SHARE, SLOTS, WINDOW_MS } from './peers/call-policies.ts';
import { count, digits, markdown, microseconds, terminalTables, times, versionOf, type Columns } from './table-text.ts';

const QUIET = `${OURS}, \`NO_EVENTS\``;

/** Everything that was measured; the first of each list is what is added to. */
export interface CallComparison {
  readonly answered: readonly CallCost[];
  /** Answered to callers that might give up. */
  readonly toCallers: readonly CallCost[];
  readonly failed: readonly CallCost[];
  readonly refused: readonly CallCost[];
}

/** The comparison for a terminal. */
export function renderCallTables({ answered, toCallers, failed, refused }: CallComparison): string {
  return terminalTables([answered, toCallers, failed, refused].map(tableOf));
}

/** The comparison as a page. */
export function renderCallPage(comparison: CallComparison, options: CallBenchOptions): string {
  const { answered, toCallers, failed, refused } = comparison;
  return `# What a call takes under retry, circuit breaker, bulkhead and timeout

${introduction(options)}

${findings(comparison)}

## What is compared

${contenders()}

## Calls that are answered

${markdown(tableOf(answered))}

## The same, of a caller that might give up

Each call is handed a signal that is never aborted, the same for all. opossum knows none.

${markdown(tableOf(toCallers))}

## Calls that fail

The work rejects with an error that is always the same one and that nobody tries again; circuits are so patient that they stay closed.

${markdown(tableOf(failed))}

## Calls that an open circuit refuses

The work is not run. Most of what a refusal takes is its error: those of this library have no frames in their stack.

${markdown(tableOf(refused))}
`;
}

function introduction({ command, rounds, calls }: CallBenchOptions): string {
  return `This library beside cockatiel ${versionOf('cockatiel')} and opossum ${versionOf('opossum')}, in one process and one run: ${count(rounds)} rounds of ${count(calls)} calls, one after the
other, every contender once in each round. The work is an asynchronous function that ends at once, so that what is left is what policies
take. Ratios are medians of the ratios within a round, times and what is added medians of all rounds. Times are processor time of the
process, so that others on the machine are not in them; still **they depend on the machine** (${cpus().length} processors,
${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}): compare them with each other only. Measured with \`${command}\`. It is
checked of every contender in every round that the work ran just as often as it should, and that each call ended as it should.`;
}

function findings({ answered, failed }: CallComparison): string {
  const ratio = (costs: readonly CallCost[], one: string, other: string) => times(ratioOf(roundsOf(costs, one), roundsOf(costs, other)));
  const beside = (one: string, other: string) => `${ratio(answered, one, other)} of the time where calls are answered, ${ratio(failed, one, other)} where they fail`;
  return `**The same four policies as cockatiel's take ${beside(OURS, USUAL_PEER)}.** More
than half of what cockatiel takes is one thing: when work has ended in time it aborts the signal that it gave it, which makes an error.
This library does no such thing. With \`abortOnReturn: false\`, which switches that off in cockatiel, the ratios are ${ratio(answered, OURS, EQUAL_PEER)} and ${ratio(failed, OURS, EQUAL_PEER)}:
**then cockatiel takes less**. Without events, of which cockatiel makes none either while nobody listens, they are ${ratio(answered, QUIET, EQUAL_PEER)} and ${ratio(failed, QUIET, EQUAL_PEER)};
the rest is what the policies here do besides, see below. \`createDependency\`, which has a time for the whole call besides, takes ${ratio(answered, OUR_DEPENDENCY, USUAL_PEER)}
and ${ratio(failed, OUR_DEPENDENCY, USUAL_PEER)} of the time of cockatiel as it comes. All of this is microseconds, of calls that take milliseconds.`;
}

function contenders(): string {
  const half = digits(SHARE * 100, 0);
  return `- **cockatiel**: \`wrap(retry, circuitBreaker, bulkhead, timeout)\`, in three kinds of circuit and two of timeout. *aggressive* ends a call whatever
  its work does, as this library does; *cooperative* only aborts a signal. \`SamplingBreaker\` judges by the share of failures in a window
  of time, which is the nearest to the circuit here; \`ConsecutiveBreaker\` only counts failures in a row, and is the least.
  \`abortOnReturn\` is on where nothing else is said, as it is by itself.
- **opossum**: one circuit breaker with its timeout and its \`capacity\`. **It has no retries**, no queue and no signals, so it is not the
  same; percentiles are off, because with them every failure sorts the durations of all calls in the window.
- **\`pipeline\`**: \`createRetry\`, \`createCircuitBreaker\` (not shared), \`createBulkhead\` (in process) and \`createTimeout\`, in the same
  order as cockatiel's; the retry has no times of its own. Besides, these count and report every call, keep a budget of retries, give every
  attempt a signal of its own and every call a deadline, and have two thresholds for the circuit. Events go to the sink that is there if
  none is given, whose few lines go nowhere; with \`NO_EVENTS\` none are made.
- **\`createDependency\`**: the same, and a time for the call with all its attempts and waits: two timeouts, and statistics of all of it.

All have ${ATTEMPTS} attempts with exponential waits, ${SLOTS} slots, ${QUEUE} places in the queue where there is one, ${count(LIMIT_MS / 1000)} s per attempt, and open at ${FAILURES} failures in a
row or ${half}% of at least ${LEAST_CALLS} calls within ${count(WINDOW_MS / 1000)} s, whichever of the two they know. Nobody listens to events of cockatiel or opossum.`;
}

function roundsOf(costs: readonly CallCost[], name: string): readonly number[] {
  return costs.find((cost) => cost.name === name)?.rounds ?? [];
}

function tableOf(costs: readonly CallCost[]): Columns {
  const [bare] = costs;
  const peers = [USUAL_PEER, EQUAL_PEER].map((peer) => roundsOf(costs, peer));
  return {
    head: ['around the work', 'per call', 'added', 'of cockatiel as it comes', 'of cockatiel without the abort'],
    rows: costs.map((cost) => [
      cost.name,
      microseconds(cost.nsPerCall),
      cost === bare ? '' : microseconds(cost.addedNs),
      ...peers.map((peer) => (cost === bare ? '' : times(ratioOf(cost.rounds, peer)))),
    ]),
  };
}
