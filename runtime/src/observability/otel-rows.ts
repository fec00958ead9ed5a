import type { ResilienceEvent } from '../core/events.ts';
import type { Instrument } from './otel-meter.ts';

/** An event, of whichever pattern: observability knows patterns by their events alone. */
export type Event = ResilienceEvent & Readonly<Record<string, unknown>>;

/** A value without its labels; one that is no number is not recorded. */
export interface Measure {
  readonly instrument: Instrument;
  readonly value: unknown;
  /** When the value of a gauge was seen, in epoch milliseconds, where that may be earlier than a value recorded before. */
  readonly seenAtMs?: number;
}

/** What an event says. */
export interface Row {
  /** Values by label, of which every instrument takes its own. */
  readonly labels: Readonly<Record<string, unknown>>;
  readonly measures: readonly Measure[];
}

/** What each event of a pattern says, by its type. */
export type Rows = Readonly<Record<string, (event: Event) => Row>>;

/** One more. */
export function count(instrument: Instrument): Measure {
  return { instrument, value: 1 };
}

/** A time in seconds, from one in milliseconds. */
export function seconds(instrument: Instrument, durationMs: unknown): Measure {
  return { instrument, value: typeof durationMs === 'number' ? durationMs / 1000 : undefined };
}
