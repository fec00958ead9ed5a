import type { Priority } from '../../../runtime/src/core/call-context.ts';
import type { Permit } from '../../../runtime/src/core/gate.ts';
import { systemHistogram } from '../../../runtime/src/core/system-load.ts';
import { LoadShedError } from '../../../runtime/src/load-shedding/errors.ts';
import { resolveLoadSheddingOptions, type LoadSheddingOptions } from '../../../runtime/src/load-shedding/options.ts';
import { LoadShedder, type SheddableCall } from '../../../runtime/src/load-shedding/policy.ts';
import type { LoadProbe } from '../../../runtime/src/load-shedding/probe.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';

/** A process whose load a test sets. */
export class FakeProcess implements LoadProbe {
  isSerial = false;
  processors = 1;
  memoryLimitBytes = 1000;
  usedBytes = 0;
  usedCpuMs = 0;
  activeMs = 0;
  /** How often it was read. */
  reads = 0;

  cpuMs(): number {
    this.reads += 1;
    return this.usedCpuMs;
  }

  eventLoopActiveMs(): number {
    return this.activeMs;
  }

  memoryBytes(): number {
    return this.usedBytes;
  }
}

export const histogram = () => systemHistogram(900_000);

/** A load shedder with everything around it. */
export function world(options: LoadSheddingOptions = {}, probe: LoadProbe = { isSerial: false, processors: 1 }) {
  const clock = new ManualClock();
  const sink = new RecordingSink();
  const random = new SeededRandom(1);
  const shedder = new LoadShedder(resolveLoadSheddingOptions(options), { clock, random, sink, probe, createHistogram: histogram });

  /** One request that takes so long; whether it was shed. */
  function request(durationMs = 0, { failed = false, ...call }: SheddableCall & { failed?: boolean } = {}): boolean {
    const permit = tryAcquire(shedder, call);
    clock.advance(durationMs);
    void permit?.settle(failed ? { kind: 'failure', error: new Error('failed') } : { kind: 'success', value: undefined });
    return permit === undefined;
  }

  /** Requests one after the other, the next so long after the end of the one before. */
  function requests(count: number, durationMs: number, { everyMs = 0, ...call }: SheddableCall & { failed?: boolean; everyMs?: number } = {}): number {
    let shed = 0;
    for (let index = 0; index < count; index += 1) {
      if (request(durationMs, call)) shed += 1;
      clock.advance(everyMs);
    }
    return shed;
  }

  return { clock, sink, random, shedder, request, requests };
}

/** The permit of a call, or undefined if it was shed. */
export function tryAcquire(shedder: LoadShedder, call: SheddableCall = {}): Permit | undefined {
  try {
    return shedder.acquire(call);
  } catch (error) {
    if (error instanceof LoadShedError) return undefined;
    throw error;
  }
}

export const ALL_PRIORITIES: readonly Priority[] = ['background', 'low', 'normal', 'high', 'critical'];
