import { describe, it, expect } from '@jest/globals';
import { DESIGN_NAMES, DESIGNS } from '../../bench/peers/designs.ts';
import type { PeerDesign, PeerItem } from '../../bench/peers/peer-fleet.ts';
import { PER_ENVIRONMENT_COUNT } from '../../bench/peers/per-environment-count.ts';
import { WHOLE_STATE } from '../../bench/peers/whole-state.ts';
import type { Gate, Permit } from '../../runtime/src/core/gate.ts';
import { readNamedScenario } from './scenario-file.ts';
import { simulate } from './simulate.ts';

/** Gates of one design around one item, at an instant that the test sets. */
function world<Item extends PeerItem>({ newItem, createGate }: PeerDesign<Item>) {
  const seen = { nowMs: 0, reads: 0, writes: 0, changes: [] as string[] };
  let stored = newItem;
  const gate = (id: string) =>
    createGate({
      id,
      clock: { nowMs: () => seen.nowMs },
      changed: (from, to) => seen.changes.push(`${from} ${to}`),
      item: {
        read: async () => {
          seen.reads += 1;
          return stored;
        },
        write: async (item) => {
          seen.writes += 1;
          stored = item;
        },
        writeIf: async (condition, item) => {
          seen.writes += 1;
          if (!condition(stored)) return false;
          stored = item;
          return true;
        },
      },
    });
  return { seen, gate, phase: () => stored.phase };
}

async function settle(permit: Permit, fails: boolean): Promise<void> {
  await permit.settle(fails ? { kind: 'failure', error: undefined } : { kind: 'success', value: undefined });
}

async function call(gate: Gate, fails: boolean): Promise<'refused' | undefined> {
  let permit: Permit;
  try {
    permit = await gate.acquire({});
  } catch {
    return 'refused';
  }
  return settle(permit, fails).then(() => undefined);
}

describe('consecutive failures counted per environment', () => {
  it('save OPEN once one environment has five in a row, whatever the others see', async () => {
    const { seen, gate, phase } = world(PER_ENVIRONMENT_COUNT);
    const [bad, good] = [gate('bad'), gate('good')];
    for (let failure = 0; failure < 4; failure += 1) await call(bad, true);
    await call(bad, false);
    for (let failure = 0; failure < 4; failure += 1) await call(bad, true);
    expect(phase()).toBe('closed');
    await call(good, false);
    await call(bad, true);
    expect(phase()).toBe('open');
    expect(await call(bad, false)).toBe('refused');
    expect(await call(good, false)).toBeUndefined(); // still believes what it read
    seen.nowMs = 5000;
    expect(await call(good, false)).toBe('refused');
  });

  it('let one environment probe after 30 s, and close after three successes of its own', async () => {
    const { seen, gate, phase } = world(PER_ENVIRONMENT_COUNT);
    const [first, second] = [gate('first'), gate('second')];
    for (let failure = 0; failure < 5; failure += 1) await call(first, true);
    seen.nowMs = 30_000;
    expect([await call(first, false), await call(second, false), await call(first, false)]).toEqual([undefined, 'refused', undefined]);
    expect(phase()).toBe('half_open');
    await call(first, false);
    expect(phase()).toBe('closed');
    expect(seen.changes).toEqual(['closed open', 'open half_open', 'half_open closed']);
  });

  it('hand the probe over when its lease ends', async () => {
    const { seen, gate } = world(PER_ENVIRONMENT_COUNT);
    const [first, second] = [gate('first'), gate('second')];
    for (let failure = 0; failure < 5; failure += 1) await call(first, true);
    seen.nowMs = 30_000;
    await first.acquire({});
    seen.nowMs = 60_000;
    expect(await call(second, false)).toBeUndefined();
    seen.nowMs = 61_000;
    expect(await call(gate('third'), false)).toBe('refused');
  });
});

describe('the whole state read and written on every call', () => {
  it('opens at five failures, and doubles the time with every failed probe', async () => {
    const { seen, gate, phase } = world(WHOLE_STATE);
    const one = gate('one');
    for (let failure = 0; failure < 5; failure += 1) await call(one, true);
    expect(phase()).toBe('open');
    expect(await call(one, true)).toBe('refused');
    seen.nowMs = 10_000;
    expect(await call(one, true)).toBeUndefined();
    seen.nowMs = 29_999;
    expect(await call(one, false)).toBe('refused');
    seen.nowMs = 30_000;
    await call(one, false);
    expect(phase()).toBe('half_open');
    await call(one, false);
    expect(phase()).toBe('closed');
    expect(seen).toMatchObject({ reads: 10, writes: 8 });
  });

  it('forgets failures after a minute without one', async () => {
    const { seen, gate, phase } = world(WHOLE_STATE);
    for (let failure = 0; failure < 4; failure += 1) await call(gate('one'), true);
    seen.nowMs = 60_001;
    await call(gate('one'), true);
    expect(phase()).toBe('closed');
  });

  it('loses an OPEN to whoever loaded the state before it', async () => {
    const { gate, phase } = world(WHOLE_STATE);
    const slow = await gate('slow').acquire({});
    for (let failure = 0; failure < 5; failure += 1) await call(gate('bad'), true);
    expect(phase()).toBe('open');
    await settle(slow, false);
    expect(phase()).toBe('closed');
  });
});

describe('the comparison', () => {
  it.each(DESIGN_NAMES)('meets the same traffic: %s', async (design) => {
    const scenario = await readNamedScenario('single');
    const [result, ours] = [await simulate(scenario, 1, DESIGNS[design]), await simulate(scenario, 1)];
    expect(result.timeline.counts.requests).toEqual(ours.timeline.counts.requests);
    expect(result.calls + result.refused + result.dropped).toBe(result.requests);
    expect(result.refused).toBeGreaterThan(0);
  });
});
