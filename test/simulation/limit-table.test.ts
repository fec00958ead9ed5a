import { describe, it, expect } from '@jest/globals';
import { NO_MARKS, type Marks } from '../../runtime/src/rate-limit/rule.ts';
import { WHOLE } from '../../runtime/src/rate-limit/state.ts';
import { LimitTable, type TakeRequest } from './limit-table.ts';

const AT = { key: 'a', part: 0 };

function asking(nowMs: number, known: Marks = NO_MARKS, tokens = 1): TakeRequest {
  const rules = [{ strategy: 'token-bucket', limit: 10, periodMs: 1000, capacity: 3 }] as const;
  const command = { rules, tokens, nowMs, split: WHOLE, reserveMs: 0, marginMs: 0, returned: [] };
  return { at: AT, command, known, request: { nowMs } };
}

describe('the table of limits', () => {
  it('charges a second write to who knew less than there is, and a read to who sees nothing to take', async () => {
    const table = new LimitTable();
    const first = await table.take(asking(1000));
    expect(first.writes).toBe(1);
    expect((await table.take(asking(1000))).writes).toBe(2);
    const { decision } = await table.take(asking(1000, first.decision.marks));
    expect(decision.outcome).toBe('granted');
    const full = decision.marks;
    expect(await table.take(asking(1000, full))).toMatchObject({ reads: 1, writes: 0, decision: { outcome: 'refused' } });
    expect(await table.take(asking(1000))).toMatchObject({ reads: 0, writes: 1, decision: { outcome: 'refused' } });
    // 100 ms later there is a token again, which is known.
    expect(await table.take(asking(1100, full))).toMatchObject({ reads: 0, writes: 1, decision: { outcome: 'granted' } });
  });

  it('knows a repeat again while nobody else has written', async () => {
    const table = new LimitTable();
    const mine = asking(1000);
    const { decision } = await table.take(mine);
    expect((await table.takeAgain(mine)).decision).toEqual(decision);
    expect(await table.read(AT)).toEqual(decision.marks);
  });

  it('takes once more for a repeat that another write came between, and for one that was refused', async () => {
    const table = new LimitTable();
    const mine = asking(1000);
    const before = (await table.take(mine)).decision.marks;
    await table.take(asking(1000, before));
    const again = await table.takeAgain(mine);
    expect(again.decision.marks).not.toEqual(before);
    const late = asking(1000);
    expect((await table.take(late)).decision.outcome).toBe('refused');
    expect((await table.takeAgain(late)).decision.outcome).toBe('refused');
  });

  it('lets no repeat pass for another one after a write of another kind', async () => {
    const table = new LimitTable();
    const mine = asking(1000);
    const { marks } = (await table.take(mine)).decision;
    await table.change(AT, { type: 'block', untilMs: 5000 }, { nowMs: 1000 });
    expect((await table.takeAgain(mine)).decision.outcome).toBe('refused');
    const to = { shards: 2, bornAtMs: 1000 };
    const split = await table.grow(AT, marks, WHOLE, to);
    expect(split).toMatchObject(to);
    expect(await table.sow({ key: 'a', part: 1 }, split)).toEqual(split);
    expect((await table.take(asking(9000, marks))).decision.outcome).toBe('moved');
  });
});
