import { COMPARISONS } from './alarms.ts';
import { alarmsInRule } from './composite-rule.ts';
import { escapeHtml, figure } from './html.ts';
import { metricsIn } from './queries.ts';
import type { AlarmOutcome, Ring } from './rung-alarms.ts';

/** The alarms of a template as a table: what each watches, and when it would have rung. */
export function renderAlarms(outcomes: readonly AlarmOutcome[], durationMs: number): string {
  if (outcomes.length === 0) return '';
  const rows = outcomes.map((outcome) => {
    const { alarm, rings, isMeasured } = outcome;
    const marks = rings.map((ring) => mark(ring, durationMs)).join('');
    return [
      `<tr class="${kindOf(outcome)}-row"><td title="${escapeHtml(alarm.description)}">${escapeHtml(alarm.path)}</td>`,
      `<td class="unknown">${escapeHtml(describeRule(outcome))}</td>`,
      `<td class="time"><div class="bar${isMeasured ? '' : ' unknown'}">${marks}</div></td>`,
      `<td class="${kindOf(outcome)}">${escapeHtml(describeOutcome(outcome))}</td></tr>`,
    ].join('');
  });
  const head = '<tr><th>alarm</th><th>rings at</th><th>over the run</th><th>outcome</th></tr>';
  return `<h2>Alarms</h2>\n<div class="card"><table>\n${head}\n${rows.join('\n')}\n</table></div>`;
}

/** An alarm as a chip of the widget that shows their states. */
export function renderChip(outcome: AlarmOutcome): string {
  const { path, description } = outcome.alarm;
  return `<span class="chip ${kindOf(outcome)}" title="${escapeHtml(description)}">${escapeHtml(path)}</span>`;
}

/** What became of an alarm, in words. */
export function describeOutcome({ alarm, isMeasured, rings, extreme }: AlarmOutcome): string {
  if (!isMeasured) return 'measured by AWS only';
  if (rings.length > 0) return `rang ${rings.map(({ fromMs, toMs }) => `${fromMs / 1000}–${toMs / 1000} s`).join(', ')}`;
  if (alarm.kind === 'composite') return 'did not ring';
  if (extreme === undefined) return 'did not ring: no data';
  const most = COMPARISONS[alarm.comparison].breaches(1, 0) ? 'at most' : 'at least';
  return `did not ring: ${most} ${figure(extreme)}`;
}

function kindOf({ isMeasured, rings }: AlarmOutcome): 'rang' | 'quiet' | 'unknown' {
  if (!isMeasured) return 'unknown';
  return rings.length > 0 ? 'rang' : 'quiet';
}

function describeRule({ alarm, unmeasured }: AlarmOutcome): string {
  if (alarm.kind === 'composite') {
    const away = unmeasured === 0 ? '' : `, ${unmeasured} of them measured by AWS only`;
    return `its rule over ${alarmsInRule(alarm.rule).length} alarms${away}`;
  }
  const { comparison, threshold, evaluationPeriods, datapointsToAlarm, periodS, queries } = alarm;
  const [shown] = queries.filter(({ isVisible }) => isVisible);
  const parts = metricsIn(queries).map(({ name }) => name).join(', ');
  const what = shown?.statistic === undefined ? `${shown?.label ?? shown?.expression ?? ''} (${parts})` : `${parts} ${shown.statistic}`;
  const limit = `${COMPARISONS[comparison].sign} ${figure(threshold)}`;
  return `${what} ${limit} in ${datapointsToAlarm} of ${evaluationPeriods} × ${periodS} s`;
}

function mark({ fromMs, toMs }: Ring, durationMs: number): string {
  const percent = (ms: number) => ((100 * ms) / durationMs).toFixed(2);
  return `<i style="left:${percent(fromMs)}%;width:${percent(toMs - fromMs)}%"></i>`;
}
