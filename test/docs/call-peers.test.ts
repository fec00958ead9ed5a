import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { answered, answeredToCallers, BARE, EQUAL_PEER, ERROR, failed, OUR_DEPENDENCY, OURS, refused } from '../../bench/peers/call-contenders.ts';
import { setDefaultSink, type EventSink } from '../../runtime/src/index.ts';
import { RecordingSink } from '../../runtime/src/testing/index.ts';
import { readText } from './pages.ts';

const GROUPS = [
  ['Calls that are answered', answered],
  ['The same, of a caller that might give up', answeredToCallers],
  ['Calls that fail', failed],
  ['Calls that an open circuit refuses', refused],
] as const;

const CALLS = 100;

let sink: EventSink;
beforeAll(() => {
  sink = setDefaultSink(new RecordingSink());
});
afterAll(() => {
  setDefaultSink(sink);
});

/** Cells of the table under a heading, by the first of each row. */
async function tableUnder(heading: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const page = await readText('docs/evidence/call-peers.md');
  const section = page.split('\n## ').find((each) => each.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| ')).slice(2);
  return new Map(rows.map((row) => row.slice(2, -2).split(' | ').map((cell) => cell.trim())).map(([name = '', ...cells]) => [name, cells]));
}

/** What a contender took, as a multiple of cockatiel as it comes. */
function ratioOf(table: ReadonlyMap<string, readonly string[]>, name: string): number {
  return parseFloat(table.get(name)?.[2] ?? '');
}

describe('the comparison of calls', () => {
  it.each(GROUPS)('under "%s" has calls that run the work as often and end as they should, of every contender', async (_heading, contenders) => {
    for (const { play } of contenders()) await expect(play(CALLS)).resolves.toEqual(expect.any(Number));
  });

  it.each(GROUPS)('under "%s" shows every contender', async (heading, contenders) => {
    expect([...(await tableUnder(heading)).keys()]).toEqual(contenders().map(({ name }) => name));
  });

  it.each(GROUPS)('under "%s" found this library to take no longer than cockatiel as it comes', async (heading, _contenders) => {
    expect(ratioOf(await tableUnder(heading), OURS)).toBeLessThanOrEqual(1);
  });

  it('found no more than the page says of itself', async () => {
    const table = await tableUnder('Calls that are answered');
    const [summary = ''] = (await readText('docs/evidence/call-peers.md')).split('\n## ');
    expect(summary).toContain(`take ${ratioOf(table, OURS)} x of the time where calls are answered`);
    expect(summary.replaceAll(/\s+/g, ' ')).toContain(`besides, takes ${ratioOf(table, OUR_DEPENDENCY)} x`);
    // More than half of what cockatiel takes.
    expect(ratioOf(table, EQUAL_PEER)).toBeLessThan(0.5);
  });

  it('adds to nothing, and where calls are refused to the least of errors', async () => {
    const firsts = await Promise.all(GROUPS.map(async ([heading]) => [...(await tableUnder(heading)).keys()][0]));
    expect(firsts).toEqual([BARE, BARE, BARE, ERROR]);
  });
});
