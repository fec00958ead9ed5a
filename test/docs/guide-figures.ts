import { join } from 'node:path';
import { USD_PER_MILLION } from '../simulation/figures.ts';
import { spreads, type Spread } from '../simulation/median.ts';
import { readScenario } from '../simulation/scenario-file.ts';
import { simulate, type SimulationResult } from '../simulation/simulate.ts';
import { ROOT, readText } from './pages.ts';

/** Figures of a scenario by name, over seeds from 1 upwards, as the command prints them. */
export async function figuresOf(file: string, seeds: number): Promise<ReadonlyMap<string, Spread>> {
  const scenario = await readScenario(join(ROOT, file));
  const runs: SimulationResult[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) runs.push(await simulate(scenario, seed));
  return new Map(spreads(runs.map(({ timeline: _timeline, ...figures }) => figures)).map((spread) => [spread.name, spread]));
}

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
const seconds = (value: number) => `${(value / 1000).toFixed(1)} s`;

const TUNED = [
  ['failedCalls', 'calls that failed', whole],
  ['refused', 'calls that were refused', whole],
  ['openedAfterMs.0', 'from the start of the brown-out until it opened', seconds],
  ['openedAfterMs.1', 'from the start of the failover until it opened', seconds],
  ['closedAfterMs.1', 'from the end of the failover until it closed', seconds],
] as const;

/** The table of the worked example of tuning. */
export async function tuningRows(): Promise<string[]> {
  const files = ['default', 'conservative', 'aggressive'].map((name) => `docs/guides/tuning/${name}.json`);
  const found: ReadonlyMap<string, Spread>[] = [];
  for (const file of files) found.push(await figuresOf(file, 5));
  return TUNED.map(([figure, words, text]) => {
    const cells = found.map((figures) => `${text(figures.get(figure)!.median!)} (${text(figures.get(figure)!.worst!)})`);
    return `| \`${figure}\` | ${words} | ${cells.join(' | ')} |`;
  });
}

/** Loads whose writes are shown, and what they cost by the million requests. */
export interface StoreCosts {
  readonly rows: readonly string[];
  readonly circuitUsd: number;
  readonly limitUsd: number;
  readonly limitWritesPerRequest: number;
}

/** The table of writes: what the evidence and the scenarios of the guide have found. */
export async function storeCosts(): Promise<StoreCosts> {
  const healthy = await healthyCallsPerMillion();
  const circuit = await figuresOf('docs/guides/cost/circuit.json', 3);
  const tenants = await figuresOf('docs/guides/cost/tenants.json', 3);
  const median = (figures: ReadonlyMap<string, Spread>, name: string) => figures.get(name)!.median!;
  const row = (load: string, writes: number, evidence: string) => `| ${load} | ${whole(writes)} | ${usd(writes, 3)} | ${evidence} |`;
  const [circuitWrites, limitWrites] = [median(circuit, 'storeCallsPerMillionRequests'), median(tenants, 'storeCallsPerMillionRequests')];
  return {
    rows: [
      row('circuit, 20 requests a second of each environment', healthy, '`healthy` of [the evidence](../evidence/circuit-breaker.md)'),
      row('circuit, 3.86 requests a second over five environments', circuitWrites, '[circuit.json](cost/circuit.json)'),
      row('limit by tenant, the same requests, of 100 tenants', limitWrites, '[tenants.json](cost/tenants.json)'),
    ],
    circuitUsd: (circuitWrites * USD_PER_MILLION.writes) / 1e6,
    limitUsd: (limitWrites * USD_PER_MILLION.writes) / 1e6,
    limitWritesPerRequest: limitWrites / 1e6,
  };
}

const usd = (writesPerMillion: number, digits: number) => ((writesPerMillion * USD_PER_MILLION.writes) / 1e6).toFixed(digits);

