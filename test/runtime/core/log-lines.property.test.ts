import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { LogLines } from '../../../runtime/src/core/log-lines.ts';
import { eventsIn, RecordingTarget } from './recording-target.ts';

const FREQUENT = ['circuit.refused', 'circuit.fallback', 'limit.refused', 'limit.near', 'store.error'] as const;
const LONGEST_INTERVAL_MS = 60_000;

/** What happens after a while: an event of a kind about a name, or the end of a request. */
const STEP = fc.record({
  afterMs: fc.oneof(fc.nat(20), fc.nat(12_000)),
  what: fc.oneof(fc.constantFrom(...FREQUENT), fc.constantFrom('circuit.created', 'unheard.of', 'flush')),
  name: fc.oneof(fc.constantFrom('payments', 'stock'), fc.string()),
});

type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

interface Run {
  readonly target: RecordingTarget;
  readonly lines: LogLines;
  readonly worthALine: number;
  readonly nowMs: number;
}

function run(steps: readonly Step[]): Run {
  const target = new RecordingTarget();
  const lines = new LogLines(target, 'essential');
  let worthALine = 0;
  for (const { afterMs, what, name } of steps) {
    target.nowMs += afterMs;
    if (what === 'flush') lines.flush(target.nowMs);
    else lines.write({ type: what, name, atMs: target.nowMs });
    if (what !== 'flush' && what !== 'unheard.of') worthALine += 1;
  }
  return { target, lines, worthALine, nowMs: target.nowMs };
}

const STEPS = fc.array(STEP, { maxLength: 300 });

describe('lines', () => {
  it('written and suppressed are together as many as there were events, at any time (POB-06)', () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const { lines, worthALine, target } = run(steps);
        expect(lines.written + lines.suppressed).toBe(worthALine);
        expect(lines.written).toBe(target.lines.length);
      }),
    );
  });

  it('stand for all events once the longest interval is over, so that a storm is never told as smaller than it was (POB-06)', () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const { target, lines, worthALine, nowMs } = run(steps);
        lines.flush(nowMs + LONGEST_INTERVAL_MS);
        expect(eventsIn(target.lines)).toBe(worthALine);
      }),
    );
  });

  it('of one kind and name are never two within their interval', () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const { target } = run(steps);
        const latestMs = new Map<string, number>();
        for (const { entry, atMs } of target.lines) {
          const event = entry['event'] as keyof typeof CONTRACT.logs;
          const key = JSON.stringify([event, entry['name']]);
          expect(atMs - (latestMs.get(key) ?? -Infinity)).toBeGreaterThanOrEqual(CONTRACT.logs[event].intervalMs);
          latestMs.set(key, atMs);
        }
      }),
    );
  });
});
