import type { EventSink, ResilienceEvent } from '../core/events.ts';
import { DEFAULT_SINK } from '../core/sources.ts';

/** The sink of everything that outlives a change of the configuration: events go to whoever takes them now. */
export class StableSink implements EventSink {
  #target: EventSink = DEFAULT_SINK;
  #held: ResilienceEvent[] | undefined;

  emit(event: ResilienceEvent): void {
    if (this.#held === undefined) this.#target.emit(event);
    else this.#held.push(event);
  }

  flush(nowMs: number): void {
    this.#target.flush?.(nowMs);
  }

  /**
   * Makes something that reports, and decides where everything reports from then on. If it cannot be made, nothing that it has
   * reported is told.
   *
   * @param make Gives the sink back; undefined leads to the sink of the environment.
   */
  retarget(make: () => EventSink | undefined): void {
    const held: ResilienceEvent[] = [];
    this.#held = held;
    try {
      this.#target = make() ?? DEFAULT_SINK;
    } finally {
      this.#held = undefined;
    }
    for (const event of held) this.#target.emit(event);
  }
}
