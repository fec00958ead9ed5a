import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readText } from './pages.ts';

const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(2, '0')}`);

const LISTS = [
  { policy: 'bulkhead', ids: [...numbered('BH', 21), 'LO-06', 'LO-07', 'LO-10', 'ME-06', 'ME-07', 'ME-12', 'ME-13', 'ER-03', 'ER-06', ...numbered('PBH', 11)] },
  { policy: 'circuit-breaker', ids: [...numbered('CB', 29), ...numbered('PCB', 18), 'LO-01', 'LO-02', 'LO-03', 'LO-09', 'ME-01', 'ME-02', 'ME-03', 'ME-10', 'ME-11'] },
  { policy: 'health', ids: [...numbered('HE', 20), 'LO-12', 'ME-17', ...numbered('PHE', 15)] },
  {
    policy: 'http-client',
    ids: [...numbered('HC', 19), 'LO-08', 'LO-13', 'ME-08', 'ME-09', 'ME-20', 'ER-01', 'ER-02', 'ER-03', 'ER-04', 'ER-05', 'ER-07', 'ER-10', 'ER-13', ...numbered('PHC', 6), ...numbered('PHR', 8)],
  },
  { policy: 'load-shedding', ids: [...numbered('LS', 20), 'LO-12', 'ME-15', 'ER-08', 'ER-12', ...numbered('PLS', 12)] },
  { policy: 'observability', ids: [...numbered('OB', 19), 'ME-18', 'ME-19', 'ME-20', ...numbered('POB', 11)] },
  { policy: 'rate-limit', ids: [...numbered('RL', 20), 'LO-12', 'ER-09', 'ER-11', 'ER-12', ...numbered('PRL', 14)] },
  { policy: 'retry', ids: [...numbered('RT', 24), 'LO-04', 'LO-05', 'LO-11', 'ME-04', 'ME-05', 'ME-14', 'ER-02', ...numbered('PRT', 15)] },
  { policy: 'timeout', ids: [...numbered('TO', 15), 'LO-12', 'ME-16', 'ER-07', ...numbered('PTO', 6)] },
];

interface Row {
  readonly id: string;
  readonly file: string;
  readonly test: string;
}

async function readRows(policy: string): Promise<Row[]> {
  const rows = (await readText(`docs/evidence/${policy}-features.md`)).matchAll(/^\| ([A-Z]+-\d+) \| [^|]+ \| `([^`]+)` \| ([^|]+) \|$/gm);
  return [...rows].map(([, id = '', file = '', test = '']) => ({ id, file, test }));
}

/** A file of the policy's own tests, or of the folder that its name begins with. */
const pathOf = (policy: string, file: string) => (file.includes('/') ? join('test', file) : join('test', 'runtime', policy, file));

describe.each(LISTS)('the list of what is done: $policy', ({ policy, ids }) => {
  it('has every row', async () => {
    expect((await readRows(policy)).map(({ id }) => id)).toEqual(ids);
  });

  it('names tests that exist', async () => {
    const missing: string[] = [];
    for (const { id, file, test } of await readRows(policy)) {
      const source = await readText(pathOf(policy, file));
      if (!source.includes(test)) missing.push(`${id}: ${file} has no test "${test}"`);
    }
    // What is done besides has no id.
    for (const [, file = '', test = ''] of (await readText(`docs/evidence/${policy}-features.md`)).matchAll(/^\| [^|`]+ \| `([^`]+\.test\.ts)` \| ([^|]+) \|$/gm)) {
      if (!(await readText(pathOf(policy, file))).includes(test)) missing.push(`${file} has no test "${test}"`);
    }
    expect(missing).toEqual([]);
  });
});
