import { isStoreError, type EventSink, type ResilienceEvent } from './events.ts';

const WARNING_INTERVAL_MS = 60_000;

/** Least time between two lines about what may happen with every call or every key. */
const INTERVAL_MS: Readonly<Record<string, number>> = {
  'limit.near': 1000,
  'circuit.callback_failed': WARNING_INTERVAL_MS,
  'limit.callback_failed': WARNING_INTERVAL_MS,
};

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
  'circuit.callback_failed': 'has a callback that failed',
  'limit.callback_failed': 'has a callback that failed',
};

/**
 * The sink used when none is given: one structured line per state change and per key that is split or changed by hand, one a
 * second about keys that come near their limits, and one a minute about a failing callback or state table. Refusals are not logged, so that shedding
 * load stays cheap.
 */
export function createConsoleSink(target: ConsoleLike = console): EventSink {
  let silentUntilMs = -Infinity;
  const silentUntilMsByType = new Map<string, number>();
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
      if (event.atMs < (silentUntilMsByType.get(event.type) ?? -Infinity)) return;
      silentUntilMsByType.set(event.type, event.atMs + (INTERVAL_MS[event.type] ?? 0));
      target.info({ message: `${event.name} ${message}`, ...event });
    },
  };
}
