import { createBulkhead, MemoryBulkheadStore, type BulkheadStore } from '../../../runtime/src/bulkhead/index.ts';
import type { EventSink } from '../../../runtime/src/core/events.ts';
import { StoreUnavailableError } from '../../../runtime/src/core/store-unavailable.ts';
import { createAdaptiveThrottle, createLoadShedder } from '../../../runtime/src/load-shedding/index.ts';
import type { ManualClock, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { deferred } from '../core/deferred.ts';

/** What is common to all policies of a life. */
export interface LoadSetting {
  readonly clock: ManualClock;
  readonly random: SeededRandom;
  readonly sink: EventSink;
  readonly environment: Record<string, string>;
}

const CALL = { tenant: 'acme', operation: 'charge' };
const LEASE_IS_OVER_MS = 600_000;
const ignore = () => undefined;
/** Nothing of this is waited for. */
const never = () => new Promise<void>(ignore);
const fail = (): never => {
  throw new TypeError('down');
};

/** A store that cannot be reached. */
const lost = (): BulkheadStore => {
  const fails = () => Promise.reject(new StoreUnavailableError('unreachable'));
  return { shared: true, acquire: fails, look: fails, release: fails, reclaim: fails };
};

/** A bulkhead whose callers wait, are refused and end, that gives way, that lost a slot, and whose table does not answer. */
export async function fillBulkheads(setting: LoadSetting): Promise<void> {
  const { clock } = setting;
  const bulkhead = (options: object, store: BulkheadStore = new MemoryBulkheadStore({ shared: true })) =>
    createBulkhead({ name: 'stock', maxConcurrent: 1, queueSize: 1, ...options }, { ...setting, store, sleep: never });
  const local = bulkhead({ shared: false, priorityOf: fail });
  const { promise, resolve } = deferred<string>();
  const calls = [local.execute(() => promise, CALL), local.execute(() => 'later', CALL), local.execute(() => 'never', CALL).catch(ignore)];
  clock.advance(50);
  resolve('done');
  await Promise.all(calls);
  const adaptive = bulkhead({ shared: false, adaptive: true, maxConcurrent: 10 });
  for (let times = 0; times < 50; times += 1) {
    await adaptive.execute(fail).catch(ignore);
    clock.advance(1000);
  }
  const store = new MemoryBulkheadStore({ shared: true });
  await bulkhead({}, store).acquire(); // and dies with it
  clock.advance(LEASE_IS_OVER_MS);
  await bulkhead({}, store).execute(() => 'ok');
  await bulkhead({ queueSize: 0 }, lost()).execute(() => 'ok');
}

/** A load that goes over a threshold and falls again, in earnest and in a dry run, and calls to something that fails all the time. */
export async function shedLoad(setting: LoadSetting): Promise<void> {
  const { clock } = setting;
  for (const dryRun of [false, true]) {
    const options = { dryRun, minRate: 1, maxRate: 1, maxInFlight: 1, skip: fail };
    const shedder = createLoadShedder(options, { ...setting, probe: { isSerial: true, processors: 1 } });
    const ask = async (call: object, work: () => unknown = () => 'ok') => {
      clock.advance(1000);
      await shedder.execute(work, call).catch(ignore);
    };
    await ask({ priority: 'critical' }, () => ask({ priority: 'low' }));
    await ask({ priority: 'critical' });
    await ask({ ageMs: 60_000, maxAgeMs: 29_000 });
  }
  const throttle = createAdaptiveThrottle({ name: 'payments' }, setting);
  for (let calls = 0; calls < 50; calls += 1) await throttle.execute(fail).catch(ignore);
}
