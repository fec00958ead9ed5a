import { describe, expect, it } from '@jest/globals';
import { Lease, type Grant } from '../../../runtime/src/rate-limit/lease.ts';
import { TokensInHand } from '../../../runtime/src/rate-limit/tokens-in-hand.ts';

const NOW_MS = 1_767_225_600_000;

function lease(tokens: number, values: Partial<Grant> = {}): Lease {
  return new Lease({ tokens, askedAtMs: NOW_MS, termMs: 1050, shards: 1, part: 0, reserveMs: 625, marks: { t1000: tokens }, ...values });
}

function inHand(...leases: readonly Lease[]): TokensInHand {
  const tokens = new TokensInHand();
  for (const each of leases) tokens.add(each);
  return tokens;
}

describe('the tokens in hand', () => {
  it('are those of all leases, and none at first', () => {
    expect(inHand().available(NOW_MS)).toBe(0);
    expect(inHand().spend(1, NOW_MS)).toBeUndefined();
    expect(inHand(lease(3), lease(4)).available(NOW_MS)).toBe(7);
  });

  it('are spent from the oldest lease that has enough of them', () => {
    const [first, second] = [lease(2), lease(5)];
    const tokens = inHand(first, second);
    expect(tokens.spend(3, NOW_MS)).toBe(second);
    expect(tokens.spend(2, NOW_MS)).toBe(first);
    expect(tokens.spend(3, NOW_MS)).toBeUndefined();
    expect(tokens.available(NOW_MS)).toBe(2);
  });

  it('go back when they have expired, once', () => {
    const tokens = inHand(lease(5));
    tokens.spend(2, NOW_MS);
    expect(tokens.spend(1, NOW_MS + 1050)).toBeUndefined();
    expect(tokens.returned).toMatchObject([{ tokens: 3, reserveMs: 625 }]);
    tokens.spend(1, NOW_MS + 1050);
    expect(tokens.returned).toHaveLength(1);
    tokens.forgetReturned();
    expect(tokens.returned).toStrictEqual([]);
  });

  it('go back also where an older lease has not expired yet', () => {
    const tokens = inHand(lease(1), lease(4, { termMs: 0 }));
    tokens.spend(2, NOW_MS + 40);
    expect(tokens.returned).toMatchObject([{ tokens: 4 }]);
    expect(tokens.available(NOW_MS + 40)).toBe(1);
  });

  it('can be spent again after a call that shall not count', () => {
    const tokens = inHand(lease(1));
    const from = tokens.spend(1, NOW_MS)!;
    expect(tokens.available(NOW_MS)).toBe(0);
    tokens.takeBack(1, from);
    expect(tokens.available(NOW_MS)).toBe(1);
    expect(tokens.returned).toStrictEqual([]);
  });

  it('go back where their lease is over when the call is given up, and no others with them', () => {
    const tokens = inHand(lease(3));
    const from = tokens.spend(2, NOW_MS)!;
    tokens.spend(1, NOW_MS + 1050);
    tokens.forgetReturned();
    tokens.takeBack(2, from);
    expect(tokens.returned).toMatchObject([{ tokens: 2 }]);
  });

  it('are remembered from eight leases at most, the latest, when they shall go back', () => {
    const tokens = inHand(...Array.from({ length: 10 }, (_, index) => lease(index + 1)));
    tokens.spend(1, NOW_MS + 5000);
    expect(tokens.returned.map((each) => each.tokens)).toStrictEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('are given up all at once, with those that were to go back anyway', () => {
    const tokens = inHand(lease(3, { termMs: 0 }), lease(4));
    tokens.spend(4, NOW_MS + 40);
    tokens.add(lease(6));
    expect(tokens.giveUp().map((each) => each.tokens)).toStrictEqual([3, 6]);
    expect(tokens.available(NOW_MS)).toBe(0);
    expect(tokens.returned).toStrictEqual([]);
    expect(tokens.giveUp()).toStrictEqual([]);
  });
});
