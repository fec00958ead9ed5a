import { createRequire } from 'node:module';
import pLimit from 'p-limit';
import { createBulkhead } from '../../runtime/src/bulkhead/create.ts';
import { BulkheadFullError } from '../../runtime/src/bulkhead/errors.ts';
import type { Bulkhead } from '../../runtime/src/bulkhead/policy.ts';
import { SYSTEM_CLOCK } from '../../runtime/src/core/system-sources.ts';
import { timeLoop, type Contender } from '../load-rounds.ts';

/** Calls that may run at the same time. */
export const SLOTS = 10;

/** Calls that come at once where there is a queue. */
export const CROWD = 100;

type Work = () => Promise<number>;
type Run = (work: Work) => Promise<number>;

const require = createRequire(import.meta.url);
const NOTHING = Promise.resolve();
const SUCCESS = { kind: 'success', value: undefined } as const;

/** One call after the other, each of which finds a slot; the first is what others are measured by. */
export function uncontended(): Contender[] {
  const ours = create(0);
  return [
    oneByOne('p-limit', pLimit(SLOTS)),
    oneByOne('`queue` of async', asyncQueue()),
    oneByOne('a counter, and an error where it is full', counter()),
    oneByOne('resilient-lambda: `execute`', (work) => ours.execute(work)),
    oneByOne('resilient-lambda: `acquire` and `settle`', acquireAndSettle(create(0))),
  ];
}

/** So many calls at once that most of them wait for a slot. */
export function queued(): Contender[] {
  const ours = create(CROWD);
  const byPriority = create(CROWD, true);
  return [
    crowded('p-limit', pLimit(SLOTS)),
    crowded('`queue` of async', asyncQueue()),
    crowded('resilient-lambda: `execute`', (work) => ours.execute(work)),
    crowded('resilient-lambda: `execute`, the queue by priority', (work) => byPriority.execute(work)),
  ];
}

/** Calls that find all slots taken and no place to wait: only who can refuse. */
export function refused(): Contender[] {
  const ours = create(0);
  return [
    refusing('a counter, and an error where it is full', counter(), RangeError),
    refusing('resilient-lambda: `execute`', (work) => ours.execute(work), BulkheadFullError),
  ];
}

function create(queueSize: number, priority = false): Bulkhead {
  const options = { name: 'bench', shared: false, maxConcurrent: SLOTS, queueSize, priority };
  return createBulkhead(options, { clock: SYSTEM_CLOCK, sink: { emit: () => undefined }, environment: {} });
}

function acquireAndSettle(bulkhead: Bulkhead): Run {
  return async (work) => {
    const admission = bulkhead.acquire();
    const permit = admission instanceof Promise ? await admission : admission;
    const value = await work();
    const settling = permit.settle(SUCCESS);
    if (settling !== undefined) await settling;
    return value;
  };
}

/** The least that a bulkhead can do. */
function counter(): Run {
  let active = 0;
  return async (work) => {
    if (active >= SLOTS) throw new RangeError('full');
    active += 1;
    try {
      return await work();
    } finally {
      active -= 1;
    }
  };
}

interface Async {
  readonly queue: (worker: (work: Work) => Promise<number>, concurrency: number) => { push(work: Work): Promise<number> };
}

/** It has no types. */
function asyncQueue(): Run {
  const { queue } = require('async') as Async;
  const made = queue(async (work) => work(), SLOTS);
  return (work) => made.push(work);
}

/** Work whose runs are counted, and how many run at the same time. */
class CountedWork {
  runs = 0;
  most = 0;
  #active = 0;

  readonly work: Work = async () => {
    this.#active += 1;
    if (this.#active > this.most) this.most = this.#active;
    this.runs += 1;
    const run = this.runs;
    await NOTHING;
    this.#active -= 1;
    return run;
  };

  check(name: string, runs: number, most: number): void {
    if (this.runs !== runs || this.most !== most) throw new Error(`${name}: ${this.runs} runs instead of ${runs}, up to ${this.most} at once instead of ${most}`);
  }
}

function oneByOne(name: string, run: Run): Contender {
  return {
    name,
    play: async (calls) => {
      const counted = new CountedWork();
      let sum = 0;
      const ns = await timeLoop(calls, async () => {
        for (let call = 0; call < calls; call += 1) sum += await run(counted.work);
      });
      counted.check(name, calls, 1);
      if (sum !== (calls * (calls + 1)) / 2) throw new Error(`${name}: results were lost`);
      return ns;
    },
  };
}

function crowded(name: string, run: Run): Contender {
  return {
    name,
    play: async (calls) => {
      const counted = new CountedWork();
      const crowds = Math.floor(calls / CROWD);
      const ns = await timeLoop(crowds * CROWD, async () => {
        for (let crowd = 0; crowd < crowds; crowd += 1) await Promise.all(Array.from({ length: CROWD }, () => run(counted.work)));
      });
      counted.check(name, crowds * CROWD, SLOTS);
      return ns;
    },
  };
}

function refusing(name: string, run: Run, kind: new (...args: never[]) => Error): Contender {
  return {
    name,
    play: async (calls) => {
      const counted = new CountedWork();
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const holders = Array.from({ length: SLOTS }, () => run(() => held.then(() => 0)));
      let refusals = 0;
      const ns = await timeLoop(calls, async () => {
        for (let call = 0; call < calls; call += 1) {
          try {
            await run(counted.work);
          } catch (error) {
            if (error instanceof kind) refusals += 1;
          }
        }
      });
      release();
      await Promise.all(holders);
      counted.check(name, 0, 0);
      if (refusals !== calls) throw new Error(`${name}: ${refusals} of ${calls} calls were refused`);
      return ns;
    },
  };
}
