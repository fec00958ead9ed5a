import type { ConsoleLike, LogEntry } from '../../../runtime/src/core/log-lines.ts';

/** A line, as it was written. */
export interface WrittenLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly entry: LogEntry;
  /** What the clock of the test said. */
  readonly atMs: number;
}

/** Keeps every line that is written to it. */
export class RecordingTarget implements Required<ConsoleLike> {
  readonly lines: WrittenLine[] = [];
  nowMs = 0;

  debug(entry: LogEntry): void {
    this.#keep('debug', entry);
  }

  info(entry: LogEntry): void {
    this.#keep('info', entry);
  }

  warn(entry: LogEntry): void {
    this.#keep('warn', entry);
  }

  error(entry: LogEntry): void {
    this.#keep('error', entry);
  }

  #keep(level: WrittenLine['level'], entry: LogEntry): void {
    this.lines.push({ level, entry, atMs: this.nowMs });
  }
}

/** How many events the lines stand for: each for itself and for those that it counts. */
export function eventsIn(lines: readonly WrittenLine[]): number {
  return lines.reduce((sum, { entry }) => sum + 1 + Number(entry['suppressed'] ?? 0), 0);
}
