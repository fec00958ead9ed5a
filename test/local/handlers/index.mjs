// Handlers for the tests of the local execution environment.
import { setTimeout as delay } from 'node:timers/promises';

let invocations = 0;
let ticks = 0;
setInterval(() => (ticks += 1), 5).unref();
console.log('loaded');

export async function handler(event, context) {
  invocations += 1;
  console.log(`invocation ${invocations}`);
  return {
    event,
    invocations,
    pid: process.pid,
    context: { ...context, getRemainingTimeInMillis: undefined },
    remainingMs: context.getRemainingTimeInMillis(),
    traceId: process.env._X_AMZN_TRACE_ID,
  };
}

export const nested = { handler: () => 'nested' };

export const environment = () => ({ ...process.env });

export const countTicks = () => ticks;

export async function sleep({ ms }) {
  invocations += 1;
  await delay(ms);
  return { invocations, pid: process.pid };
}

export function fail({ how }) {
  if (how === 'throw') throw Object.assign(new TypeError('broken'), { cause: 'none' });
  if (how === 'reject') return Promise.reject(new RangeError('late'));
  if (how === 'string') throw 'text';
  if (how === 'unserialisable') return 1n;
  if (how === 'exit') process.exit(3);
  if (how === 'uncaught') setImmediate(() => {
    throw new Error('nobody catches this');
  });
  if (how === 'undefined') return undefined;
  return new Promise(() => setInterval(() => undefined, 1_000)); // the timer keeps the process alive
}
