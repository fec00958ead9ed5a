import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { systemHistogram } from '../../../runtime/src/core/system-load.ts';
import { createLoadShedder, processProbe } from '../../../runtime/src/load-shedding/create.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';

const declared = (loadShedding: unknown) => ({ [CONTRACT.environment.configuration.name]: JSON.stringify({ version: CONTRACT.version, loadShedding }) });
const sources = () => ({ clock: new ManualClock(), random: new SeededRandom(1), sink: new RecordingSink() });

describe('a load shedder that is created', () => {
  it('has what the stack declared, and what the code says goes before it', () => {
    const environment = declared({ maxRate: 0.5, targetLatencyMs: 200, priorityRateCaps: { high: 0.2 } });
    const { options } = createLoadShedder({ targetLatencyMs: 300 }, { environment });
    expect(options).toMatchObject({ maxRate: 0.5, targetLatencyMs: 300, priorityRateCaps: { high: 0.2 } });
  });

  it('needs nothing at all, and is on (PLS-09)', () => {
    expect(createLoadShedder(undefined, { environment: {} }).options).toMatchObject({ enabled: true, strategy: 'adaptive' });
  });

  it('refuses what cannot work', () => {
    expect(() => createLoadShedder({ maxRate: 2 }, { environment: {} })).toThrow(ConfigurationError);
    expect(() => createLoadShedder({}, { environment: declared({ maxRate: 2 }) })).toThrow(ConfigurationError);
  });

  it('measures this process', () => {
    const { clock, ...rest } = sources();
    const shedder = createLoadShedder({ strategy: 'random' }, { clock, ...rest, environment: { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1000000' } });
    for (let index = 0; index < 3; index += 1) {
      void shedder.acquire({}).settle({ kind: 'success', value: index });
      clock.advance(1000);
    }
    const { cpu = NaN, eventLoop = NaN, memory = NaN } = shedder.statistics;
    for (const share of [cpu, eventLoop, memory]) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThan(1);
    }
    expect(memory).toBeGreaterThan(0);
  });
});

describe('the probe of a process', () => {
  const classic = { AWS_LAMBDA_FUNCTION_NAME: 'orders', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '885' };

  it('knows what serves one request at a time, and what several', () => {
    expect(processProbe(classic).isSerial).toBe(true);
    expect(processProbe({ ...classic, AWS_LAMBDA_MAX_CONCURRENCY: '64' }).isSerial).toBe(false);
    expect(processProbe({ ...classic, AWS_LAMBDA_HTTP_ENDPOINT: 'http://127.0.0.1:8080' }).isSerial).toBe(false);
    expect(processProbe({}).isSerial).toBe(false);
  });

  it('has the share of a processor that goes with its memory', () => {
    expect(processProbe(classic)).toMatchObject({ memoryLimitBytes: 885 * 1024 * 1024, processors: 885 / 1769 });
    const { memoryLimitBytes, processors } = processProbe({});
    expect([memoryLimitBytes, Number.isInteger(processors)]).toEqual([undefined, true]);
    expect(processProbe({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '10000000' }).processors).toBe(processors);
  });
});

describe('the histogram of the system', () => {
  it('is right to a sixteenth over its whole range', () => {
    for (const value of [1, 7, 100, 999, 12_345, 899_999]) {
      const histogram = systemHistogram(900_000);
      histogram.record(value);
      expect(Math.abs(histogram.percentile(95) / value - 1)).toBeLessThan(1 / 16);
    }
  });
});
