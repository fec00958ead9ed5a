import { metrics, type Attributes, type Meter, type MeterProvider } from '@opentelemetry/api';

/** An instrument as the contract describes it. */
export interface Instrument {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly description: string;
  readonly unit?: string;
  readonly buckets?: readonly number[];
}

/** Takes one value of an instrument. */
export type Recorder = (instrument: Instrument, value: number, attributes: Attributes) => void;

type Write = (value: number, attributes: Attributes) => void;

const SCOPE = 'resilient-lambda-runtime';

/** Version of this package, as the scope of its instruments shows it. */
export const SCOPE_VERSION = '0.1.0';

/** Records on a meter that was given, or on one of the global provider, also if that is registered later: it may be set up after the handler. */
export function recorderOf(given: Meter | undefined): Recorder {
  let provider: MeterProvider | undefined;
  let meter = given;
  const writes = new Map<string, Write>();

  function currentMeter(): Meter {
    const current = given === undefined ? metrics.getMeterProvider() : undefined;
    if (meter === undefined || current !== provider) {
      meter = metrics.getMeter(SCOPE, SCOPE_VERSION);
      provider = current;
      writes.clear();
    }
    return meter;
  }

  return (instrument, value, attributes) => {
    const owner = currentMeter();
    const write = writes.get(instrument.name) ?? make(owner, instrument);
    writes.set(instrument.name, write);
    write(value, attributes);
  };
}

/**
 * Makes an instrument. The name goes out as it is: Prometheus exporters add `_total` and a unit only where the name does not
 * end in them, so the unit of a contract's instrument is always in its name, and instruments without one have none.
 */
function make(meter: Meter, { name, kind, description, unit, buckets }: Instrument): Write {
  const options = { description, ...(unit !== undefined && { unit }) };
  if (kind === 'counter') {
    const counter = meter.createCounter(name, options);
    return (value, attributes) => counter.add(value, attributes);
  }
  if (kind === 'gauge') {
    const gauge = meter.createGauge(name, options);
    return (value, attributes) => gauge.record(value, attributes);
  }
  const advice = { ...(buckets !== undefined && { explicitBucketBoundaries: [...buckets] }) };
  const histogram = meter.createHistogram(name, { ...options, advice });
  return (value, attributes) => histogram.record(value, attributes);
}
