import { createRateLimiter } from 'resilient-lambda-runtime';

const exports = createRateLimiter({ name: 'exports' });

/** Starts an export, which costs a token per thousand rows. Returns the milliseconds to wait before trying again, or 0. */
export async function startExport(tenant: string, rows: number, start: () => Promise<void>): Promise<number> {
  const cost = Math.ceil(rows / 1000);
  const decision = await exports.consume(tenant, cost);
  if (!decision.admitted) return decision.retryAfterMs ?? Infinity; // undefined: more than the limit ever gives
  await start().catch(async (error: unknown) => {
    await exports.refund(tenant, cost);
    throw error;
  });
  return 0;
}

/** What a tenant has left, and a way to let it start nothing for an hour, or start anew. */
export const exportsLeft = async (tenant: string): Promise<number> => (await exports.peek(tenant)).status.remaining;
export const suspend = (tenant: string): Promise<void> => exports.block(tenant, 3_600_000);
export const forgive = (tenant: string): Promise<void> => exports.unblock(tenant).then(() => exports.reset(tenant));
