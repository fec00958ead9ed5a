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
  /** Sends what the sink has held back, at the end of a request: afterwards the environment may be frozen for good. */
  flush?(nowMs: number): void;
}

/** A sink that drops everything. */
export const NO_EVENTS: EventSink = Object.freeze({ emit: () => undefined });

/** The same sink, made harmless: what it throws is dropped, because reporting must never touch a call. */
export function quietSink(sink: EventSink): EventSink {
  // Policies know this one by its identity, and then do not even make their most frequent events.
  return sink === NO_EVENTS ? sink : several([sink], () => undefined);
}

/**
 * One sink of several: each gets every event, also where another one throws.
 *
 * @param onError Told what a sink threw. Must not throw itself.
 */
export function several(sinks: readonly EventSink[], onError: (error: unknown) => void): EventSink {
  return {
    // Written out for each of the two: a closure per event would be paid for by every call.
    emit(event) {
      for (const sink of sinks) {
        try {
          settleQuietly(sink.emit(event), onError);
        } catch (error) {
          onError(error);
        }
      }
    },
    flush(nowMs) {
      for (const sink of sinks) {
        try {
          settleQuietly(sink.flush?.(nowMs), onError);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}

/** Nobody waits for a sink, but one that rejects must not end the process. */
function settleQuietly(told: unknown, onError: (error: unknown) => void): void {
  if (told instanceof Promise) told.catch(onError);
}

/** Whether an event reports a failed request to a state table. */
export function isStoreError(event: ResilienceEvent): event is StoreErrorEvent {
  return event.type === 'store.error';
}
