import { NO_MARKS, type KeyChange, type Marks, type RateLimitStore, type Rule } from '../rate-limit/index.ts';
import { partCount, storedRules } from './limit-parts.ts';

/** What is to be done to every part of a key. */
export type PartChange =
  | { readonly type: 'block'; readonly untilMs: number }
  /** Every rule that something is stored for starts anew. */
  | { readonly type: 'reset' };

/** A key while it is being changed. */
export interface ChangingKey {
  readonly store: RateLimitStore;
  readonly key: string;
  readonly nowMs: () => number;
  /** What is stored by part, as far as it has been changed. */
  readonly changed: Map<number, Marks>;
  /** What has been reset. */
  readonly rules: Map<string, Rule>;
}

/**
 * Changes all parts of a key. A split that comes between is followed: the key itself goes last, and its answer tells of it.
 *
 *     operator        sees a whole key -------------- change the key: sees two parts --- change the other, and the key again
 *     environment     --- split in two, make part 1 from what was
 *
 * A part that is split after its change hands the change on.
 *
 * @param whole What is stored of the key itself.
 * @throws StoreUnavailableError if the table gives no answer; `changed` then tells how far it came.
 */
export async function changeKey(changing: ChangingKey, change: PartChange, whole: Marks): Promise<void> {
  let done = 1;
  let count = partCount(whole);
  do {
    for (let part = count - 1; part >= done; part -= 1) await changePart(changing, change, part);
    done = count;
    count = partCount(await changePart(changing, change, 0));
  } while (count > done);
}

/** What is stored of a changed key, by part. */
export function storedAfter({ changed }: ChangingKey): Marks[] {
  return Array.from({ length: changed.size }, (_, part) => changed.get(part) ?? NO_MARKS);
}

async function changePart(changing: ChangingKey, change: PartChange, part: number): Promise<Marks> {
  const { store, key, nowMs, changed } = changing;
  const at = { key, part };
  const asked: KeyChange = change.type === 'block' ? change : { type: 'reset', rules: await rulesOf(changing, part) };
  const marks = await store.change(at, asked, { nowMs: nowMs() });
  changed.set(part, marks);
  return marks;
}

async function rulesOf({ store, key, nowMs, rules }: ChangingKey, part: number): Promise<Rule[]> {
  const found = storedRules(await store.read({ key, part }, { nowMs: nowMs() }));
  for (const rule of found) rules.set(`${rule.strategy} ${rule.periodMs}`, rule);
  return found;
}
