import Table from 'cli-table3';
import type { Figures } from '../test/simulation/figures.ts';
import { medianOf } from '../test/simulation/median.ts';
import type { BenchOptions } from './peer-options.ts';
import type { DesignName } from './peers/designs.ts';

/** The runs of one design in one scenario. */
export interface Comparison {
  readonly scenario: string;
  readonly design: DesignName;
  readonly runs: readonly Figures[];
}

const HEAD = [
  'scenario',
  'design',
  'time to open',
  'transitions to OPEN',
  'failing calls',
  'refused',
  'store calls per million',
  'item writes in a second',
];

/** The comparison for a terminal. */
export function renderComparison(comparisons: readonly Comparison[]): string {
  const table = new Table({
    head: HEAD,
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  table.push(...rows(comparisons));
  return table.toString();
}

/** The comparison as a page. */
export function renderPage(comparisons: readonly Comparison[], { command, seeds, largeSeeds }: BenchOptions): string {
  const lines = [HEAD, ['---', '---', ...HEAD.slice(2).map(() => '---:')], ...rows(comparisons)];
  return `# Ways to share a circuit, compared

The same fleet, the same traffic and the same faults for every design, in the simulator that the evidence for this circuit
breaker comes from. **The designs of others are reimplementations from their documented behaviour, made for this comparison**:
none of their code is used, and what they do in production may differ. Where the documentation says nothing, the choice is the
one that serves the design best.

- *per-environment consecutive count, shared state*: as the circuit breaker of Powertools for AWS Lambda (Python). Five
  consecutive failures of one environment save OPEN, unconditionally; the state is read when a copy 5 s old has expired; after
  30 s one environment probes under a lease, counts its own successes and closes after three, unconditionally.
- *whole state read and written on every call*: as circuitbreaker-lambda. Read before every call and written after it, the last
  writer wins; opens at five failures, which are forgotten after 60 s without one; open for 10 s, doubled with every failed probe up to 60 s;
  nobody claims a probe; two successes close.
- *in-memory only*: the policy of this library with \`shared: false\`. Each environment opens for itself; no time to open is given,
  for there is no circuit of the fleet, and transitions are those of single environments.
- *resilient-lambda*: this library with an open period of 30 s and defaults.

Transitions to OPEN count every one that an environment makes: saving OPEN once more and failed probes included. "Local" are those of
an environment that refuses for itself while the circuit of the fleet stays closed. The store answers in 2 to 6 ms and is never
throttled here; an item of DynamoDB takes about 1,000 writes in a second (last column, start-up left out).

A total outage and a brown-out are what a circuit should open for, once. In \`background-20\` (20 % errors everywhere, below the
threshold of half), in \`minority-1\` and \`minority-10\` (1 and 10 of 50 environments fail) and in \`healthy\` it should not:
there the failing calls are the price of serving the others, and what is refused beyond the failing environments' share (1.3 %
and 13.3 %) is harm.

Medians of ${seeds} seeds, of ${largeSeeds} for 500 environments; seeds count from 1. Run with \`${command}\`. The scenarios are the
files of these names in \`test/simulation/scenarios\`: 50 environments and 1,000 requests per second unless the name says
otherwise, faults from 60 s to 120 s of 180 s; \`background\`, for the whole time; \`minority\`, from 60 s to the end;
\`cold-outage\`, for the first 60 s.

${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}
`;
}

function rows(comparisons: readonly Comparison[]): string[][] {
  return comparisons.map(({ scenario, design, runs }, index) => {
    const median = (measure: (figures: Figures) => number) => medianOf(runs.map(measure));
    return [
      comparisons[index - 1]?.scenario === scenario ? '' : scenario,
      design,
      timeToOpen(design, runs),
      transitions(median(sharedOpenings), median(localOpenings)),
      text(median(({ failedCalls }) => failedCalls), 0),
      `${text(median(({ refusedShare }) => 100 * refusedShare), 1)} %`,
      text(median(({ storeCallsPerMillionRequests }) => storeCallsPerMillionRequests), 0),
      text(median(({ maxItemWritesPerSecondAfterStart }) => maxItemWritesPerSecondAfterStart), 0),
    ];
  });
}

function timeToOpen(design: DesignName, runs: readonly Figures[]): string {
  const hasFault = runs.some(({ openedAfterMs }) => openedAfterMs.length > 0);
  if (design === 'in-memory only' || !hasFault) return '–';
  const medianMs = medianOf(runs.map(({ openedAfterMs }) => openedAfterMs[0] ?? Infinity));
  return Number.isFinite(medianMs) ? `${text(medianMs / 1000, 2)} s` : 'never';
}

function transitions(shared: number, local: number): string {
  if (local === 0) return text(shared, 1);
  return shared === 0 ? `${text(local, 1)} local` : `${text(shared, 1)} + ${text(local, 1)} local`;
}

function sharedOpenings({ transitions: { open, reopened } }: Figures): number {
  return open + reopened;
}

function localOpenings({ transitions: { localOpen, localReopened } }: Figures): number {
  return localOpen + localReopened;
}

function text(value: number, maximumFractionDigits: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits });
}
