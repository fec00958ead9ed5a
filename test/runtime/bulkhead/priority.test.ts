import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CallClaim } from '../../../runtime/src/bulkhead/claim.ts';
import { resolveBulkheadOptions } from '../../../runtime/src/bulkhead/options.ts';
import type { Bulkhead } from '../../../runtime/src/bulkhead/policy.ts';
import { placeOf } from '../../../runtime/src/bulkhead/waiting-line.ts';
import { PRIORITIES, type Priority } from '../../../runtime/src/core/call-context.ts';
import { ask, BulkheadWorld, finish, reasonOf, statesOf, type Asked } from './world.ts';

const NAMES = Object.keys(PRIORITIES) as Priority[];
const FROM_THE_LEAST = [...NAMES].reverse();

/** Ends the running call, and the next, until nobody waits; the priorities in the order in which they were served. */
async function served(first: Asked, waiting: readonly Asked[]): Promise<(Priority | undefined)[]> {
  const order: Asked[] = [];
  for (let running: Asked | undefined = first; running !== undefined; running = waiting.find(({ state }) => state === 'running')) {
    order.push(running);
    void finish(running);
    await turn();
  }
  return order.slice(1).map(({ call }) => call.priority);
}

const askWith = (bulkhead: Bulkhead, priorities: readonly Priority[]) => priorities.map((priority) => ask(bulkhead, { priority }));

describe('those who wait', () => {
  it('are served by priority, on the one scale, with the switch on (BH-06, PX-12)', async () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 1, priority: true });
    const first = ask(bulkhead);
    await expect(served(first, askWith(bulkhead, FROM_THE_LEAST))).resolves.toEqual(NAMES);
  });

  it('are served in the order of arrival with it off (PBH-07)', async () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 1 });
    const first = ask(bulkhead);
    await expect(served(first, askWith(bulkhead, FROM_THE_LEAST))).resolves.toEqual(FROM_THE_LEAST);
  });

  it('are served in the order of arrival within a priority', async () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 1, priority: true });
    const first = ask(bulkhead);
    const [one, two] = askWith(bulkhead, ['low', 'low']);
    void finish(first);
    await turn();
    expect(statesOf([one!, two!])).toEqual(['running', 'waiting']);
  });

  it('go by priorityOf before the call (BH-07)', async () => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 1, priority: true, priorityOf: ({ tenant }) => (tenant === 'paying' ? 'critical' : undefined) });
    const first = ask(bulkhead);
    const waiting = [ask(bulkhead, { priority: 'high' }), ask(bulkhead, { tenant: 'paying', priority: 'low' })];
    await expect(served(first, waiting)).resolves.toEqual(['low', 'high']);
  });

  it('become more important with time: none waits for ever while more important ones keep coming (PBH-07)', async () => {
    const world = new BulkheadWorld();
    const bulkhead = world.local({ maxConcurrent: 1, maxWaitMs: 1800, priority: true });
    let running = ask(bulkhead);
    const humble = ask(bulkhead, { priority: 'background' });
    for (let waitedMs = 0; humble.state === 'waiting'; waitedMs += 100) {
      expect(waitedMs).toBeLessThanOrEqual(1000);
      const urgent = ask(bulkhead, { priority: 'critical' });
      await world.pass(100);
      void finish(running);
      await turn();
      running = urgent;
    }
    expect(humble.state).toBe('running');
  });
});

describe('the ageing of those who wait', () => {
  const options = resolveBulkheadOptions({ name: 'payments', priority: true, maxWaitMs: 9000 });
  const claim = (priority: Priority, atMs: number) => new CallClaim([], {}, priority, () => undefined).arrive(atMs);
  const instant = fc.nat(1_000_000);
  const name = fc.constantFrom(...NAMES);

  it('lets nobody be overtaken by a call that comes more than half of the longest wait later (PBH-07)', () => {
    fc.assert(
      fc.property(name, name, instant, fc.integer({ min: 4501, max: 100_000 }), (one, other, atMs, laterMs) => {
        expect(placeOf(claim(one, atMs), options)).toBeLessThan(placeOf(claim(other, atMs + laterMs), options));
      }),
    );
  });

  it('never puts a lesser call before a more important one that came no later', () => {
    fc.assert(
      fc.property(name, name, instant, fc.nat(100_000), (one, other, atMs, laterMs) => {
        fc.pre(PRIORITIES[one] > PRIORITIES[other]);
        expect(placeOf(claim(one, atMs), options)).toBeLessThan(placeOf(claim(other, atMs + laterMs), options));
      }),
    );
  });

  it('weighs a step of the scale as an eighteenth of the longest wait', () => {
    expect(placeOf(claim('low', 1000), options)).toBe(placeOf(claim('background', 500), options));
    expect(placeOf(claim('critical', 4500), options)).toBe(placeOf(claim('background', 0), options));
  });
});

describe('a full line', () => {
  const full = (priorities: readonly Priority[], options = {}) => {
    const bulkhead = new BulkheadWorld().local({ maxConcurrent: 1, queueSize: priorities.length, priority: true, ...options });
    ask(bulkhead);
    return { bulkhead, waiting: askWith(bulkhead, priorities) };
  };

  it('gives the place of the youngest of the least important to a call of high priority (BH-08)', async () => {
    const { bulkhead, waiting } = full(['normal', 'low', 'low', 'normal']);
    const urgent = ask(bulkhead, { priority: 'high' });
    await turn();
    expect(urgent.state).toBe('waiting');
    expect(waiting.map(reasonOf)).toEqual([undefined, undefined, 'displaced', undefined]);
    expect(bulkhead.statistics).toMatchObject({ queued: 4, refused: 1 });
  });

  it.each<[Priority, string]>([['critical', 'waiting'], ['high', 'waiting'], ['normal', 'refused'], ['low', 'refused'], ['background', 'refused']])(
    'lets a call of priority %s end up %s at the threshold of 8 (BH-08, PX-12)',
    (priority, state) => {
      expect(ask(full(['background']).bulkhead, { priority }).state).toBe(state);
    },
  );

  it('goes by the threshold that is set', () => {
    expect(ask(full(['low'], { highPriorityThreshold: 5 }).bulkhead, { priority: 'normal' }).state).toBe('waiting');
    expect(ask(full(['low'], { highPriorityThreshold: 10 }).bulkhead, { priority: 'high' }).state).toBe('refused');
  });

  it('gives nobody of high priority away, not even to a higher one', () => {
    const { bulkhead } = full(['high', 'high']);
    expect(reasonOf(ask(bulkhead, { priority: 'critical' }))).toBe('queue_full');
  });

  it('gives nobody away with the switch off (PBH-07)', () => {
    expect(ask(full(['background'], { priority: false }).bulkhead, { priority: 'critical' }).state).toBe('refused');
  });
});
