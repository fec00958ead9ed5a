import { describe, expect, it } from '@jest/globals';
import type { ControlAction } from '../../../runtime/src/circuit-breaker/control.ts';
import { CircuitOpenError } from '../../../runtime/src/circuit-breaker/errors.ts';
import { fail, Fleet, succeed } from './fleet.ts';

const SYNC_INTERVAL_MS = 10_000;

async function fleetUnder(action: ControlAction): Promise<{ fleet: Fleet; breakers: ReturnType<Fleet['environments']> }> {
  const fleet = new Fleet();
  const breakers = await fleet.acquainted(3);
  await fleet.store.control('payments', action, { nowMs: fleet.clock.nowMs() });
  fleet.clock.advance(SYNC_INTERVAL_MS);
  // The sync rides alongside this call.
  for (const breaker of breakers) await succeed(breaker);
  return { fleet, breakers };
}

describe('a circuit under control (CB-25)', () => {
  it('forced open, refuses every call within one sync, and says when to come back', async () => {
    const { breakers } = await fleetUnder('force_open');
    for (const breaker of breakers) {
      const refusal = await succeed(breaker);
      expect(refusal).toBeInstanceOf(CircuitOpenError);
      expect((refusal as CircuitOpenError).retryAfterMs).toBe(SYNC_INTERVAL_MS);
      expect(breaker.snapshot().control).toBe('forced_open');
    }
  });

  it('forced open, passes calls again within one sync of the reset', async () => {
    const { fleet, breakers } = await fleetUnder('force_open');
    await fleet.store.control('payments', 'reset', { nowMs: fleet.clock.nowMs() });
    fleet.clock.advance(SYNC_INTERVAL_MS);
    for (const breaker of breakers) await expect(succeed(breaker)).resolves.toBe('value');
  });

  it.each<ControlAction>(['force_closed', 'metrics_only'])('%s, passes every call however many fail, and holds none back', async (action) => {
    const { fleet, breakers } = await fleetUnder(action);
    for (const breaker of breakers) await fail(breaker, 30);
    for (const breaker of breakers) await expect(succeed(breaker)).resolves.toBe('value');
    expect(fleet.changes).toEqual([]);
    expect(fleet.sleeps).toEqual([]);
    expect(breakers[0]?.snapshot().failures).toBe(30);
  });

  it('decides by itself again after the reset, with an empty window (PCB-18)', async () => {
    const { fleet, breakers } = await fleetUnder('metrics_only');
    for (const breaker of breakers) await fail(breaker, 30);
    await fleet.store.control('payments', 'reset', { nowMs: fleet.clock.nowMs() });
    fleet.clock.advance(SYNC_INTERVAL_MS);
    for (const breaker of breakers) await succeed(breaker);
    expect(breakers[0]?.snapshot()).toMatchObject({ phase: 'closed', control: undefined, failures: 0 });
    for (const breaker of breakers) await fail(breaker, 5);
    expect(fleet.changes).toEqual(['closed > open']);
  });
});
