import { describe, it, expect } from '@jest/globals';
import { createPermit } from '../../runtime/src/core/gate.ts';
import type { LoadProbe } from '../../runtime/src/load-shedding/probe.ts';
import type { SheddableCall } from '../../runtime/src/load-shedding/policy.ts';
import { LoadSheddingFleet, type CreateShedder } from './load-shedding-fleet.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';

/** One environment whose processor has room for 100 requests in a second, and four times as many. */
const OVERLOAD: Scenario<'load-shedding'> = {
  policy: 'load-shedding',
  fleet: { environments: 1, concurrency: 300, linePerPlace: 0, requestsPerSecond: 400 },
  call: { durationMs: 50, patienceMs: 1000 },
  capacity: { knee: 5, contention: 0.02 },
  demand: { priorities: { critical: 1, normal: 8, background: 1 } },
  durationSeconds: 20,
};
const QUEUED: Scenario<'load-shedding'> = {
  ...OVERLOAD,
  fleet: { environments: 5, linePerPlace: 10_000, requestsPerSecond: 200 },
  call: { durationMs: 50, patienceMs: 3000 },
};

const run = (scenario: Scenario<'load-shedding'>, createShedder: CreateShedder) =>
  simulate(scenario, 1, (simulation) => new LoadSheddingFleet(simulation, createShedder));

describe('the load of an environment', () => {
  it('is read as its process would read it', async () => {
    let probe: LoadProbe | undefined;
    const read: Record<'cpu' | 'memory', number[]> = { cpu: [], memory: [] };
    await run(OVERLOAD, (_options, dependencies) => {
      probe = dependencies.probe;
      return {
        name: 'test',
        acquire: () => {
          read.cpu.push(probe!.cpuMs!());
          read.memory.push(probe!.memoryBytes!() / probe!.memoryLimitBytes!);
          return createPermit(() => undefined);
        },
      };
    });
    expect(probe).toMatchObject({ isSerial: false, processors: 1 });
    // Busy all the time from the first moments on.
    expect(read.cpu.at(-1)).toBeGreaterThan(19_000);
    expect(read.cpu.at(-1)).toBeLessThanOrEqual(20_000);
    expect(Math.max(...read.memory)).toBeCloseTo(0.25 + 300 / 1024, 2);
  });

  it('is that of one request at a time where there is one place, and the age of events is known', async () => {
    const ages: number[] = [];
    let isSerial: boolean | undefined;
    await run(QUEUED, (_options, { probe }) => ({
      name: 'test',
      acquire: (call: SheddableCall) => {
        isSerial = probe.isSerial;
        ages.push(call.ageMs!);
        return createPermit(() => undefined);
      },
    }));
    expect(isSerial).toBe(true);
    expect(ages[0]).toBe(0);
    expect(Math.max(...ages)).toBeGreaterThan(10_000);
  });
});

describe('the real load shedder', () => {
  it('answers every request, and repeats itself', async () => {
    const { timeline: _first, ...first } = await simulate(OVERLOAD, 3);
    const { timeline: _second, ...second } = await simulate(OVERLOAD, 3);
    expect(second).toEqual(first);
    expect(first.calls + first.refused + first.dropped).toBe(first.requests);
    expect(first.shedBy.load).toBe(first.refused);
    expect(first.sheddingStarted).toBeGreaterThan(0);
  });

  it('keeps the goodput that is lost without it', async () => {
    const [shed, unshed] = [await simulate(OVERLOAD, 1), await simulate({ ...OVERLOAD, options: { enabled: false } }, 1)];
    expect(shed.goodput).toBeGreaterThan(10 * unshed.goodput);
    expect(shed.shedByClass.critical).toBe(0);
    expect(shed.shedShareByClass.background).toBeGreaterThan(shed.shedShareByClass.normal);
    expect(unshed).toMatchObject({ refused: 0, sheddingStarted: 0 });
  });

  it('refuses events that are too old, where requests wait in front of the function', async () => {
    const shed = await simulate({ ...QUEUED, options: { maxEventAgeMs: 2000 } }, 1);
    expect(shed.shedBy.age).toBeGreaterThan(1000);
    expect(shed.goodput).toBeGreaterThan(90);
  });

  it('shows when it refused last in a stretch of traffic', async () => {
    const traffic = [{ fromSeconds: 0, toSeconds: 10, factor: 1 }, { fromSeconds: 10, toSeconds: 20, factor: 0.1 }];
    const { lastRefusedAfterMs, goodputOfStretches } = await simulate({ ...OVERLOAD, traffic }, 1);
    expect(lastRefusedAfterMs[0]).toBeGreaterThan(9900);
    expect(lastRefusedAfterMs[1]).toBeLessThan(10_000);
    expect(goodputOfStretches).toHaveLength(2);
  });
});
