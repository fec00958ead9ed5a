import { cloudMapEndpoints } from '../../../runtime/src/http-client/cloud-map-endpoints.ts';
import { createEndpointPool } from '../../../runtime/src/http-client/endpoint-pool.ts';
import { hedge } from '../../../runtime/src/http-client/hedging.ts';
import { createResilientClient } from '../../../runtime/src/http-client/index.ts';
import { createRetry, RetryBudgets } from '../../../runtime/src/retry/index.ts';
import { createTimeout } from '../../../runtime/src/timeout/index.ts';
import { deferred } from '../core/deferred.ts';
import type { LoadSetting } from './loads.ts';

const CALL = { tenant: 'acme', operation: 'charge' };
const LEFT_OUT_MS = 60_000;
const ignore = () => undefined;
const never = () => new Promise<void>(ignore);
const fail = (): never => {
  throw new TypeError('down');
};
const busy = () => Promise.reject(Object.assign(new Error('busy'), { statusCode: 503 }));
/** Waits are over at once, limits are never reached. */
const instant = (durationMs: number) => (durationMs < 1000 ? Promise.resolve() : never());

/** Work that ends in time, that takes too long and does not stop, whose result comes late, and for which there is no time. */
export async function runOutOfTime(setting: LoadSetting): Promise<void> {
  const { clock } = setting;
  await createTimeout({ timeoutFor: fail }, { ...setting, sleep: never }).execute(() => 'ok', CALL);
  const timeout = createTimeout({}, { ...setting, sleep: () => Promise.resolve() });
  const { promise, resolve } = deferred<string>();
  await timeout.execute(() => promise, CALL).catch(ignore);
  resolve('late');
  await promise;
  await Promise.resolve();
  await timeout.execute(() => 'never', { deadlineMs: clock.nowMs() + 1 }).catch(ignore);
}

/** Calls that succeed at last, that fail however often they are tried, and that are not worth it. */
export async function tryAgain(setting: LoadSetting): Promise<void> {
  const slow = (durationMs: number) => {
    setting.clock.advance(durationMs);
    return Promise.resolve();
  };
  const retry = createRetry({ name: 'stock', jitter: 'none', attemptTimeoutMs: 0, totalTimeoutMs: 0, onRetry: fail }, { ...setting, sleep: slow, budgets: new RetryBudgets() });
  let calls = 0;
  await retry.execute(() => (calls++ === 0 ? busy() : 'ok'));
  await retry.execute(busy).catch(ignore);
  await retry.execute(fail).catch(ignore);
}

/** Calls of a dependency that fails and for which something else answers, of which one is sent twice, and whose endpoints fail or change. */
export async function callDependencies(setting: LoadSetting): Promise<void> {
  const fetch = () => Promise.resolve(new Response('no', { status: 503 }));
  const sources = { ...setting, sleep: instant, fetch, retryBudgets: new RetryBudgets() };
  const client = createResilientClient({ name: 'payments', baseUrl: 'https://payments.example', circuit: false, fallback: () => new Response('instead') }, sources);
  await client.get('/');
  createResilientClient({ name: 'stock', endpoints: ['https://a.example', 'https://b.example'], circuit: false }, sources);
  await hedgeOne(setting);
  await loseEndpoints(setting);
}

async function hedgeOne({ clock, sink }: LoadSetting): Promise<void> {
  let isSlow = false;
  const policy = hedge({ name: 'payments', hedgeAfterQuantile: 0.9 }, { clock, sink, sleep: () => (isSlow ? Promise.resolve() : never()) });
  for (let calls = 0; calls < 40; calls += 1) {
    await policy.execute(() => {
      clock.advance(20);
      return 'ok';
    });
  }
  isSlow = true;
  let sent = 0;
  await policy.execute(({ signal }) => (sent++ > 0 ? 'second' : new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('lost'))))), { method: 'GET' });
}

async function loseEndpoints(setting: LoadSetting): Promise<void> {
  const { clock } = setting;
  const pool = createEndpointPool({ name: 'payments', endpoints: ['https://a.example', 'https://b.example'] }, setting);
  for (const failed of [true, false]) {
    for (let calls = 0; calls < 60; calls += 1) pool.pick().settle({ durationMs: 10, failed });
    clock.advance(LEFT_OUT_MS);
  }
  const answers = [[{ id: 'a', attributes: { AWS_INSTANCE_IPV4: '10.0.0.1' } }]];
  const found = cloudMapEndpoints({ name: 'payments', discovery: { discover: async () => answers.pop() ?? fail() } }, setting);
  await found.refresh();
  clock.advance(LEFT_OUT_MS);
  await found.refresh();
}
