import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { metrics, type Meter } from '@opentelemetry/api';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import type { ResilienceEvent } from '../../../runtime/src/core/events.ts';
import { createOpenTelemetrySink, OPENTELEMETRY_SINK_DEFAULTS, type OpenTelemetrySinkOptions } from '../../../runtime/src/observability/opentelemetry.ts';
import { prometheus, valueOf, type Prometheus } from './prometheus.ts';

let sdk: Prometheus;

beforeEach(() => {
  sdk = prometheus();
});
afterEach(async () => {
  metrics.disable();
  await sdk.shutdown();
});

const refused = (name: string) => ({ type: 'circuit.refused', name, atMs: 0, phase: 'open', retryAfterMs: 1, shared: false }) as ResilienceEvent;
const limited = (name: string): ResilienceEvent => ({ type: 'limit.near', name, atMs: 0 });

function sinkOf(options: OpenTelemetrySinkOptions = {}) {
  return createOpenTelemetrySink({ meter: sdk.provider.getMeter('test'), ...options });
}

describe('labels', () => {
  it('have a bounded number of values, and what comes after them is other, of which nothing is lost (POB-01)', async () => {
    const sink = sinkOf({ maxLabelValues: 10 });
    for (let index = 0; index < 100; index += 1) sink.emit(limited(`limit-${index}`));
    sink.emit(limited('limit-3'));
    const seen = await sdk.scrape();
    const series = seen.samples.filter(({ name }) => name === 'rate_limit_near_total');
    expect(series).toHaveLength(11);
    expect(valueOf(seen, 'rate_limit_near_total', { limit: 'other' })).toBe(90);
    expect(valueOf(seen, 'rate_limit_near_total', { limit: 'limit-3' })).toBe(2);
  });

  it('that are not known stay so, however many there are', async () => {
    const sink = sinkOf({ maxLabelValues: 10 });
    for (let index = 0; index < 20; index += 1) sink.emit(limited(`limit-${index}`));
    sink.emit(limited(''));
    expect(valueOf(await sdk.scrape(), 'rate_limit_near_total', { limit: 'none' })).toBe(1);
  });

  it('are counted each on its own, 200 values unless told otherwise', async () => {
    const sink = sinkOf();
    for (let index = 0; index < 300; index += 1) {
      sink.emit(limited(`limit-${index}`));
      sink.emit(refused(`circuit-${index}`));
    }
    const { samples } = await sdk.scrape();
    for (const name of ['rate_limit_near_total', 'circuit_breaker_rejected_total']) {
      expect(samples.filter((sample) => sample.name === name)).toHaveLength(201);
    }
  });

  it('that are folded keep a gauge from being recorded, which cannot be that of several circuits', async () => {
    const sink = sinkOf({ maxLabelValues: 10 });
    for (let index = 0; index < 100; index += 1) sink.emit(refused(`circuit-${index}`));
    const { samples } = await sdk.scrape();
    const states = samples.filter(({ name }) => name === 'circuit_breaker_state').map(({ labels }) => labels['service']);
    expect(states).toHaveLength(10);
    expect(states).not.toContain('other');
  });

  it('are short, and whole characters', async () => {
    const sink = sinkOf();
    sink.emit(limited(`${'x'.repeat(99)}\u{1F600}`));
    const [series] = (await sdk.scrape()).samples;
    expect(series?.labels['limit']).toBe(`${'x'.repeat(99)}\uFFFD`);
  });
});

describe('the meter', () => {
  it('is one of the global provider, also of one that is registered after the first event', async () => {
    const sink = createOpenTelemetrySink();
    sink.emit(limited('early'));
    metrics.setGlobalMeterProvider(sdk.provider);
    sink.emit(limited('late'));
    expect((await sdk.scrape()).samples).toMatchObject([{ name: 'rate_limit_near_total', labels: { limit: 'late' }, value: 1 }]);
  });

  it('that fails for one instrument leaves the others alone, and the failure is counted (POB-03)', async () => {
    const meter: Meter = sdk.provider.getMeter('test');
    const broken: Meter = Object.assign(Object.create(meter) as Meter, {
      createGauge: () => {
        throw new Error('no gauges here');
      },
    });
    const sink = createOpenTelemetrySink({ meter: broken });
    expect(() => sink.emit(refused('payments'))).not.toThrow();
    const seen = await sdk.scrape();
    expect(valueOf(seen, 'circuit_breaker_rejected_total')).toBe(1);
    expect(valueOf(seen, 'circuit_breaker_requests_total')).toBe(1);
    expect(valueOf(seen, 'observability_errors_total', { part: 'sink' })).toBe(1);
    expect(seen.kinds).not.toHaveProperty('circuit_breaker_state');
  });

  it('that fails altogether never breaks a call', () => {
    const fail = () => {
      throw new Error('no meter');
    };
    const sink = createOpenTelemetrySink({ meter: { createCounter: fail, createGauge: fail, createHistogram: fail } as unknown as Meter });
    expect(() => sink.emit(refused('payments'))).not.toThrow();
  });
});

describe('options', () => {
  it('that are wrong or unknown are refused, all at once', () => {
    const wrong = { meter: 'mine', spans: 1, maxLabelValues: 9, level: 'detailed' } as unknown as OpenTelemetrySinkOptions;
    let problems: readonly string[] = [];
    try {
      createOpenTelemetrySink(wrong);
    } catch (error) {
      if (error instanceof ConfigurationError) problems = error.problems;
    }
    expect(problems).toEqual([
      'options.meter is "mine": pass a Meter of @opentelemetry/api',
      'options.spans is 1: set true or false',
      expect.stringMatching(/^options\.maxLabelValues is 9: .*10.*10000/),
      'options.level is not an option: use one of meter, spans, sharedVariants, tenantLabel, maxLabelValues',
    ]);
    expect(() => createOpenTelemetrySink(null as unknown as OpenTelemetrySinkOptions)).toThrow('pass an object, or nothing');
  });

  it('that are undefined have their defaults', async () => {
    expect(OPENTELEMETRY_SINK_DEFAULTS).toEqual({ spans: true, sharedVariants: true, tenantLabel: false, maxLabelValues: 200 });
    sinkOf({ maxLabelValues: undefined, sharedVariants: undefined }).emit({ ...refused('payments'), shared: true } as ResilienceEvent);
    expect(valueOf(await sdk.scrape(), 'distributed_circuit_breaker_rejected_total')).toBe(1);
  });
});
