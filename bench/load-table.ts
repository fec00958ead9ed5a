import { cpus } from 'node:os';
import type { LoadBenchOptions } from './load-options.ts';
import type { CallCost } from './load-rounds.ts';
import { WINDOW_MS, WINDOWS } from './peers/shedding-windows.ts';
import { CROWD, SLOTS } from './peers/slot-contenders.ts';
import { count, digits, markdown, microseconds, terminalTables, times, versionOf, type Columns } from './table-text.ts';

/** Everything that was measured; the first of each list is what its others are measured by. */
export interface LoadComparison {
  /** By the number of samples in the window, of requests as they come. */
  readonly steady: readonly CallCost[];
  /** The same, of requests each of which looks at the load. */
  readonly looking: readonly CallCost[];
  readonly admitted: readonly CallCost[];
  readonly refused: readonly CallCost[];
  readonly decided: readonly CallCost[];
  readonly uncontended: readonly CallCost[];
  readonly queued: readonly CallCost[];
  readonly full: readonly CallCost[];
}

/** The comparison for a terminal. */
export function renderLoadTables(comparison: LoadComparison): string {
  return terminalTables(Object.values(tablesOf(comparison)));
}

/** The comparison as a page. */
export function renderLoadPage(comparison: LoadComparison, { command, rounds, calls }: LoadBenchOptions): string {
  const { windows, requests, decisions, slots } = tablesOf(comparison);
  const ratios = comparison.looking.slice(1).map(({ ratio }) => ratio);
  const spread = Math.max(...ratios) / Math.min(...ratios);
  return `# What load shedding and a bulkhead take

Both side by side with a middleware that does nothing, and the bulkhead with others, in one process and one run: ${count(rounds)} rounds of
${count(calls)} calls, every contender once in each round. Ratios are medians of the ratios within a round, times and what is added medians of all
rounds. Times are processor time of the process, so that others on the machine are not in them; still **they depend on the machine**
(${cpus().length} processors, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, \`@middy/core\` ${versionOf('@middy/core')}): compare them with
each other only. Measured with \`${command}\`.

Every request is a new event with a new context, and it is checked that each was answered as it should be and that the handler ran just
as often as it should. Events of the policies are made and go nowhere. The clock is a manual one that reads the clock of the machine
as well, so that any number of requests per second can be had; processor, memory and event loop are those of the process.

## Load shedding, by what is in its window

Middy with one middleware and a handler that answers at once, one request after the other; the empty middleware is 1. It is so little
that ratios are large: what counts is what is added. The window is ${WINDOW_MS / 1000} s long, the default, and has as many samples as the row says, in
the first columns because that is how many requests come. Latencies and failures are looked at every 100 ms, the process every
second: where requests are rare each of them does that, where they are many few do. In the last columns **every request that is
timed looks at all of it**, quantiles included, and latencies in the window are from 20 to 80 ms: the most that load shedding
takes, about half of it to ask the system how much memory is in use. These requests are timed one by one, by the clock, behind some of
another function, since after thousands of others that fill the window the caches of the processor are cold. The largest of these
ratios is ${digits(spread, 2)} times the smallest, from ${count(WINDOWS[0] ?? NaN)} to ${count(WINDOWS.at(-1) ?? NaN)} samples.

${markdown(windows)}

## One request, admitted or refused

The same with other middlewares. *Switched off*, load shedding still describes the request, as every gate of this library does: who
makes it, how much it matters, how old it is. A refusal is an error that Middy takes through \`onError\` of all middlewares, and an
answer with headers and a body made of it; an answer of a middleware's own stops the chain, and middlewares further out hear nothing.

${markdown(requests)}

The decision of load shedding alone, without Middy. The error of a refusal has no frames in its stack, which is what makes errors
expensive: more so the deeper the stack is.

${markdown(decisions)}

## A bulkhead in process, beside others

${count(SLOTS)} slots, work that waits for nothing but one microtask; \`p-limit\` ${versionOf('p-limit')} is 1, and where calls are refused the counter, as
neither \`p-limit\` nor \`async\` ${versionOf('async')} can refuse. *With a queue* means ${count(CROWD)} calls at once, ${count(CROWD - SLOTS)} of which wait. A counter is the
least that a bulkhead can do. This library measures and reports every call, bounds the wait and the queue, and knows priorities, deadlines
and signals: **it takes longer than those by the ratio given**, of a call that takes microseconds.

${markdown(slots)}
`;
}

function tablesOf(comparison: LoadComparison): Readonly<Record<'windows' | 'requests' | 'decisions' | 'slots', Columns>> {
  const { steady, looking, admitted, refused, decided, uncontended, queued, full } = comparison;
  const head = ['ratio', 'per call', 'added'];
  return {
    windows: {
      head: ['samples in the window', 'ratio', 'per request', 'added', 'looking: ratio', 'per request', 'added'],
      rows: steady.map((cost, index) => [nameOf(cost), ...cells(cost), ...cells(looking[index])]),
    },
    requests: { head: ['the handler', 'behind', ...head], rows: [...titled('answers', admitted), ...titled('is not asked', refused.slice(1))] },
    decisions: { head: ['what', ...head], rows: decided.map((cost) => [cost.name, ...cells(cost)]) },
    slots: {
      head: ['calls', 'by', ...head],
      rows: [...titled('one by one', uncontended), ...titled('with a queue', queued), ...titled('all refused', full)],
    },
  };
}

function titled(title: string, costs: readonly CallCost[]): string[][] {
  return costs.map((cost, index) => [index === 0 ? title : '', cost.name, ...cells(cost)]);
}

/** A number of samples, or what the first row is. */
function nameOf({ name }: CallCost): string {
  return Number.isNaN(Number(name)) ? name : count(Number(name));
}

function cells(cost: CallCost | undefined): string[] {
  if (cost === undefined) return ['', '', ''];
  const { ratio, nsPerCall, addedNs } = cost;
  return [times(ratio), microseconds(nsPerCall), ratio === 1 ? '' : microseconds(addedNs)];
}
