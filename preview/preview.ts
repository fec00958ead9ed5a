import { alarmsOf } from './alarms.ts';
import { coverageOf, type Coverage, type ExercisedMetric } from './coverage.ts';
import { dashboardsOf } from './dashboards.ts';
import { readMetrics } from './emf.ts';
import { gaugeRepeats } from './gauge-repeats.ts';
import { renderPage } from './page.ts';
import { ringAlarms, type AlarmOutcome } from './rung-alarms.ts';
import { keyOf, RunMetrics } from './run-metrics.ts';
import type { Names, Template } from './template.ts';
import { scaledPeriodMs } from './time-scale.ts';

/** What a preview is made of. */
export interface PreviewInput {
  readonly title: string;
  readonly template: Template;
  /** What functions printed; lines without metrics are passed over. */
  readonly lines: readonly string[];
  /** Names that resources had in the run, by logical id. */
  readonly names?: Names;
  /** Metrics that the run gave cause to send; by default what every function sends that answers requests. */
  readonly exercised?: readonly ExercisedMetric[] | undefined;
}

/** A page, and what is wrong with what it shows. */
export interface Preview {
  readonly html: string;
  readonly outcomes: readonly AlarmOutcome[];
  readonly coverage: Coverage;
  readonly problems: readonly string[];
}

/**
 * Shows the dashboards and alarms of a template with the metrics of a run.
 *
 * @throws Error if the template has no dashboard, if the run sent no metrics, or if an expression, a statistic or a rule is not known.
 */
export function renderPreview({ title, template, lines, names = {}, exercised }: PreviewInput): Preview {
  const dashboards = dashboardsOf(template, names);
  const alarms = alarmsOf(template, names);
  const { points, problems: unread } = readMetrics(lines);
  if (dashboards.length === 0) throw new Error('the template has no dashboard: add a ResilienceDashboard to the stack');
  if (points.length === 0) throw new Error('there are no metrics among the lines: give what the function prints, one line each');
  const run = new RunMetrics([...points, ...gaugeRepeats(points, scaledPeriodMs(60))]);
  const coverage = coverageOf(dashboards, alarms, run, exercised);
  const outcomes = ringAlarms(alarms, run);
  const problems = [...unread, ...coverage.problems];
  const missing = new Set(coverage.missing.map(keyOf));
  return { html: renderPage({ title, run, dashboards, outcomes, coverage, problems, missing }), outcomes, coverage, problems };
}
