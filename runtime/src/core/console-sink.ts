import { isStoreError, type EventSink, type ResilienceEvent } from './events.ts';

const WARNING_INTERVAL_MS = 60_000;

/** One structured line: a message, and the fields of the event. */
export interface LogEntry {
  message: string;
  [field: string]: unknown;
}

/** The part of `console`, or of a structured logger, that the sink writes to. */
export interface ConsoleLike {
  info(entry: LogEntry): void;
  warn(entry: LogEntry): void;
}

/**
 * The sink used when none is given: one structured line per state change, and at most one warning per minute about a
 * failing state table. Refusals are not logged, so that shedding load stays cheap.
 */
export function createConsoleSink(target: ConsoleLike = console): EventSink {
  let silentUntilMs = -Infinity;
  return {
    emit(event: ResilienceEvent): void {
      if (isStoreError(event)) {
        if (event.atMs < silentUntilMs) return;
        silentUntilMs = event.atMs + WARNING_INTERVAL_MS;
        target.warn({ message: `state table ${event.name} does not answer, deciding locally`, ...event });
      } else if (event.type.endsWith('.state_changed')) {
        target.info({ message: `${event.name} changed state`, ...event });
      }
    },
  };
}
