import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CIRCUIT_BREAKER_DEFAULTS } from '../../runtime/src/circuit-breaker/options.ts';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const readPage = () => readFile(join(ROOT, 'docs', 'patterns', 'circuit-breaker.md'), 'utf8');

/** Milliseconds of a duration as the page writes it. */
function milliseconds(text: string): number {
  const [amount = '', unit = 'ms'] = text.split(' ');
  return Number(amount) * ({ ms: 1, s: 1000, min: 60_000, h: 3_600_000 }[unit] ?? Number.NaN);
}

describe('the page of the circuit breaker', () => {
  it('lists every option of the contract, in its order, with its default and its words', async () => {
    const rows = [...(await readPage()).matchAll(/^\| `(\w+)` \| ([^|]+) \| [^|]+ \| ([^|]+) \|$/gm)];
    const options = Object.entries(CONTRACT.configuration.circuit);
    expect(rows.map(([, name]) => name)).toEqual(options.map(([name]) => name));
    rows.forEach(([, name = '', shown = '', meaning], index) => {
      const rule = options[index]?.[1];
      expect(meaning).toBe(rule?.description);
      if (rule?.type === 'duration') {
        expect(milliseconds(shown)).toBe(CIRCUIT_BREAKER_DEFAULTS[`${name}Ms` as keyof typeof CIRCUIT_BREAKER_DEFAULTS]);
      } else {
        expect(shown).toBe(String(rule?.default));
      }
    });
  });

  it('names every metric of the contract', async () => {
    const page = await readPage();
    const { circuitBreaker, store } = CONTRACT.metrics;
    for (const { name } of [...Object.values(circuitBreaker.names), ...Object.values(store.names)]) expect(page).toContain(`\`${name}\``);
  });

  it('links to files that exist', async () => {
    const links = [...(await readPage()).matchAll(/\]\(((?!#|http)[^)#]+)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(3);
    for (const path of links) await expect(readFile(join(ROOT, 'docs', 'patterns', path))).resolves.toBeDefined();
  });
});
