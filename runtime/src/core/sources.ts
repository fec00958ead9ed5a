import type { Clock } from './clock.ts';
import { createConsoleSink } from './console-sink.ts';
import { quietSink, type EventSink, type ResilienceEvent } from './events.ts';
import type { Random } from './random.ts';
import { SYSTEM_CLOCK, SYSTEM_RANDOM } from './system-sources.ts';

/** Where every policy gets time and chance from, and where its events go. */
export interface Sources {
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: EventSink;
}

let environmentSink: EventSink = quietSink(createConsoleSink());

/**
 * The sink of everything that is given none: one for the environment, so that its warnings are bounded together. Where it leads
 * is looked up at each event, because policies are often made before anybody says where their events go.
 */
export const DEFAULT_SINK: EventSink = Object.freeze({
  emit: (event: ResilienceEvent) => environmentSink.emit(event),
  flush: (nowMs: number) => environmentSink.flush?.(nowMs),
});

/**
 * Says where the events of everything go that is given no sink, from now on and in this environment. What the sink throws is
 * dropped.
 *
 * @returns The sink that it takes the place of.
 */
export function setDefaultSink(sink: EventSink): EventSink {
  const before = environmentSink;
  environmentSink = quietSink(sink);
  return before;
}

/** Sources with those of this machine in the place of what is not given; a sink that was given cannot throw. */
export function sourcesFrom({ clock, random, sink }: Partial<Sources>): Sources {
  return {
    clock: clock ?? SYSTEM_CLOCK,
    random: random ?? SYSTEM_RANDOM,
    sink: sink === undefined ? DEFAULT_SINK : quietSink(sink),
  };
}
