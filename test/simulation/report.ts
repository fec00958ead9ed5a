import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { renderChart } from './charts.ts';
import { PRICE_NOTE } from './figures.ts';
import type { Scenario } from './scenario.ts';
import type { SimulationResult } from './simulate.ts';
import { columns, tableRows } from './table.ts';

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 1000px; margin: 2rem auto; padding: 0 1rem; color: #1d2430; background: #fff }
  table { border-collapse: collapse; margin: 1.5rem 0 }
  th, td { padding: .25rem .9rem; border-bottom: 1px solid #dde1e8; text-align: right; font-variant-numeric: tabular-nums }
  th:first-child, td:first-child { text-align: left }
  pre { background: #f5f6f8; padding: 1rem; overflow: auto }
  svg { max-width: 100%; height: auto }
`;

/** What a report is about. */
export interface ReportSubject {
  readonly name: string;
  readonly scenario: Scenario;
  /** The first one is drawn. */
  readonly runs: readonly SimulationResult[];
}

/** Writes a page with the picture, the figures and the scenario, which needs nothing else. */
export async function writeReport(file: string, subject: ReportSubject): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, renderPage(subject));
}

function renderPage({ name, scenario, runs }: ReportSubject): string {
  const title = `${name}, seed ${runs[0]?.seed ?? ''}`;
  const head = ['', ...columns(runs.map(withoutTimeline))].map((text) => `<th>${escaped(text)}</th>`).join('');
  const rows = tableRows(runs.map(withoutTimeline)).map((cells) => cells.map((cell) => `<td>${escaped(cell)}</td>`).join(''));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<h1>${escaped(title)}</h1>
${runs[0] === undefined ? '' : renderChart(scenario, runs[0].timeline)}
<table>
<tr>${head}</tr>
${rows.map((row) => `<tr>${row}</tr>`).join('\n')}
</table>
<p>${PRICE_NOTE}</p>
<pre>${escaped(JSON.stringify(scenario, null, 2))}</pre>
</html>
`;
}

/** The figures of a run alone. */
export function withoutTimeline({ timeline: _timeline, ...figures }: SimulationResult): Omit<SimulationResult, 'timeline'> {
  return figures;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
