import type { Clock } from './clock.ts';
import { createConsoleSink } from './console-sink.ts';
import { quietSink, type EventSink } from './events.ts';
import type { Random } from './random.ts';
import { SYSTEM_CLOCK, SYSTEM_RANDOM } from './system-sources.ts';

/** Where every policy gets time and chance from, and where its events go. */
export interface Sources {
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: EventSink;
}

/** The sink of everything that is given none: one for the environment, so that its warnings are bounded together. */
export const DEFAULT_SINK: EventSink = createConsoleSink();

/** Sources with those of this machine in the place of what is not given; a sink that was given cannot throw. */
export function sourcesFrom({ clock, random, sink }: Partial<Sources>): Sources {
  return {
    clock: clock ?? SYSTEM_CLOCK,
    random: random ?? SYSTEM_RANDOM,
    sink: sink === undefined ? DEFAULT_SINK : quietSink(sink),
  };
}
