import { describe, expect, it } from '@jest/globals';
import { DOCUMENT } from '../contract/document.ts';
import { defaultText, optionRows, rangeText, type Rule } from './option-tables.ts';
import { readText } from './pages.ts';

const PAGE = 'docs/patterns/observability.md';
const OPERATIONS = 'docs/operations.md';
const EVERY: Readonly<Record<number, string>> = { 0: 'each', 1000: 'one a second', 10_000: 'one in ten seconds', 60_000: 'one a minute' };

const { namespace: _namespace, ...GROUPS } = DOCUMENT.metrics;
const rules = Object.entries<Rule>(DOCUMENT.configuration.observability);

/** Cells of the rows of a page whose first cell is code. */
async function rowsOf(path: string): Promise<string[][]> {
  const lines = (await readText(path)).split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) => line.slice(2, -2).split(' | '));
}

describe('the page of the observability', () => {
  it('lists every option of the contract, in its order', async () => {
    // Names of instruments are in snake case.
    const options = (await optionRows(PAGE)).filter(({ name }) => !name.includes('_'));
    expect(options.map(({ name }) => name)).toEqual(rules.map(([name]) => name));
  });

  it.each(rules)('says of %s what the contract does: default, range and words', async (option, rule) => {
    const { shown, range, meaning } = (await optionRows(PAGE)).find(({ name }) => name === option)!;
    expect({ shown, range, meaning }).toEqual({ shown: defaultText(rule), range: rangeText(rule), meaning: rule.description });
  });

  it('lists every instrument of the contract, with kind, labels and words', async () => {
    const instruments = Object.values(DOCUMENT.instruments).flatMap((group) => Object.values(group));
    const expected = instruments.map(({ name, kind, labels, description }) => [`\`${name}\``, kind, labels.join(', '), description]);
    const names = new Set(expected.map(([name]) => name));
    expect((await rowsOf(PAGE)).filter(([name]) => names.has(name!))).toEqual(expected);
  });
});

describe('the page of operations', () => {
  it('says of every metric what it is, and what to do', async () => {
    const expected = Object.values(GROUPS).flatMap(({ dimensions, names }) =>
      Object.values(names).map(({ name, level, description }) => [`\`${name}\``, dimensions.join(', '), level, description]),
    );
    const rows = (await rowsOf(OPERATIONS)).filter((row) => row.length === 6 && !row[0]!.includes('.'));
    expect(rows.map((row) => row.slice(0, 4))).toEqual(expected);
    for (const [name, , , , , what] of rows) expect([name, what]).toEqual([name, expect.stringMatching(/\w/)]);
  });

  it('says of every line how severe and how frequent it is, what it holds, and what to do', async () => {
    const expected = Object.entries(DOCUMENT.logs).map(([event, { level, detail, intervalMs, fields }]) => [
      `\`${event}\``,
      level,
      detail,
      EVERY[intervalMs],
      fields.map((field) => `\`${field}\``).join(', '),
    ]);
    const rows = (await rowsOf(OPERATIONS)).filter(([event]) => event!.includes('.'));
    expect(rows.map((row) => row.slice(0, 5))).toEqual(expected);
    for (const [event, , , , , what] of rows) expect([event, what]).toEqual([event, expect.stringMatching(/\w/)]);
  });

  it('links to pages that exist', async () => {
    const links = (await readText(OPERATIONS)).matchAll(/\]\(((?!https?:)[^)#]+)/g);
    for (const [, to = ''] of links) await expect(readText(`docs/${to}`)).resolves.toBeDefined();
  });
});

describe('the cost of the observability', () => {
  /** Rows of a table, with an empty first cell filled from the row above. */
  async function tableOf(path: string, head: string): Promise<string[][]> {
    const lines = (await readText(path)).split('\n');
    const rows = lines.slice(lines.indexOf(head) + 2);
    let first = '';
    return rows.slice(0, rows.findIndex((line) => !line.startsWith('|'))).map((line) => {
      const cells = line.slice(1, -1).split('|').map((cell) => cell.trim());
      first = cells[0] === '' ? first : cells[0]!;
      return [first, ...cells.slice(1)];
    });
  }

  it('is what was measured', async () => {
    const head = '| requests a month | watched by | metrics | USD for metrics | GB of logs | USD for logs | USD |';
    const measured = (await tableOf('docs/evidence/observability-peers.md', head))
      .filter(([, by]) => by!.startsWith('observability, '))
      .map(([requests, by, metrics, , gb, , usd]) => [requests, by!.replace('observability, ', ''), metrics, gb, usd]);
    const shown = await tableOf(PAGE, '| requests a month | level | metrics | GB of logs | USD |');
    expect(shown).toHaveLength(4);
    expect(shown).toEqual(measured);
  });

  it('in bytes and time is what was measured', async () => {
    const evidence = await readText('docs/evidence/observability-peers.md');
    const [, bytes, refusedBytes] = /essential` \| (\d+) \|[\s\S]*?limit refuses[\s\S]*?essential` \| (\d+) \|/.exec(evidence) ?? [];
    const [, essential] = /essential` \| [\d.]+ µs \| [\d.]+ µs \| ([\d.]+) x/.exec(evidence) ?? [];
    const [, detailed] = /detailed` \| [\d.]+ µs \| [\d.]+ µs \| ([\d.]+) x/.exec(evidence) ?? [];
    const page = (await readText(PAGE)).replaceAll(/\s+/g, ' ');
    expect(page).toContain(`writes ${bytes} bytes at the essential level and takes ${essential} times`);
    expect(page).toContain(`(\`detailed\`: ${detailed} times); a refused one writes ${refusedBytes}.`);
  });
});
