import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ResilienceAlarms } from '../../lib';
import { ALARMS } from '../../lib/private/alarm-definitions';
import { RUNBOOK_URL } from '../../lib/private/runbook';
import { alarmsOf, metricsOfAlarm, monitored } from './monitoring';
import { newStack } from './support';

const read = (path: string) => readFileSync(join(__dirname, '..', '..', path), 'utf8');
const PAGE = read('docs/monitoring.md');

/** How often an alarm looks, as the page writes it: bad periods of those looked at. */
const TIMES = /(\d) of (\d) (?:minutes|periods)/;

test('the page lists every kind of alarm, in the order of their list', () => {
  const rows = [...PAGE.matchAll(/^\| `(\w+)` \|/gm)].map(([, kind]) => kind);
  expect(rows).toEqual(ALARMS.map(({ kind }) => kind));
});

test.each(ALARMS)('the page says of $kind when it rings by default', ({ kind, defaults }) => {
  const [, byDefault = ''] = new RegExp(String.raw`^\| \`${kind}\` \| [^|]+ \| ([^|]+) \|`, 'm').exec(PAGE)!;
  const [, bad = '1', of = '1'] = TIMES.exec(byDefault) ?? [];
  expect([Number(bad), Number(of)]).toEqual([defaults.datapointsToAlarm, defaults.evaluationPeriods]);
  const figure = /^([\d,]+)(?: %| a minute| in 5 minutes)/.exec(byDefault)?.[1]?.replace(',', '');
  if (figure !== undefined && kind !== 'latency') expect(Number(figure)).toBe(defaults.threshold);
});

test('the page computes the costs of alarms that there are', () => {
  const stack = newStack();
  new ResilienceAlarms(stack, 'Alarms', { resilient: monitored(stack, 'Api', { circuits: { stock: {}, payments: {} } }) });
  const alarms = Object.values(alarmsOf(stack));
  const metrics = alarms.flatMap(metricsOfAlarm).length;
  expect(PAGE.replaceAll('\n', ' ')).toContain(`has ${alarms.length} alarms that read ${metrics} metrics: ${(metrics * 0.1).toFixed(2)} USD`);
});

test('the page that dashboards and alarms link to has the headings that they link to', () => {
  expect(RUNBOOK_URL).toMatch(/\/docs\/operations\.md$/);
  for (const heading of ['## Metrics', '## Lines', '## Drills']) expect(read('docs/operations.md')).toContain(`\n${heading}\n`);
});

test('the page shows the example as it is', () => {
  const example = read('examples/monitored-stack.ts').replaceAll("from '../lib'", "from 'resilient-lambda'");
  expect(PAGE).toContain(`<!-- examples/monitored-stack.ts -->\n\`\`\`ts\n${example}\`\`\``);
});
