import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');
const TESTS = join(ROOT, 'test', 'runtime', 'circuit-breaker');

interface Row {
  readonly id: string;
  readonly file: string;
  readonly test: string;
}

async function readRows(): Promise<Row[]> {
  const page = await readFile(join(ROOT, 'docs', 'evidence', 'circuit-breaker-features.md'), 'utf8');
  const rows = page.matchAll(/^\| (P?CB-\d+) \| [^|]+ \| `([^`]+)` \| ([^|]+) \|$/gm);
  return [...rows].map(([, id = '', file = '', test = '']) => ({ id, file, test }));
}

describe('the list of what the circuit breaker does', () => {
  it('has every row', async () => {
    const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(2, '0')}`);
    expect((await readRows()).map(({ id }) => id)).toEqual([...numbered('CB', 29), ...numbered('PCB', 18)]);
  });

  it('names tests that exist', async () => {
    const missing: string[] = [];
    for (const { id, file, test } of await readRows()) {
      const source = await readFile(join(TESTS, file), 'utf8');
      if (!source.includes(test)) missing.push(`${id}: ${file} has no test "${test}"`);
    }
    expect(missing).toEqual([]);
  });
});
