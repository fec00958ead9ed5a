import { describe, expect, it } from '@jest/globals';
import { LoadMeter } from '../../../runtime/src/load-shedding/probe.ts';
import { FakeProcess } from './world.ts';

const START_MS = 1_767_225_600_000;

/** A meter past its first two looks, with nothing used so far. */
function meterOf(change: Partial<FakeProcess> = {}) {
  const process = Object.assign(new FakeProcess(), change);
  const meter = new LoadMeter(process, 1000);
  let [nowMs, busyMs] = [START_MS, 0];
  const sample = (afterMs: number, { used = 0, active = 0, busy = afterMs, wasIdle = false } = {}) => {
    nowMs += afterMs;
    busyMs += busy;
    process.usedCpuMs += used;
    process.activeMs += active;
    return meter.sample(nowMs, busyMs, wasIdle);
  };
  sample(0);
  sample(1000);
  return { process, meter, sample };
}

describe('the load of the process', () => {
  it('is what was used since the last look, as a share of what there was', () => {
    const { meter, sample, process } = meterOf({ processors: 2 });
    process.usedBytes = 850;
    sample(1000, { used: 500, active: 900 });
    expect(meter.load).toEqual({ cpu: 0.25, eventLoop: 0.9, memory: 0.85 });
  });

  it('is read at most once per interval, on the path of requests (PLS-05)', () => {
    const { process, sample } = meterOf();
    const before = process.reads;
    expect([sample(999), sample(1), sample(500), sample(499), sample(1)]).toEqual([false, true, false, false, true]);
    expect(process.reads - before).toBe(2);
  });

  it('says nothing of a time in which the environment may have been frozen (PX-03)', () => {
    const { meter, sample } = meterOf();
    sample(3_600_000, { used: 100, active: 100, wasIdle: true });
    expect(meter.load).toMatchObject({ cpu: undefined, eventLoop: undefined });
    sample(1000, { used: 700, active: 600 });
    expect(meter.load).toMatchObject({ cpu: 0.7, eventLoop: 0.6 });
  });

  it('counts a long gap in which a request was in flight: that was no freeze', () => {
    const { meter, sample } = meterOf();
    sample(10_000, { used: 9000 });
    expect(meter.load.cpu).toBe(0.9);
  });

  it('counts only time with a request in flight where the environment is frozen in between (PX-03)', () => {
    const { meter, sample } = meterOf({ isSerial: true });
    sample(60_000, { used: 200, active: 100, busy: 400, wasIdle: true });
    expect(meter.load).toMatchObject({ cpu: 0.5, eventLoop: 0.25 });
  });

  it('is unknown where it has no source (PLS-02)', () => {
    const meter = new LoadMeter({ isSerial: false, processors: 1 }, 1000);
    meter.sample(START_MS, 0, true);
    meter.sample(START_MS + 1000, 0, true);
    expect(meter.load).toEqual({ cpu: undefined, eventLoop: undefined, memory: undefined });
  });

  it('leaves memory unread where nobody knows how much there is', () => {
    const process = new FakeProcess();
    let reads = 0;
    const memoryBytes = (): number => (reads += 1);
    const meter = new LoadMeter({ isSerial: false, processors: 1, cpuMs: () => process.usedCpuMs, memoryBytes }, 1000);
    meter.sample(START_MS, 0, true);
    expect([meter.load.memory, reads]).toEqual([undefined, 0]);
  });

  it('never is more than all there is, however coarse the counters are', () => {
    const { meter, sample } = meterOf();
    sample(1000, { used: 1700, active: 1001 });
    expect(meter.load).toMatchObject({ cpu: 1, eventLoop: 1 });
  });
});
