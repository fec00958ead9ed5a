import { describe, expect, it } from '@jest/globals';
import { USD_PER_MILLION } from '../simulation/figures.ts';
import { readText } from './pages.ts';

interface Evidence {
  readonly cases: readonly { readonly name: string; readonly findings: readonly { readonly figure: string; readonly median: number | null }[] }[];
}

const readPage = () => readText('docs/patterns/rate-limit.md');

/** What was measured of a case, in the median of its seeds. */
async function measured(name: string, figure: string): Promise<number> {
  const { cases } = JSON.parse(await readText('docs/evidence/rate-limit.json')) as Evidence;
  const findings = cases.find((each) => each.name === name)?.findings ?? [];
  const median = findings.find((each) => each.figure === figure)?.median;
  if (typeof median !== 'number') throw new Error(`the evidence has no "${figure}" of ${name}`);
  return median;
}

describe('the page of the rate limiter', () => {
  it('computes its costs from the writes that were measured', async () => {
    const page = await readPage();
    const rows = [...page.matchAll(/^\| [^|]+ \(`(limit-[\w-]+)`\) \| ([\d.]+) \| ([\d.]+) \|$/gm)];
    expect(rows.length).toBeGreaterThanOrEqual(4);
    for (const [, name = '', writes, usd] of rows) {
      const median = await measured(name, 'writes per request');
      expect({ name, writes, usd }).toEqual({ name, writes: median.toFixed(3), usd: (median * USD_PER_MILLION.writes).toFixed(3) });
    }
  });

  it('tells as much of contended limits as was measured', async () => {
    const shares = [...(await readPage()).matchAll(/(\d+) % \(`(limit-[\w-]+)`\)/g)];
    expect(shares.length).toBeGreaterThanOrEqual(2);
    for (const [, percent, name = ''] of shares) {
      const median = await measured(name, 'share of the possible that was admitted');
      expect({ name, percent }).toEqual({ name, percent: median.toFixed(0) });
    }
  });
});
