import type { Request } from '@middy/core';
import { ABANDONED } from '../core/outcome.ts';
import { valueAt } from '../core/read.ts';
import { settleHeld } from './permit-ledger.ts';

/** Where Powertools' middlewares leave what is to be called when somebody answers early, in the order in which Powertools calls it. */
const CLEANUP_KEYS = ['tracer', 'metrics', 'logger', 'idempotency'].map((tool) => `powertools-for-aws.${tool}`);

/**
 * Makes it safe to answer from a `before`, after which Middy runs no `after` and no `onError`: permits that middlewares further
 * out hold are given back, and Powertools ends what it has begun. What any of that throws is dropped.
 *
 * @returns the response, to be returned from the `before`.
 */
export async function answerEarly<Response>(request: Request, response: Response): Promise<Response> {
  await quietly(() => settleHeld(request, ABANDONED));
  for (const key of CLEANUP_KEYS) await quietly(() => cleanUp(request, key));
  return response;
}

function cleanUp(request: Request, key: string): unknown {
  const work = valueAt(request.internal, key);
  return typeof work === 'function' ? (work as (request: Request) => unknown)(request) : undefined;
}

async function quietly(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch {
    // The answer goes out all the same.
  }
}
