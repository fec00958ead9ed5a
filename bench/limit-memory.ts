import { setImmediate as afterOtherWork } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { SYSTEM_RANDOM } from '../runtime/src/core/system-sources.ts';
import { createRateLimiter } from '../runtime/src/rate-limit/create.ts';
import { partFromItem } from '../runtime/src/rate-limit/dynamodb-expressions.ts';
import { MemoryRateLimitStore } from '../runtime/src/rate-limit/memory-store.ts';
import type { RateLimiter } from '../runtime/src/rate-limit/policy.ts';
import type { Marks } from '../runtime/src/rate-limit/rule.ts';
import { take, type TakeCommand, type TakeDecision } from '../runtime/src/rate-limit/state.ts';
import type { KeyPart } from '../runtime/src/rate-limit/store.ts';

/** What one environment keeps of a key. */
export interface KeyMemory {
  readonly name: string;
  readonly bytesPerKey: number;
}

/** Keys that an environment remembers at most, unless told otherwise. */
export const KEYS = 5_000;

const HOUR_MS = 3_600_000;

// Asked for here, so that the command needs no option of Node.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Keeps nothing itself: it decides by what an environment knows, and answers in objects as they come from DynamoDB. */
class ForgetfulStore extends MemoryRateLimitStore {
  override take(_at: KeyPart, command: TakeCommand, known: Marks): Promise<TakeDecision> {
    const { outcome, marks } = take(command, known);
    const item = unmarshall(marshall({ ...marks, id: 'limit#key', writer: 'f81d4fae', expiresAt: 1_800_000_000 }));
    return Promise.resolve({ outcome, marks: partFromItem(item).marks });
  }
}

/** Measures what 5,000 keys add to the heap, after a collection of garbage. */
export async function measureMemory(): Promise<KeyMemory[]> {
  const used = async (calls: number): Promise<unknown> => useEach(createLimiter(), calls);
  // Once unmeasured: what is loaded and compiled at the first use belongs to no key.
  await used(LEASED_CALLS);
  return [
    { name: 'resilient-lambda, used once', bytesPerKey: await heapPerKey(() => used(1)) },
    { name: 'resilient-lambda, with tokens in hand', bytesPerKey: await heapPerKey(() => used(LEASED_CALLS)) },
    { name: 'rate-limiter-flexible, `RateLimiterMemory`', bytesPerKey: await heapPerKey(useTheirs) },
  ];
}

/** Calls of a key, 100 ms apart, after which an environment has tokens in hand. */
const LEASED_CALLS = 16;
const PAUSE_MS = 100;

let nowMs = HOUR_MS;

function createLimiter(): RateLimiter {
  const options = { name: 'bench', limits: [{ limit: 1_000, periodMs: 60_000 }] };
  const sources = { clock: { nowMs: () => nowMs }, random: SYSTEM_RANDOM, sink: { emit: () => undefined } };
  return createRateLimiter({ ...options, by: ['tenant'] }, { store: new ForgetfulStore(), ...sources });
}

async function useEach(limiter: RateLimiter, calls: number): Promise<RateLimiter> {
  for (let call = 0; call < calls; call += 1) {
    nowMs += PAUSE_MS;
    for (let key = 0; key < KEYS; key += 1) {
      const permit = await limiter.acquire({ tenant: `tenant-${key}` });
      await permit.settle({ kind: 'success', value: undefined });
    }
  }
  return limiter;
}

async function useTheirs(): Promise<RateLimiterMemory> {
  const limiter = new RateLimiterMemory({ points: 1_000, duration: 60 });
  for (let key = 0; key < KEYS; key += 1) await limiter.consume(`tenant-${key}`);
  return limiter;
}

async function heapPerKey(use: () => Promise<unknown>): Promise<number> {
  const before = await heapInUse();
  const kept = await use();
  const after = await heapInUse();
  // Used afterwards, so that it is not garbage before.
  if (kept === undefined) throw new Error('nothing was kept');
  return (after - before) / KEYS;
}

/** Several collections, because what finalizers free is collected by the next. */
async function heapInUse(): Promise<number> {
  for (let pass = 0; pass < 4; pass += 1) {
    await afterOtherWork();
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}
