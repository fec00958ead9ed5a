import { beforeAll, describe, expect, it } from '@jest/globals';
import { costExample, storeCosts, tuningRows, type StoreCosts } from './guide-figures.ts';
import { readText } from './pages.ts';

/** The rows of the table of a page that has this head. */
async function rowsUnder(path: string, head: string): Promise<string[]> {
  const lines = (await readText(path)).split('\n');
  const rows = lines.slice(lines.indexOf(head) + 2);
  return rows.slice(0, rows.findIndex((line) => !line.startsWith('|')));
}

describe('the worked example of tuning', () => {
  it('is what the command finds', async () => {
    const head = '| figure | what it is | default | conservative | aggressive |';
    expect(await rowsUnder('docs/guides/tuning.md', head)).toEqual(await tuningRows());
  }, 120_000);
});

describe('the guide of costs', () => {
  let found: StoreCosts;

  beforeAll(async () => {
    found = await storeCosts();
  }, 120_000);

  it('has the writes that were simulated', async () => {
    const head = '| load | writes per million requests | USD per million requests | evidence |';
    expect(await rowsUnder('docs/guides/cost.md', head)).toEqual(found.rows);
  });

  it('adds up what the evidence has', async () => {
    const { rows, without } = await costExample(found);
    expect(await rowsUnder('docs/guides/cost.md', '| part | how | `essential` | `detailed` |')).toEqual(rows);
    expect((await readText('docs/guides/cost.md')).replaceAll('\n', ' ')).toContain(`account, ${without} are left`);
  });
});
