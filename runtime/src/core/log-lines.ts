import { CONTRACT } from '../contract/contract.ts';
import type { ResilienceEvent } from './events.ts';
import { loggedError } from './logged-error.ts';

/** How much is reported: what alarms and operators need, or all there is. */
export type ReportLevel = 'essential' | 'detailed';

/** One structured line: a message, and the fields of the event. */
export interface LogEntry {
  message: string;
  [field: string]: unknown;
}

/** The part of `console`, or of a structured logger, that is written to. */
export interface ConsoleLike {
  /** Where it is missing, such lines are dropped. */
  debug?(entry: LogEntry): void;
  info(entry: LogEntry): void;
  warn(entry: LogEntry): void;
  /** Where it is missing, errors are written as warnings. */
  error?(entry: LogEntry): void;
}

type LogEvent = keyof typeof CONTRACT.logs;

/** What the contract says of a line. */
interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly detail: ReportLevel;
  readonly intervalMs: number;
  readonly message: string;
  readonly fields: readonly string[];
}

/** What was not written since the last line of its kind. */
interface Muted {
  readonly line: LogLine;
  readonly logEvent: LogEvent;
  last: ResilienceEvent;
  untilMs: number;
  suppressed: number;
}

/** Kinds of line and names that are told apart; what there is beyond them shares one line per kind. */
const MAXIMUM_NAMES = 1000;

const LINES: Readonly<Record<LogEvent, LogLine>> = CONTRACT.logs;

const CIRCUIT_LINES: Readonly<Record<string, LogEvent>> = {
  closed: 'circuit.closed',
  open: 'circuit.opened',
  half_open: 'circuit.half_opened',
};

/** What is between the two is news to nobody who cannot look at the figures. */
const ENDPOINT_LINES: Readonly<Record<string, LogEvent>> = { unhealthy: 'client.endpoint_unhealthy', healthy: 'client.endpoint_healthy' };

/** Events that are other lines than their type says, by a field. */
const BY_FIELD: Readonly<Record<string, (event: Readonly<Record<string, unknown>>) => string | undefined>> = {
  'circuit.state_changed': ({ to }) => CIRCUIT_LINES[String(to)],
  'client.endpoint_changed': ({ to }) => ENDPOINT_LINES[String(to)],
  'health.checked': ({ status }) => (status === 'unhealthy' ? 'health.check_failed' : undefined),
  // The first result of every environment is no news if it is good.
  'health.changed': ({ from, to }) => (to !== 'healthy' ? 'health.unhealthy' : from === 'unknown' ? undefined : 'health.healthy'),
  'request.completed': ({ result, sampled }) => (result === 'error' ? 'request.failed' : sampled === false ? undefined : 'request.completed'),
};

/** The line that reports an event, as the contract calls it; undefined if the event is worth none. */
export function logEventOf(event: ResilienceEvent): LogEvent | undefined {
  const name = Object.hasOwn(BY_FIELD, event.type) ? BY_FIELD[event.type]?.(fieldsOf(event)) : event.type;
  return name !== undefined && Object.hasOwn(LINES, name) ? (name as LogEvent) : undefined;
}

/**
 * Turns events into lines. What may happen with every call is written once per interval and name, and the next line says how
 * many there were in between, so that a storm of refusals costs a few lines.
 */
export class LogLines {
  readonly #target: ConsoleLike;
  readonly #isDetailed: boolean;
  readonly #muted = new Map<string, Muted>();
  // Only what has something to tell, so that the end of a quiet request costs nothing.
  readonly #waiting = new Set<Muted>();
  /** Lines that the target has been given. */
  written = 0;
  /** Events that have no line of their own: a later line counts them, or will. */
  suppressed = 0;

  constructor(target: ConsoleLike, level: ReportLevel) {
    this.#target = target;
    this.#isDetailed = level === 'detailed';
  }

  /** Writes the line of an event, or counts it until the next one may be written. */
  write(event: ResilienceEvent): void {
    const logEvent = logEventOf(event);
    if (logEvent === undefined) return;
    const line = LINES[logEvent];
    if (line.detail === 'detailed' && !this.#isDetailed) return;
    if (line.intervalMs === 0) return this.#write(logEvent, line, event, 0);
    const muted = this.#mutedFor(logEvent, line, event);
    if (event.atMs < muted.untilMs) {
      muted.last = event;
      muted.suppressed += 1;
      this.suppressed += 1;
      this.#waiting.add(muted);
      return;
    }
    this.#release(muted, event, event.atMs);
  }

  /** Writes what was held back and is due: the last of its kind, and how many more there were. */
  flush(nowMs: number): void {
    for (const muted of this.#waiting) {
      if (nowMs < muted.untilMs) continue;
      // The one that is written now.
      muted.suppressed -= 1;
      this.suppressed -= 1;
      this.#release(muted, muted.last, nowMs);
    }
  }

  #release(muted: Muted, event: ResilienceEvent, nowMs: number): void {
    const { logEvent, line, suppressed } = muted;
    muted.untilMs = nowMs + line.intervalMs;
    muted.suppressed = 0;
    this.#waiting.delete(muted);
    this.#write(logEvent, line, event, suppressed);
  }

  #mutedFor(logEvent: LogEvent, line: LogLine, event: ResilienceEvent): Muted {
    const known = this.#muted.get(`${logEvent} ${event.name}`);
    if (known !== undefined) return known;
    const key = this.#muted.size < MAXIMUM_NAMES ? `${logEvent} ${event.name}` : logEvent;
    const muted = this.#muted.get(key) ?? { line, logEvent, last: event, untilMs: -Infinity, suppressed: 0 };
    this.#muted.set(key, muted);
    return muted;
  }

  #write(logEvent: LogEvent, { level, message, fields }: LogLine, event: ResilienceEvent, suppressed: number): void {
    const entry: LogEntry = { message, event: logEvent, name: event.name };
    const values = fieldsOf(event);
    for (const field of fields) {
      const value = values[field];
      if (value !== undefined) entry[field] = field === 'error' ? loggedError(value) : value;
    }
    if (suppressed > 0) entry['suppressed'] = suppressed;
    const method = methodFor(level, this.#target);
    if (method === undefined) return;
    this.written += 1;
    this.#target[method]?.(entry);
  }
}

/** The fields that patterns add to their events, of which this file knows no types. */
function fieldsOf(event: ResilienceEvent): Readonly<Record<string, unknown>> {
  return event as ResilienceEvent & Readonly<Record<string, unknown>>;
}

/** What writes lines of a level; undefined where they are dropped. */
function methodFor(level: LogLine['level'], target: ConsoleLike): LogLine['level'] | undefined {
  if (level === 'info' || level === 'warn' || target[level] !== undefined) return level;
  return level === 'error' ? 'warn' : undefined;
}
