import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { HEALTH_PATHS } from '../../../runtime/src/health/endpoints.ts';
import { HEALTH_DEFAULTS, healthOptionProblems } from '../../../runtime/src/health/options.ts';
import * as health from '../../../runtime/src/health/index.ts';

const PAGE = await readFile(join(import.meta.dirname, '../../../docs/patterns/health.md'), 'utf8');
const UNITS: readonly (readonly [unit: string, milliseconds: number])[] = [['h', 3_600_000], ['min', 60_000], ['s', 1000], ['ms', 1]];

function durationText(durationMs: number): string {
  if (durationMs === 0) return '0';
  const [unit, milliseconds] = UNITS.find(([, each]) => durationMs % each === 0)!;
  return `${durationMs / milliseconds} ${unit}`;
}

/** The range of an option as the page writes it, taken from what is said to those who miss it. */
function rangeText(name: string): string {
  const [problem = ''] = healthOptionProblems({ [name]: {} });
  const [, low, high] = / from (\d+) to (\d+)$/.exec(problem) ?? [];
  if (low !== undefined) return name.endsWith('Ms') ? `${durationText(Number(low))} to ${durationText(Number(high))}` : `${low} to ${high}`;
  return problem.endsWith('set true or false') ? 'true, false' : problem.replace(/^.*use one of /, '');
}

const rows = [...PAGE.matchAll(/^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| [^|]+ \|$/gm)].map(([, name = '', shown = '', range = '']) => ({ name, shown, range }));

describe('the page of health', () => {
  it('lists every option, in its order, with default and range', () => {
    expect(rows).toEqual(
      Object.entries(HEALTH_DEFAULTS).map(([name, value]) => ({
        name,
        shown: name.endsWith('Ms') ? durationText(Number(value)) : String(value),
        range: rangeText(name),
      })),
    );
  });

  it('names every path, every check and every metric', () => {
    const checks = Object.keys(health).filter((name) => name.endsWith('Check') && name !== 'healthCheck');
    expect(checks).toHaveLength(7);
    const metrics = [CONTRACT.metrics.healthCheck, CONTRACT.metrics.healthEndpoint].flatMap(({ names }) => Object.values(names));
    for (const { name } of metrics) expect(PAGE).toContain(`\`${name}\``);
    for (const path of Object.values(HEALTH_PATHS)) expect(PAGE).toContain(`\`${String(path)}\``);
    for (const name of checks) expect(PAGE).toContain(`| \`${name}(`);
  });
});
