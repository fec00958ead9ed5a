import type { EventSink } from './events.ts';
import { LogLines, type ConsoleLike, type ReportLevel } from './log-lines.ts';

/**
 * The sink used when none is given: one structured line per change of a circuit, per key that is split or changed by hand and
 * per dependency whose health changed. Of what may happen with every call, such as refusals, there is one line every ten
 * seconds and name, which says how many there were, so that shedding load stays cheap.
 *
 * @param target Where lines go. Default: the console of the process.
 * @param level `detailed` adds lines about single calls. Default `essential`.
 */
export function createConsoleSink(target: ConsoleLike = console, level: ReportLevel = 'essential'): EventSink {
  const lines = new LogLines(target, level);
  return {
    emit: (event) => lines.write(event),
    flush: (nowMs) => lines.flush(nowMs),
  };
}
