import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { bulkheadRows } from './dashboard-bulkheads';
import { circuitRows } from './dashboard-circuits';
import { costRows } from './dashboard-cost';
import { dependencyRows } from './dashboard-dependencies';
import { healthRows } from './dashboard-health';
import { logRows } from './dashboard-logs';
import { rateLimitRows } from './dashboard-rate-limits';
import { platformRows, requestRows } from './dashboard-requests';
import { retryRows } from './dashboard-retries';
import { FULL_WIDTH, type DashboardRow, type RowSubject } from './dashboard-row';
import { sheddingRows } from './dashboard-shedding';
import { tableRows } from './dashboard-tables';
import { timeoutRows } from './dashboard-timeouts';

/** What a dashboard shows of a function, from top to bottom. A pattern is one entry. */
export const ROWS: readonly DashboardRow[] = [
  headingRow,
  requestRows,
  platformRows,
  timeoutRows,
  retryRows,
  dependencyRows,
  circuitRows,
  rateLimitRows,
  bulkheadRows,
  sheddingRows,
  tableRows,
  healthRows,
  costRows,
  logRows,
];

function headingRow({ resilient, settings: { runbookUrl } }: RowSubject): cloudwatch.IWidget[][] {
  const markdown = [
    `## ${resilient.serviceName}`,
    `Something moves? [What each metric means and what to do](${runbookUrl}#metrics) · [lines](${runbookUrl}#lines) · [drills](${runbookUrl}#drills)`,
    'Start with **requests**; a failing **dependency** and an open **circuit** point at what is called, refusals of a **rate limit** at a caller, those of a **bulkhead** at a slow dependency, failed requests of a **table** at DynamoDB.',
  ].join('\n\n');
  return [[new cloudwatch.TextWidget({ ...FULL_WIDTH, height: 3, markdown })]];
}