async function healthyCallsPerMillion(): Promise<number> {
  interface Evidence {
    readonly cases: readonly { readonly name: string; readonly findings: readonly { readonly figure: string; readonly median: number }[] }[];
  }
  const { cases } = JSON.parse(await readText('docs/evidence/circuit-breaker.json')) as Evidence;
  const findings = cases.find(({ name }) => name === 'healthy')?.findings ?? [];
  return findings.find(({ figure }) => figure === 'store calls per million requests')!.median;
}

const LEVELS = ['essential', 'detailed'] as const;
/** Requests of the example, in millions. */
const MILLIONS = 10;
/** What the simulation assumes of a write. */
const WRITE_SECONDS = 0.004;
const MEMORY_GB = 0.5;

/** The table of the worked example of cost, and what is left without the limit and the dashboard. */
export async function costExample({ circuitUsd, limitUsd, limitWritesPerRequest }: StoreCosts): Promise<{ readonly rows: readonly string[]; readonly without: string }> {
  const [evidence, monitoring] = await Promise.all([readText('docs/evidence/observability-peers.md'), readText('docs/monitoring.md')]);
  const price = gbSecond(await readText('lib/private/dashboard-prices.ts'));
  const watching = LEVELS.map((level) => monthOf(evidence, level));
  const [dashboard = 0, alarms = 0, composite = 0] = pricesOf(monitoring);
  const counting = LEVELS.map((level) => lambdaUsd(addedSeconds(evidence, level), price));
  const waiting = lambdaUsd(limitWritesPerRequest * WRITE_SECONDS, price);
  const parts: [part: string, how: string, values: readonly number[]][] = [
    ['two circuits', `2 x ${MILLIONS} x ${circuitUsd.toFixed(3)}`, both(2 * MILLIONS * circuitUsd)],
    ['a limit by tenant', `${MILLIONS} x ${limitUsd.toFixed(3)}`, both(MILLIONS * limitUsd)],
    ['metrics and lines', '[measured](../evidence/observability-peers.md#what-a-month-costs)', watching],
    ['alarms', `${alarms.toFixed(2)}, and ${composite.toFixed(2)} for the composite one`, both(alarms + composite)],
    ['a dashboard', 'after the first three of the account', both(dashboard)],
    ['time of Lambda', "the limit's writes; counting and logging", counting.map((each) => each + waiting)],
  ];
  const sum = (chosen: typeof parts, level: number) => chosen.reduce((total, [, , values]) => total + values[level]!, 0);
  const rows = [...parts, ['together', '', LEVELS.map((_, level) => sum(parts, level))] as const];
  const without = 2 * MILLIONS * circuitUsd + watching[0]! + alarms + composite + counting[0]!;
  return { rows: rows.map(([part, how, values]) => `| ${part} | ${how} | ${values.map((value) => value.toFixed(2)).join(' | ')} |`), without: without.toFixed(2) };
}

const both = (value: number) => LEVELS.map(() => value);

const lambdaUsd = (secondsPerRequest: number, price: number) => MILLIONS * 1e6 * secondsPerRequest * MEMORY_GB * price;

const numberIn = (text: string, pattern: RegExp) => {
  const [, found] = pattern.exec(text) ?? [];
  if (found === undefined) throw new Error(`nothing matches ${String(pattern)}`);
  return Number(found.replaceAll(',', ''));
};

const gbSecond = (source: string) => numberIn(source, /arm64: ([\d.]+)/);

/** Dashboard, alarms and composite alarm, as the page of dashboards and alarms has them. */
const pricesOf = (page: string) => [/a dashboard ([\d.]+) USD/, /\n([\d.]+) USD, and/, /and ([\d.]+) for the composite alarm/].map((pattern) => numberIn(page, pattern));

const monthOf = (page: string, level: string) => {
  const [, rows = ''] = page.split('| 10,000,000 |');
  return numberIn(rows, new RegExp(`observability, \`${level}\` \\|(?: [\\d.]+ \\|){4} ([\\d.]+) \\|`));
};

/** What watching adds to a request, one after the other and not traced. */
const addedSeconds = (page: string, level: string) => numberIn(page, new RegExp(`observability, \`${level}\` \\| [\\d.]+ µs \\| ([\\d.]+) µs`)) / 1e6;
