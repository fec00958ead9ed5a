import type { EventSink, ResilienceEvent } from '../core/events.ts';

/** A sink that keeps every event. */
export class RecordingSink implements EventSink {
  /** Everything emitted so far, in order. */
  readonly events: ResilienceEvent[] = [];

  emit(event: ResilienceEvent): void {
    this.events.push(event);
  }

  /** The events of one type, in order. */
  ofType<T extends ResilienceEvent>(type: T['type']): T[] {
    return this.events.filter((event): event is T => event.type === type);
  }
}
