import { RateLimiterDynamo, RateLimiterMemory } from 'rate-limiter-flexible';
import { SYSTEM_CLOCK, SYSTEM_RANDOM } from '../../runtime/src/core/system-sources.ts';
import { createRateLimiter } from '../../runtime/src/rate-limit/create.ts';
import { MemoryRateLimitStore } from '../../runtime/src/rate-limit/memory-store.ts';
import type { RateLimiter } from '../../runtime/src/rate-limit/policy.ts';

/** A way to decide calls without the store. */
export interface Decider {
  readonly name: string;
  readonly admits: boolean;
  /**
   * Decides calls, and answers with how many of them were decided without a promise.
   *
   * @throws when a call is decided otherwise than `admits` says.
   */
  readonly decide: (calls: number) => Promise<number>;
}

const KEY = 'somebody';
const CALL = { tenant: KEY };
const SUCCESS = { kind: 'success', value: undefined } as const;
const PLENTY = 1_000_000_000;
const HOUR_S = 3_600;

/** All ways that are compared; the first that admits and the first that refuses are what the others are measured by. */
export async function localDeciders(): Promise<Decider[]> {
  return [...theirs(), ...(await ours())];
}

function theirs(): Decider[] {
  const generous = new RateLimiterMemory({ points: PLENTY, duration: HOUR_S });
  const usedUp = new RateLimiterMemory({ points: 1, duration: HOUR_S });
  const blocked = new RateLimiterDynamo({
    storeClient: { updateItem: () => Promise.resolve(USED_UP_ITEM) },
    tableName: 'none',
    tableCreated: true,
    ttlSet: true,
    points: 1,
    duration: HOUR_S,
    inMemoryBlockOnConsumed: 1,
  });
  return [
    decider('rate-limiter-flexible: `await RateLimiterMemory.consume`', true, () => generous.consume(KEY)),
    decider('rate-limiter-flexible: `await RateLimiterMemory.consume`, over the limit', false, () => usedUp.consume(KEY, 2)),
    decider('rate-limiter-flexible: `await RateLimiterDynamo.consume`, blocked in memory', false, () => blocked.consume(KEY)),
  ];
}

const USED_UP_ITEM = { Attributes: { key: { S: KEY }, points: { N: '2' }, expire: { N: '99999999999' } } };

async function ours(): Promise<Decider[]> {
  const generous = create(PLENTY);
  const usedUp = create(1);
  await usedUp.consume(KEY);
  return [
    decider('resilient-lambda: `acquire` and `settle`, tokens in hand', true, () => {
      const permit = generous.acquire(CALL);
      return permit instanceof Promise ? permit.then((later) => later.settle(SUCCESS)) : permit.settle(SUCCESS);
    }),
    decider('resilient-lambda: `consume`, tokens in hand', true, () => generous.consume(KEY)),
    decider('resilient-lambda: `acquire`, which throws a refusal', false, () => usedUp.acquire(CALL)),
    decider('resilient-lambda: `consume`, which answers with a refusal', false, () => usedUp.consume(KEY)),
  ];
}

function create(limit: number): RateLimiter {
  const sources = { clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM, sink: { emit: () => undefined } };
  const options = { name: 'bench', limits: [{ limit, periodMs: 1000 * HOUR_S }], by: ['tenant'] } as const;
  return createRateLimiter(options, { store: new MemoryRateLimitStore({ shared: true }), ...sources });
}

function decider(name: string, admits: boolean, attempt: () => unknown): Decider {
  const expected = (calls: number): number => (admits ? 0 : calls);
  return {
    name,
    admits,
    decide: async (calls) => {
      let refused = 0;
      let later = 0;
      for (let call = 0; call < calls; call += 1) {
        try {
          let answer = attempt();
          // What is decided at once is there at once: whoever calls needs to await nothing.
          if (answer instanceof Promise) {
            later += 1;
            answer = await answer;
          }
          if (isRefusal(answer)) refused += 1;
        } catch {
          refused += 1;
        }
      }
      if (refused !== expected(calls)) throw new Error(`${name}: ${refused} of ${calls} calls were refused`);
      return calls - later;
    },
  };
}

function isRefusal(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'admitted' in answer && answer.admitted === false;
}
