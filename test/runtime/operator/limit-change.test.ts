import { describe, expect, it } from '@jest/globals';
import { changeKey, storedAfter, type ChangingKey, type PartChange } from '../../../runtime/src/operator/limit-change.ts';
import { MemoryRateLimitStore } from '../../../runtime/src/rate-limit/memory-store.ts';
import { MARK, sown, splitOf, WHOLE } from '../../../runtime/src/rate-limit/state.ts';
import { START_MS } from '../rate-limit/takes.ts';

const AT = { nowMs: START_MS };
const KEY = { key: 'api', part: 0 };
const BLOCK: PartChange = { type: 'block', untilMs: START_MS + 1000 };

/** A table in which an environment splits the key just before the operator's changes, as often as told. */
class SplittingStore extends MemoryRateLimitStore {
  #splits: number;

  constructor(splits: number) {
    super({ shared: true });
    this.#splits = splits;
  }

  override async change(...request: Parameters<MemoryRateLimitStore['change']>): ReturnType<MemoryRateLimitStore['change']> {
    if (this.#splits > 0) {
      this.#splits -= 1;
      await this.#split();
    }
    return super.change(...request);
  }

  async #split(): Promise<void> {
    const from = splitOf(await this.read(KEY));
    const to = { shards: from.shards * 2, bornAtMs: START_MS };
    for (let part = 0; part < from.shards; part += 1) {
      const marks = await this.grow({ key: 'api', part }, {}, from.shards === 1 ? WHOLE : from, to);
      await this.sow({ key: 'api', part: part + from.shards }, sown(marks));
    }
  }
}

async function blockedWhileSplit(splits: number): Promise<{ readonly told: unknown[]; readonly stored: unknown[] }> {
  const store = new SplittingStore(splits);
  const changing: ChangingKey = { store, key: 'api', nowMs: () => START_MS, changed: new Map(), rules: new Map() };
  await changeKey(changing, BLOCK, await store.read(KEY));
  const parts = Array.from({ length: 2 ** splits }, (_, part) => store.read({ key: 'api', part }));
  return { told: storedAfter(changing).map((marks) => marks[MARK.blockedUntilMs]), stored: (await Promise.all(parts)).map((marks) => marks[MARK.blockedUntilMs]) };
}

describe('a change of a key', () => {
  it.each([0, 1, 2])('reaches every part of a key that is split %d times meanwhile', async (splits) => {
    const all = Array.from({ length: 2 ** splits }, () => START_MS + 1000);
    expect(await blockedWhileSplit(splits)).toEqual({ told: all, stored: all });
  });

  it('resets what each part has, and tells what it was', async () => {
    const store = new MemoryRateLimitStore();
    await store.sow(KEY, { t1000: 5, r1000: 1, c60000: 2, w60000: 1, p60000: 0, [MARK.shards]: 2, [MARK.bornAtMs]: 1 });
    await store.sow({ key: 'api', part: 1 }, { t7000: 5, [MARK.shards]: 2, [MARK.bornAtMs]: 1, [MARK.grants]: 3 });
    const changing: ChangingKey = { store, key: 'api', nowMs: () => AT.nowMs, changed: new Map(), rules: new Map() };
    await changeKey(changing, { type: 'reset' }, await store.read(KEY));
    const split = { [MARK.shards]: 2, [MARK.bornAtMs]: 1 };
    expect(storedAfter(changing)).toEqual([split, { ...split, [MARK.grants]: 3 }]);
    expect([...changing.rules.values()].map(({ strategy, periodMs }) => `${strategy} ${periodMs}`)).toEqual([
      'token-bucket 7000',
      'token-bucket 1000',
      'sliding-window 60000',
    ]);
  });
});
