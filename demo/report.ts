import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderCharts } from './charts.ts';
import { HICCUP_SHARE } from './client-run.ts';
import type { Summary } from './comparison.ts';
import { describeLimit } from './limit-summary.ts';
import { REQUESTS_PER_SECOND } from './load.ts';
import { renderSummary, summaries, type DemoResult } from './summary.ts';

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 1000px; margin: 2rem auto; padding: 0 1rem; color: #1d2430; background: #fff }
  table { border-collapse: collapse; margin: 1.5rem 0 }
  th, td { padding: .35rem .9rem; border-bottom: 1px solid #dde1e8; text-align: right; font-variant-numeric: tabular-nums }
  th:first-child, td:first-child { text-align: left }
  svg { max-width: 100%; height: auto }
`;

/** Writes the tables, the picture, and a page around both that needs nothing else; returns the path of the page. */
export async function writeReport(outDir: string, result: DemoResult): Promise<string> {
  await mkdir(outDir, { recursive: true });
  const picture = renderCharts(result);
  const page = join(outDir, 'report.html');
  await writeFile(join(outDir, 'report.svg'), `${picture}\n`);
  await writeFile(join(outDir, 'summary.txt'), `${renderSummary(result)}\n`);
  await writeFile(page, renderPage(result, picture));
  return page;
}

function renderPage(result: DemoResult, picture: string): string {
  const { circuits, limits, bulkheads, clients } = result;
  const { environments } = circuits.shared;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>resilient-lambda: one circuit, one limit and one bulkhead for a fleet, and a client</title>
<style>${STYLE}</style>
<h1>One circuit, one limit and one bulkhead for a fleet, and a client</h1>
<p>${environments} execution environments of one Lambda function, ${REQUESTS_PER_SECOND} requests per second, and a payments
service that is healthy, fails and recovers. On the left every environment keeps its circuit in its own memory; on the right
the fleet shares one circuit in DynamoDB.</p>
<p>Below, as many environments of a function that is to admit ${describeLimit(limits.shared.limit)}, and as many requests. On the
left every environment admits that much by itself, which together is everything; on the right the fleet shares one limit.</p>
<p>Then as many environments of a function that makes reports, of which there are to be ${bulkheads.shared.slots} at once, and a tenth of the
requests has waited for too long already: those are shed before anything is done for them.</p>
<p>Last, as many environments of a function that asks a carrier with ${clients.client.endpoints} endpoints for a quote, of which one hangs for
${(clients.client.hangToMs - clients.client.hangFromMs) / 1000} s, while of the other calls one in ${Math.round(1 / HICCUP_SHARE)} fails. On the left by plain <code>fetch</code>; on the right through a client, which gives
up what hangs, tries again elsewhere, and leaves the endpoint alone.</p>
${picture}
${summaries(result).map(renderHtmlTable).join('\n')}
</html>
`;
}

function renderHtmlTable({ head, columns, rows }: Summary): string {
  const lines = rows.map(({ what, values }) => `<tr>${[what, ...values].map((text) => `<td>${text}</td>`).join('')}</tr>`);
  return `<table>\n<tr>${[head, ...columns].map((text) => `<th>${text}</th>`).join('')}</tr>\n${lines.join('\n')}\n</table>`;
}
