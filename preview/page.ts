import { renderAlarms } from './alarm-panel.ts';
import type { Coverage } from './coverage.ts';
import type { Dashboard } from './dashboards.ts';
import { escapeHtml, figure } from './html.ts';
import { PAGE_STYLE } from './page-style.ts';
import { describeMetric, type RunMetrics } from './run-metrics.ts';
import type { AlarmOutcome } from './rung-alarms.ts';
import { SECONDS_PER_MINUTE } from './time-scale.ts';
import { renderCell, type WidgetSources } from './widgets.ts';

/** What a page is made of. */
export interface PageContent {
  readonly title: string;
  readonly run: RunMetrics;
  readonly dashboards: readonly Dashboard[];
  readonly outcomes: readonly AlarmOutcome[];
  readonly coverage: Coverage;
  readonly problems: readonly string[];
  readonly missing: WidgetSources['missing'];
}

/** A page that needs nothing else: alarms on top, then the dashboards as CloudWatch lays them out. */
export function renderPage(content: PageContent): string {
  const { title, run, outcomes, dashboards } = content;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
<h1>${escapeHtml(title)}</h1>
<p class="said">The dashboard as the stack synthesises it, with the metrics that a run of ${figure(run.durationMs / 1000)} s really sent.
Periods are scaled: ${SECONDS_PER_MINUTE} s stands for 60 s, in graphs and in alarms; thresholds are as they are. The gauge of a circuit,
which functions repeat once a minute, is repeated as often here. What AWS itself measures has no figures.</p>
${renderProblems(content.problems)}
${renderAlarms(outcomes, run.periods(SECONDS_PER_MINUTE * 1000) * SECONDS_PER_MINUTE * 1000)}
${dashboards.map((dashboard) => renderDashboard(dashboard, content)).join('\n')}
${renderUnseen(content.coverage)}
</html>
`;
}

function renderProblems(problems: readonly string[]): string {
  if (problems.length === 0) return '<p class="said">Every metric that the run gave cause to send is here.</p>';
  return `<div class="card problems"><b>Problems</b>\n${list(problems)}</div>`;
}

function renderDashboard({ path, widgets }: Dashboard, { run, outcomes, missing }: PageContent): string {
  const cells = widgets.map((widget) => renderCell(widget, { run, outcomes, missing }));
  return `<h2>${escapeHtml(path)}</h2>\n<div class="grid">\n${cells.join('\n')}\n</div>`;
}

function renderUnseen({ unseen }: Coverage): string {
  if (unseen.length === 0) return '';
  return `<h2>Sent, and neither on a dashboard nor in an alarm</h2>\n${list(unseen.map(describeMetric), 'list')}`;
}

function list(texts: readonly string[], kind = ''): string {
  return `<ul class="${kind}">${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`;
}
