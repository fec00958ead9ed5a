import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { changed } from '../../../runtime/src/rate-limit/change.ts';
import { NO_MARKS, type Marks, type Returned, type Rule } from '../../../runtime/src/rate-limit/rule.ts';
import { grown, sameSplit, splitOf, take, WHOLE, type Split } from '../../../runtime/src/rate-limit/state.ts';
import type { RateLimitStore } from '../../../runtime/src/rate-limit/store.ts';
import { KeyUnderTest } from './key-under-test.ts';
import { BUCKETS, command, START_MS, windowRules } from './takes.ts';

interface RandomStep {
  readonly type: 'take' | 'refund' | 'block' | 'unblock' | 'reset' | 'grow';
  readonly afterMs: number;
  readonly tokens: number;
  readonly reserveMs: number;
  readonly marginMs: number;
  /** Which of the pictures seen so far comes along as a hint, and which of the grants goes back. */
  readonly hint: number;
  readonly pick: number;
  readonly returns: boolean;
  /** Whether the split is believed that was there a grant ago. */
  readonly behind: boolean;
}

const STEP: fc.Arbitrary<RandomStep> = fc.record({
  type: fc.constantFrom<RandomStep['type'][]>('take', 'take', 'take', 'take', 'take', 'take', 'refund', 'block', 'unblock', 'reset', 'grow'),
  // Clocks differ: time may seem to go back.
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: -4, max: 30 })),
  tokens: fc.nat(6),
  reserveMs: fc.constantFrom(0, 0, 5),
  marginMs: fc.constantFrom(0, 0, 3),
  hint: fc.nat(1000),
  pick: fc.nat(1000),
  returns: fc.boolean(),
  behind: fc.constantFrom(false, false, false, false, true),
});

const RULES: fc.Arbitrary<readonly Rule[]> = fc.uniqueArray(
  fc.oneof(BUCKETS, windowRules('fixed-window'), windowRules('sliding-window')),
  { minLength: 1, maxLength: 4, selector: ({ periodMs }) => periodMs },
);

/** The pure state beside a store, and what the environments have seen of it. */
class Model {
  readonly rules: readonly Rule[];
  marks: Marks = NO_MARKS;
  nowMs = START_MS;
  readonly pictures: Marks[] = [NO_MARKS];
  readonly grants: Returned[] = [];
  readonly splits: Split[] = [WHOLE];

  constructor(rules: readonly Rule[]) {
    this.rules = rules;
  }

  returned({ pick, returns }: RandomStep): readonly Returned[] {
    return returns && this.grants.length > 0 ? this.grants.splice(pick % this.grants.length, 1) : [];
  }
}

/** Registers the test that a store answers random commands as the pure state does, whatever old picture comes along. */
export function describeRandomCommands(title: string, open: () => Promise<RateLimitStore>, numRuns: number): void {
  describe(title, () => {
    let store: RateLimitStore;
    let keys = 0;

    beforeAll(async () => {
      store = await open();
    });

    it('are decided exactly as by the pure state, whatever old picture comes along as a hint', async () => {
      await fc.assert(
        fc.asyncProperty(RULES, fc.array(STEP, { minLength: 1, maxLength: 25, size: 'max' }), async (rules, steps) => {
          const key = new KeyUnderTest(store, `${title}${(keys += 1)}`);
          const model = new Model(rules);
          for (const step of steps) {
            model.nowMs += step.afterMs;
            await applyStep(key, model, step);
            expect(await key.read()).toStrictEqual(model.marks);
            model.pictures.push(model.marks);
          }
        }),
        { numRuns, seed: 20_260_101 },
      );
    });
  });
}

async function applyStep(key: KeyUnderTest, model: Model, step: RandomStep): Promise<void> {
  const known = model.pictures[step.hint % model.pictures.length] ?? NO_MARKS;
  if (step.type === 'take') return applyTake(key, model, { step, known });
  if (step.type === 'grow') return applyGrow(key, model, known);
  const change = changeOf(model, step);
  if (change === undefined) return undefined;
  model.marks = changed(model.marks, change, model.nowMs);
  expect(await key.change(change, model.nowMs)).toStrictEqual(model.marks);
  return undefined;
}

async function applyTake(key: KeyUnderTest, model: Model, { step, known }: { step: RandomStep; known: Marks }): Promise<void> {
  const { tokens, reserveMs, marginMs, behind } = step;
  const split = model.splits.at(behind ? -2 : -1) ?? WHOLE;
  const asked = command(model.rules, tokens, { nowMs: model.nowMs, split, reserveMs, marginMs, returned: model.returned(step) });
  const expected = take(asked, model.marks);
  expect(await key.take(asked, known)).toStrictEqual(expected);
  model.marks = expected.marks;
  if (expected.outcome === 'granted') model.grants.push({ tokens, shards: split.shards, marks: expected.marks });
}

async function applyGrow(key: KeyUnderTest, model: Model, known: Marks): Promise<void> {
  const from = splitOf(model.marks);
  if (from.shards > 4) return;
  const to = { shards: from.shards * 2, bornAtMs: from.shards === 1 ? model.nowMs : from.bornAtMs };
  model.marks = grown(model.marks, to);
  model.splits.push(to);
  expect(sameSplit(splitOf(model.marks), to)).toBe(true);
  expect(await key.grow(from, to, known)).toStrictEqual(model.marks);
}

function changeOf(model: Model, step: RandomStep): Parameters<KeyUnderTest['change']>[0] | undefined {
  const { rules, nowMs } = model;
  switch (step.type) {
    case 'block':
      return { type: 'block', untilMs: nowMs + step.pick % 20 };
    case 'unblock':
      return { type: 'block', untilMs: 0 };
    case 'reset':
      return { type: 'reset', rules };
    default: {
      const [returned] = model.returned({ ...step, returns: true });
      return returned && { type: 'refund', rules, returned };
    }
  }
}
