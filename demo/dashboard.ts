import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CreatedTable } from '../local/index.ts';
import type { ExercisedMetric } from '../preview/coverage.ts';
import { renderPreview } from '../preview/preview.ts';
import type { Template } from '../preview/template.ts';

/** A page that was written, and what is wrong with what it shows. */
export interface WrittenDashboard {
  readonly page: string;
  readonly problems: readonly string[];
}

/** What a page is drawn from. */
interface Drawn {
  readonly template: Template;
  /** What functions printed for CloudWatch to take metrics out of. */
  readonly lines: readonly string[];
  /** The tables of the run, by their id in the template. */
  readonly tables: ReadonlyMap<string, CreatedTable>;
}

const CHECKOUT = { service: 'checkout' };
const PAYMENTS = { ...CHECKOUT, circuit: 'payments' };
const SEARCH = { service: 'search' };
const SEARCH_LIMIT = { ...SEARCH, limit: 'search' };
const REPORTS = { service: 'reports' };
const REPORTS_BULKHEAD = { ...REPORTS, bulkhead: 'reports' };
const QUOTES = { service: 'quotes' };
const OF_CARRIER: readonly ExercisedMetric[] = [
  ...['ClientRequests', 'ClientLatency'].map((name) => ({ name, dimensions: { ...QUOTES, dependency: 'carrier' } })),
  { name: 'RetryAttempts', dimensions: { ...QUOTES, retry: 'carrier' } },
  ...['CircuitState', 'CircuitFailures'].map((name) => ({ name, dimensions: { ...QUOTES, circuit: 'carrier' } })),
  ...['BulkheadUsage', 'BulkheadCapacity'].map((name) => ({ name, dimensions: { ...QUOTES, bulkhead: 'carrier' } })),
];

/**
 * What the second run of each function gives cause to send: a circuit fails, opens, refuses, is probed and closes, a limit refuses, a
 * bulkhead is full, old requests are shed, calls take too long and are tried again, and all functions answer requests. Nothing goes
 * wrong with tables, health or the reporting itself, so nothing is sent of these.
 */
export const EXERCISED: readonly ExercisedMetric[] = [
  { name: 'CircuitState', dimensions: PAYMENTS },
  { name: 'CircuitOpened', dimensions: PAYMENTS },
  { name: 'CircuitFailures', dimensions: PAYMENTS },
  { name: 'CircuitRefused', dimensions: PAYMENTS },
  { name: 'RequestErrors', dimensions: CHECKOUT },
  { name: 'RateLimitRefused', dimensions: SEARCH_LIMIT },
  ...['BulkheadRefused', 'BulkheadUsage', 'BulkheadCapacity', 'BulkheadWaitDuration'].map((name) => ({ name, dimensions: REPORTS_BULKHEAD })),
  ...['RequestsShed', 'SheddingRate'].map((name) => ({ name, dimensions: REPORTS })),
  { name: 'TimeoutExpired', dimensions: QUOTES },
  ...OF_CARRIER,
  ...[CHECKOUT, SEARCH, REPORTS].map((dimensions) => ({ name: 'RequestsRejected', dimensions })),
  ...[CHECKOUT, SEARCH, REPORTS, QUOTES].flatMap((dimensions) => ['Requests', 'RequestLatency'].map((name) => ({ name, dimensions }))),
];

/** Draws the dashboard of the stack with what the functions printed; keeps the lines beside it, so that it can be drawn again. */
export async function writeDashboard(outDir: string, drawn: Drawn): Promise<WrittenDashboard> {
  const page = join(outDir, 'dashboard.html');
  const { template, lines } = drawn;
  const names = Object.fromEntries([...drawn.tables].map(([id, { tableName }]) => [id, tableName]));
  const { html, problems } = renderPreview({ title: 'Dashboard of the demo', template, lines, names, exercised: EXERCISED });
  await writeFile(join(outDir, 'metrics.ndjson'), lines.map((line) => `${line}\n`).join(''));
  await writeFile(page, html);
  return { page, problems };
}
