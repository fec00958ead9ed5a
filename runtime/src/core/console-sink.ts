import { isStoreError, type EventSink, type ResilienceEvent } from './events.ts';

const WARNING_INTERVAL_MS = 60_000;
const NEAR_INTERVAL_MS = 1000;

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

/** Events that are worth a line of their own, and what the line says. */
const MESSAGES: Readonly<Record<string, string>> = {
  'circuit.state_changed': 'changed state',
  'limit.near': 'is nearly used up for a key',
  'limit.split': 'was split, because a key is busy',
  'limit.changed': 'was changed for a key',
};

/**
 * The sink used when none is given: one structured line per state change, per key that comes near its limit, is split or
 * changed by hand, and at most one warning per minute about a failing state table. Refusals are not logged, so that shedding
 * load stays cheap.
 */
export function createConsoleSink(target: ConsoleLike = console): EventSink {
  let silentUntilMs = -Infinity;
  let nearUntilMs = -Infinity;
  return {
    emit(event: ResilienceEvent): void {
      if (isStoreError(event)) {
        if (event.atMs < silentUntilMs) return;
        silentUntilMs = event.atMs + WARNING_INTERVAL_MS;
        target.warn({ message: `state table ${event.name} does not answer, deciding locally`, ...event });
        return;
      }
      const message = MESSAGES[event.type];
      if (message === undefined) return;
      // Of keys there is no end, and all of them may come near their limits in one second.
      if (event.type === 'limit.near') {
        if (event.atMs < nearUntilMs) return;
        nearUntilMs = event.atMs + NEAR_INTERVAL_MS;
      }
      target.info({ message: `${event.name} ${message}`, ...event });
    },
  };
}
