import { CONTRACT } from '../contract/contract.ts';
import { grown, NO_MARKS, ruleNames, sown, splitOf, type Marks, type Rule } from '../rate-limit/index.ts';

/** More parts than this no key has, whatever an item says. */
const MAXIMUM_PARTS = CONTRACT.configuration.rateLimit.maxShards.maximum;

/** How many parts a key has, by what is stored of the key itself. */
export function partCount(whole: Marks): number {
  return Math.min(MAXIMUM_PARTS, splitOf(whole).shards);
}

/**
 * What counts of every part of a key. A part that nobody has used since the split begins with what its other half was then;
 * what an earlier split has left in its place counts for nothing.
 *
 * @param stored What is stored by part, the key itself first.
 */
export function effectiveParts(stored: readonly Marks[]): Marks[] {
  const whole = stored[0] ?? NO_MARKS;
  const { shards, bornAtMs } = splitOf(whole);
  const parts: Marks[] = [whole];
  for (let part = 1; part < partCount(whole); part += 1) {
    const own = stored[part] ?? NO_MARKS;
    const other = parts[part - 2 ** Math.floor(Math.log2(part))] ?? NO_MARKS;
    // The other half may have to be split first.
    const split = splitOf(other).shards === shards ? other : grown(other, { shards, bornAtMs });
    parts.push(splitOf(own).bornAtMs === bornAtMs ? own : sown(split));
  }
  return parts;
}

/** The rules that something is stored for. Limits themselves are not stored, so these tell how they count and nothing else. */
export function storedRules(marks: Marks): Rule[] {
  const periods = new Set(Object.keys(marks).map((name) => Number(/^[a-z](\d+)$/.exec(name)?.[1] ?? 0)));
  return [...periods]
    .filter((periodMs) => periodMs > 0)
    .sort((one, other) => one - other)
    .flatMap((periodMs) => [ruleOf('token-bucket', periodMs), ruleOf('sliding-window', periodMs)])
    .filter((rule) => ruleNames(rule).some((name) => marks[name] !== undefined));
}

function ruleOf(strategy: Rule['strategy'], periodMs: number): Rule {
  return { strategy, limit: 1, periodMs, capacity: 1 };
}
