import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { SYSTEM_CLOCK, SYSTEM_RANDOM, systemSleep } from '../../../runtime/src/core/system-sources.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the system clock', () => {
  it('stands still while the clock of the machine is set back, and goes on when it has caught up (PX-17)', () => {
    const start = Date.now() + 60_000; // ahead of whatever the clock has said before
    const machine = jest.spyOn(Date, 'now');
    const seen = [0, 10, -5000, 9, 10, 11].map((offset) => {
      machine.mockReturnValue(start + offset);
      return SYSTEM_CLOCK.nowMs() - start;
    });
    expect(seen).toEqual([0, 10, 10, 10, 10, 11]);
  });

  it('jumps over a freeze (PX-03)', () => {
    const start = Date.now() + 120_000;
    const machine = jest.spyOn(Date, 'now').mockReturnValue(start);
    SYSTEM_CLOCK.nowMs();
    machine.mockReturnValue(start + 3_600_000);
    expect(SYSTEM_CLOCK.nowMs()).toBe(start + 3_600_000);
  });
});

describe('the system random source', () => {
  it('is the one of the machine', () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.25);
    expect(SYSTEM_RANDOM.next()).toBe(0.25);
  });
});

describe('the sleep of the machine', () => {
  it('leaves no timer and no listener on a signal that outlives it', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const { signal } = new AbortController();
    await systemSleep(1, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    const caller = new AbortController();
    const waiting = systemSleep(900_000, caller.signal);
    caller.abort();
    await waiting;
    await systemSleep(900_000, caller.signal);
    expect(timers()).toBe(before);
  });
});
