import { describe, expect, it } from '@jest/globals';
import { MemoryRateLimitStore } from '../../../runtime/src/rate-limit/memory-store.ts';
import { KeyUnderTest } from './key-under-test.ts';
import { describeRandomCommands } from './random-commands.ts';
import { describeRateLimitStore } from './store-contract.ts';
import { bucket, command } from './takes.ts';

const open = () => Promise.resolve(new MemoryRateLimitStore());

describeRateLimitStore('the rate limits in memory', open);
describeRandomCommands('random commands to the rate limits in memory', open, 300);

describe('the store in memory', () => {
  it('is shared by nobody, unless told otherwise', () => {
    expect(new MemoryRateLimitStore().shared).toBe(false);
    expect(new MemoryRateLimitStore({ shared: true }).shared).toBe(true);
  });

  it('keeps as many keys as it was told, and forgets the one that was not used for longest', async () => {
    const store = new MemoryRateLimitStore({ maximumKeys: 2 });
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new KeyUnderTest(store, name)) as [KeyUnderTest, KeyUnderTest, KeyUnderTest];
    for (const key of [a, b, a, c]) await key.take(command(bucket(10, 1000), 1));
    await expect(b.read()).resolves.toStrictEqual({});
    await expect(a.read()).resolves.toMatchObject({ taken: 2 });
    await expect(c.read()).resolves.toMatchObject({ taken: 1 });
  });
});
