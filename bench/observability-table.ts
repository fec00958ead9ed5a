import { cpus } from 'node:os';
import Table from 'cli-table3';
import { REQUEST_CASES } from './observability-cases.ts';
import { COUNTED_CIRCUITS, type ContenderName } from './observability-contenders.ts';
import type { ObservabilityBenchOptions } from './observability-options.ts';
import { metricCount, monthlyPrice, PRICES, type PricedFunction } from './observability-price.ts';
import type { ByteRow, TimeRow } from './observability-runs.ts';

/** Everything that was measured. */
export interface ObservabilityComparison {
  readonly times: readonly TimeRow[];
  readonly bytes: readonly ByteRow[];
}

interface Columns {
  readonly head: readonly string[];
  readonly rows: readonly string[][];
}

const NAMES: Readonly<Record<ContenderName, string>> = {
  middy: 'nothing: bare Middy',
  powertools: 'Powertools, bare',
  essential: 'observability, `essential`',
  'essential and own': 'the same, and the handler writes its own',
  detailed: 'observability, `detailed`',
};

/** What the handler itself counts, and with Powertools the cold starts. */
const OWN_METRICS: Readonly<Record<ContenderName, number>> = { middy: 0, powertools: 2, essential: 0, 'essential and own': 1, detailed: 0 };
const MONTHLY_REQUESTS = [1_000_000, 10_000_000];
const PRICED: PricedFunction = {
  circuits: COUNTED_CIRCUITS,
  limits: 1,
  bulkheads: 0,
  priorities: 0,
  tables: 2,
  operations: 3,
  errorTypes: 2,
  timeouts: 0,
  dependencies: 0,
  healthChecks: 0,
  healthEndpoints: 0,
};

/** The comparison for a terminal. */
export function renderObservabilityTables(comparison: ObservabilityComparison): string {
  return tablesOf(comparison)
    .map(({ head, rows }) => {
      const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
      table.push(...rows);
      return table.toString();
    })
    .join('\n\n');
}

/** The comparison as a page. */
export function renderObservabilityPage(comparison: ObservabilityComparison, options: ObservabilityBenchOptions): string {
  const [times = '', bytes = '', prices = ''] = tablesOf(comparison).map(markdown);
  const { rounds, requests, counted, command } = options;
  return `# Ways to watch a function, compared

\`observability()\` and the three middlewares of Powertools for AWS Lambda, the packages themselves, side by side: the same function
behind the same limit and the same circuit with stores in memory, in the same run. Powertools are used as their documentation shows
it (\`injectLambdaContext\` with \`resetKeys\`, \`logMetrics\` with \`captureColdStartMetric\`, \`captureLambdaHandler\`), and the handler
writes one line and one metric for every request. With \`observability()\` the handler writes nothing: the middleware counts
requests, writes lines of those that fail (\`detailed\`: of all), and policies report to it; with the others they report to nobody. In
one row the handler writes its own line and metric all the same, as one that has something else to tell would. Measured with
\`${command}\`.

## What a request takes

Every contender has a process of its own, whose lines are written to a file that keeps nothing: one synchronous write per line, by
Powertools' own console, for all alike. ${count(rounds)} rounds of ${count(requests)} requests, every contender once in each round; times are medians
of the rounds, and ratios are medians of the ratios within a round. **Times depend on the machine and on what else it does**
(${cpus().length} processors, Node ${process.versions.node}): compare them with each other only. \`added\` is what watching adds to bare Middy. A turn of the
event loop is in the time of every request. Traced means a subsegment for every request of the X-Ray SDK, sampled, and
sent to a daemon that does not listen; elsewhere the SDK is not loaded. 64 at once means Lambda Managed Instances: the context of a
request is kept by Lambda's \`InvokeStore\`, and the handler waits for other work.

The bound to keep: \`essential\` takes at most 1.5 times what bare Powertools take, of the request as a whole and of what is added.
\`detailed\` takes more because metrics that differ in their dimensions are lines of their own: those of the request, of the
operation, of each circuit and of each limit.

${times}

## What a request writes

Bytes and lines of both output streams, of ${count(counted)} requests of each kind, with a manual clock, not traced, behind one limit and
${COUNTED_CIRCUITS} circuits. Metrics are lines as well (the embedded metric format). Bare Powertools do not count refusals: the handler does not run, and the line is a
warning that there are no metrics. Most of what a failed request writes is the stack of its error, with the paths of this machine.

${bytes}

## What a month costs

CloudWatch only, of a function with ${PRICED.circuits} circuits, ${PRICED.limits} limit, ${PRICED.tables} tables, ${PRICED.operations} operations and ${PRICED.errorTypes} kinds of errors, whose requests all go well. Prices are
those that AWS publishes for its regions in the eastern United States, ${usd(PRICES.metricUsd)} for a metric and ${usd(PRICES.logUsdPerGb)} for a GB of logs taken in, as
secondary sources quote them: **check them for your region**. Metrics are counted as if each was sent in every hour; what never happens, such as a
refusal, is never sent and costs nothing. The free tier, the storage of logs and the lines of Lambda itself are left out.

${prices}
`;
}

function tablesOf({ times, bytes }: ObservabilityComparison): Columns[] {
  return [
    {
      head: ['requests', 'watched by', 'per request', 'added', 'per request, to Powertools', 'added, to Powertools'],
      rows: times.map((row, index) => timeRow(row, times[index - 1]?.setting)),
    },
    {
      head: ['what', 'watched by', 'bytes', 'lines'],
      rows: bytes.map(({ requestCase, name, ...row }, index) => [
        requestCase === bytes[index - 1]?.requestCase ? '' : REQUEST_CASES[requestCase].title,
        NAMES[name],
        digits(row.bytes, 0),
        digits(row.lines, 3),
      ]),
    },
    {
      head: ['requests a month', 'watched by', 'metrics', 'USD for metrics', 'GB of logs', 'USD for logs', 'USD'],
      rows: MONTHLY_REQUESTS.flatMap((requests) => bytes.filter(({ requestCase }) => requestCase === 'healthy').flatMap((row) => priceRow(requests, row))),
    },
  ];
}

function timeRow({ setting, name, microseconds, addedMicroseconds, ratio, addedRatio }: TimeRow, before: string | undefined): string[] {
  const isBare = name === 'middy';
  return [
    setting === before ? '' : setting,
    NAMES[name],
    `${digits(microseconds, 1)} µs`,
    isBare ? '' : `${digits(addedMicroseconds, 1)} µs`,
    `${digits(ratio, 2)} x`,
    isBare ? '' : `${digits(addedRatio, 2)} x`,
  ];
}

function priceRow(requests: number, { name, bytes }: ByteRow): string[][] {
  if (name === 'middy') return [];
  const contract = name === 'powertools' ? 0 : metricCount(name === 'detailed' ? 'detailed' : 'essential', PRICED);
  const metrics = OWN_METRICS[name] + contract;
  const { metricsUsd, logsGb, logsUsd, totalUsd } = monthlyPrice(metrics, requests, bytes);
  const amounts = [metricsUsd.toFixed(2), digits(logsGb, 2), logsUsd.toFixed(2), totalUsd.toFixed(2)];
  return [[name === 'powertools' ? count(requests) : '', NAMES[name], count(metrics), ...amounts]];
}

function markdown({ head, rows }: Columns): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function usd(value: number): string {
  return `${value.toFixed(2)} USD`;
}

function count(value: number): string {
  return digits(value, 0);
}

function digits(value: number, maximumFractionDigits: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits });
}
