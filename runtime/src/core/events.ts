/** What every event of every pattern says. Patterns add their own fields in their `events.ts`. */
export interface ResilienceEvent {
  /** What happened, for example `circuit.state_changed`. */
  readonly type: string;
  /** Name of the circuit, limit, bulkhead or table concerned. */
  readonly name: string;
  /** When, in epoch milliseconds. */
  readonly atMs: number;
}

/** A request to a state table failed, or was not made because the table had just failed. */
export interface StoreErrorEvent extends ResilienceEvent {
  readonly type: 'store.error';
  /** Why, in one word. */
  readonly reason: StoreErrorReason;
  /** The error of the store; absent while requests are being held back. */
  readonly error?: unknown;
}

/** Why a request to a state table brought no answer. `paused`: not asked, because it failed a moment ago. */
export type StoreErrorReason = 'throttled' | 'timeout' | 'unreachable' | 'denied' | 'no_time_left' | 'paused' | 'other';

/**
 * Where policies report what they do. `emit` is called on the path of a request: it must be quick and must not throw.
 */
export interface EventSink {
  emit(event: ResilienceEvent): void;
}

/** A sink that drops everything. */
export const NO_EVENTS: EventSink = Object.freeze({ emit: () => undefined });

/** The same sink, made harmless: what it throws is dropped, because reporting must never touch a call. */
export function quietSink(sink: EventSink): EventSink {
  return {
    emit(event) {
      try {
        sink.emit(event);
      } catch {
        // There is nobody left to tell.
      }
    },
  };
}

/** Whether an event reports a failed request to a state table. */
export function isStoreError(event: ResilienceEvent): event is StoreErrorEvent {
  return event.type === 'store.error';
}
