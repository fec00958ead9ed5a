import { cpus } from 'node:os';
import Table from 'cli-table3';
import { medianOf } from '../test/simulation/median.ts';
import type { DecisionCost } from './limit-decision-cost.ts';
import { KEYS, type KeyMemory } from './limit-memory.ts';
import type { LimitBenchOptions } from './limit-options.ts';
import type { StoreCost } from './limit-store-cost.ts';
import type { ContenderName } from './peers/limit-contenders.ts';

/** The runs of one contender in one case. */
export interface StoreCostRow {
  readonly title: string;
  readonly contender: ContenderName;
  readonly runs: readonly StoreCost[];
}

/** Everything that was measured. */
export interface LimitComparison {
  readonly stores: readonly StoreCostRow[];
  readonly decisions: readonly DecisionCost[];
  readonly memory: readonly KeyMemory[];
}

interface Columns {
  readonly head: readonly string[];
  readonly rows: readonly string[][];
}

/** The comparison for a terminal. */
export function renderLimitTables(comparison: LimitComparison): string {
  return tablesOf(comparison)
    .map(({ head, rows }) => {
      const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
      table.push(...rows);
      return table.toString();
    })
    .join('\n\n');
}

/** The comparison as a page. */
export function renderLimitPage(comparison: LimitComparison, { command, runs, seconds, rounds }: LimitBenchOptions): string {
  const [stores = '', decisions = '', memory = ''] = tablesOf(comparison).map(markdown);
  return `# Ways to limit a fleet, compared

This library and \`rate-limiter-flexible\`, the package itself, side by side: the same embedded DynamoDB in a thread of its own, the
same callers, the same run. Runs per contender, in turn: ${runs}, of ${seconds} s each; figures are medians. **Times depend on the machine
and on what else it does** (${cpus().length} processors, Node ${process.versions.node}): compare them with each other only. How often
the store is asked depends on it far less. What the engine itself takes is in every figure: a call of \`RateLimiterDynamo\` within a
window is two requests one after the other. Measured with \`${command}\`.

What is compared is not the same thing. This library counts by a token bucket here, which refills steadily, and takes tokens ahead;
\`RateLimiterDynamo\` counts in fixed windows that begin with the first call of a key, and asks the store for every call. Blocking in
memory is its option \`inMemoryBlockOnConsumed\`, set to the limit.

## What a call costs at the store

Every write is charged by DynamoDB, also one whose condition fails. Reads come from the embedded engine, which does not hand back the
item that stood in the way of a write: DynamoDB does, so most of them would not be made there. Everything counts from the first call
of an environment on, opening connections included: in its first fifth of a second this library writes once for each call that comes alone,
and only then takes tokens ahead. At full speed means one call after the other with one turn of the event loop between them; times are
those of the decision alone, and those of this library include what it asks for ahead after the call. Where callers find the store too
slow for the pace they are set, they make fewer calls.

Once a key is blocked in memory, \`rate-limiter-flexible\` asks the store as little as this library does, **and refuses faster**. Its
fixed windows give out every token of the limit. A bucket of 100 tokens that begins full could give ${count(100 + 100 / seconds)} a second in these
runs, so this library leaves some unused under contention, and a call that has to wait for the store may wait for several requests.

${stores}

## What a decision without the store takes

One process, ${rounds} rounds in turn, medians. The ratio is what matters; nanoseconds are those of this machine. The first row that
admits and the first that refuses are 1. \`RateLimiterMemory\` keeps one number per key and shares nothing with anybody: it is the lower
bound of what a decision takes, and **faster than this library by the ratio given**, which weighs several limits, tokens in hand and
their expiry, and reports every decision. A refusal of \`acquire\` is an error, which has no frames; that of \`consume\` is an answer.

${decisions}

## What an environment remembers

Heap per key after a collection of garbage, with ${count(KEYS)} keys of one limit, which is also the default of \`maxKeys\`: where there
are more, the longest unused is forgotten. \`RateLimiterDynamo\` remembers nothing but keys blocked in memory; \`RateLimiterMemory\` keeps
a number and a timer per key, without a cap.

${memory}
`;
}

function tablesOf({ stores, decisions, memory }: LimitComparison): Columns[] {
  return [
    {
      head: ['case', 'contender', 'writes per call', 'reads per call', 'mean', 'p50', 'p99', 'calls per second', 'admitted per second'],
      rows: stores.map((row, index) => storeRow(row, stores[index - 1]?.title)),
    },
    {
      head: ['decided', 'by', 'ratio', 'per call', 'without a promise'],
      rows: [...decisions].sort((a, b) => Number(b.admits) - Number(a.admits)).map(decisionRow),
    },
    {
      head: ['kept by', 'bytes per key', `for ${count(KEYS)} keys`],
      rows: memory.map(({ name, bytesPerKey }) => [name, count(bytesPerKey), `${digits((bytesPerKey * KEYS) / 2 ** 20, 1)} MiB`]),
    },
  ];
}

function storeRow({ title, contender, runs }: StoreCostRow, before: string | undefined): string[] {
  const median = (measure: (cost: StoreCost) => number): number => medianOf(runs.map(measure));
  return [
    before === title ? '' : title,
    contender,
    share(median(({ writesPerCall }) => writesPerCall)),
    share(median(({ readsPerCall }) => readsPerCall)),
    `${digits(median(({ meanMs }) => meanMs), 3)} ms`,
    `${digits(median(({ p50Ms }) => p50Ms), 3)} ms`,
    `${digits(median(({ p99Ms }) => p99Ms), 3)} ms`,
    count(median(({ callsPerSecond }) => callsPerSecond)),
    count(median(({ admitted, calls, callsPerSecond }) => (admitted / calls) * callsPerSecond)),
  ];
}

function decisionRow({ name, admits, nsPerCall, ratio, atOnce }: DecisionCost): string[] {
  return [admits ? 'admitted' : 'refused', name, `${digits(ratio, 1)} x`, `${count(nsPerCall)} ns`, `${digits(100 * atOnce, 1)} %`];
}

function markdown({ head, rows }: Columns): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Requests per call: once in a hundred thousand calls is little, but not never. */
function share(value: number): string {
  return value > 0 && value < 0.001 ? '< 0.001' : digits(value, 3);
}

function count(value: number): string {
  return digits(value, 0);
}

function digits(value: number, maximumFractionDigits: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits });
}
