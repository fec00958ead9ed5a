import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { textHash } from '../../../runtime/src/core/text-hash.ts';
import { HashRing, pointCounts, type RingMember } from '../../../runtime/src/http-client/hash-ring.ts';

const KEYS = Array.from({ length: 5000 }, (_, index) => `tenant-${index}`);

const member = (url: string, weight = 1): RingMember => ({ url, weight });

/** The addresses in the order in which they come for a key. */
const order = (ring: HashRing<RingMember>, key: string) => Array.from(ring.from(textHash(key)), ({ url }) => url);
const ownerOf = (ring: HashRing<RingMember>, key: string) => ring.from(textHash(key)).next().value?.url;
const ownersOf = (ring: HashRing<RingMember>) => KEYS.map((key) => ownerOf(ring, key));

/** The part of the keys that each member has, compared with what it should be. */
function shares(members: readonly RingMember[]): number[] {
  const owners = ownersOf(new HashRing(members));
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  return members.map(({ url, weight }) => (owners.filter((owner) => owner === url).length / owners.length) * (total / weight));
}

const addresses = (least: number) =>
  fc.uniqueArray(fc.nat().map((id) => `http://${id.toString(36)}.example:8080`), { minLength: least, maxLength: 12 });
const weights = fc.constantFrom(1, 1, 1, 2, 3);
const memberLists = (least: number) =>
  addresses(least).chain((urls) => fc.tuple(...urls.map((url) => weights.map((weight) => member(url, weight)))));

describe('a ring of consistent hashes', () => {
  it('is the same in every environment and every version, so that keys stay where they are', () => {
    const ring = new HashRing(['https://a.example', 'https://b.example', 'https://c.example'].map((url) => member(url)));
    expect(['', 'a', 'b', 'c', 'd', 'e'].map((key) => ownerOf(ring, key)?.slice(8, 9)).join('')).toBe('bbabca');
  });

  it('gives equal members equal parts of the keys, to less than a half', () => {
    fc.assert(
      fc.property(addresses(2), (urls) => {
        const found = shares(urls.map((url) => member(url)));
        expect(Math.min(...found)).toBeGreaterThan(0.55);
        expect(Math.max(...found)).toBeLessThan(1.45);
      }),
      { numRuns: 20 },
    );
  });

  it.each([[[1, 2, 5]], [[0.1, 0.2, 0.5]], [[0.001, 0.002, 0.005]], [[200, 400, 1000]]])('gives members with the weights %j their parts of the keys', (given) => {
    const found = shares(given.map((weight, index) => member(`https://${index}.example`, weight)));
    expect(Math.min(...found)).toBeGreaterThan(0.75);
    expect(Math.max(...found)).toBeLessThan(1.25);
  });

  it('has 150 points for each weight of 1, as many on average where weights are smaller, and does not grow without end', () => {
    expect(pointCounts([1, 2, 0.5])).toEqual([150, 300, 75]);
    expect(pointCounts([0.2, 0.3, 0.5])).toEqual([120, 180, 300]);
    expect(pointCounts([1e-6, 1])).toEqual([1, 300]);
    const heavy = pointCounts(new Array<number>(100).fill(1000));
    expect(heavy.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(32_768);
    expect(Math.min(...heavy)).toBeGreaterThanOrEqual(150);
  });

  it('moves the keys of a member that goes to those that come next, and no other key', () => {
    fc.assert(
      fc.property(memberLists(2), fc.nat(), (members, choice) => {
        const gone = members[choice % members.length]!;
        const before = new HashRing(members);
        const after = new HashRing(members.filter((each) => each !== gone));
        const expected = KEYS.map((key) => {
          const [first, second] = before.from(textHash(key));
          return (first === gone ? second : first)?.url;
        });
        expect(ownersOf(after)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('does so with weights that are parts of a whole, too', () => {
    const members = [0.2, 0.3, 0.5].map((weight, index) => member(`https://${index}.example`, weight));
    const before = ownersOf(new HashRing(members));
    const after = ownersOf(new HashRing(members.slice(1)));
    expect(after.filter((owner, index) => owner !== before[index])).toHaveLength(before.filter((owner) => owner === members[0]!.url).length);
  });

  it('gives a member that comes its part of the keys of all, and moves no other key', () => {
    fc.assert(
      fc.property(addresses(3), (urls) => {
        const [coming, ...members] = urls;
        const before = ownersOf(new HashRing(members.map((url) => member(url))));
        const after = ownersOf(new HashRing(urls.map((url) => member(url))));
        const moved = after.filter((owner, index) => owner !== before[index]);
        expect(new Set(moved)).toEqual(new Set([coming]));
        expect((moved.length / KEYS.length) * urls.length).toBeGreaterThan(0.55);
        expect((moved.length / KEYS.length) * urls.length).toBeLessThan(1.45);
      }),
      { numRuns: 20 },
    );
  });

  it('has every member once for each key, whatever order they are listed in', () => {
    fc.assert(
      fc.property(memberLists(1), fc.string(), (members, key) => {
        const found = order(new HashRing(members), key);
        expect([...found].sort()).toEqual(members.map(({ url }) => url).sort());
        expect(order(new HashRing([...members].reverse()), key)).toEqual(found);
      }),
      { numRuns: 20 },
    );
  });

  it('may be empty', () => {
    expect(order(new HashRing([]), 'any')).toEqual([]);
  });
});
