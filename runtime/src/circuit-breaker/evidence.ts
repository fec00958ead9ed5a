/**
 * What the fleet knows about a dependency: counters in the circuit's item, each belonging to a span of time. An environment
 * adds what it saw and reads back what everybody saw, in one write. Counters are never reset: those of the past are removed
 * by whoever passes by. Pure. Why it takes these counters and no fewer: docs/decisions/0008-fleet-evidence.md.
 */

/** Values by counter name, see `counterName`. */
export type Counters = Readonly<Record<string, number>>;

/** Kinds of counters: the length of the span each belongs to, and how many spans are kept. */
const KINDS = {
  /** Calls, and those of them that failed, in short spans: for finding an outage at once. */
  c: { spanMs: 125, kept: 10 },
  f: { spanMs: 125, kept: 10 },
  /** The same in long spans: for finding a brown-out. */
  C: { spanMs: 1000, kept: 11 },
  F: { spanMs: 1000, kept: 11 },
  /** Environments that voted. One votes at most once in two spans, so two neighbours hold distinct voters. */
  v: { spanMs: 500, kept: 2 },
  /** Environments of which most calls failed, counted like votes. */
  d: { spanMs: 2000, kept: 2 },
  /** Environments that are active, and by how many calls in how many milliseconds they say so. */
  n: { spanMs: 10_000, kept: 2 },
  N: { spanMs: 10_000, kept: 2 },
  T: { spanMs: 10_000, kept: 2 },
} as const;

/** Letter of a kind of counter. */
export type CounterKind = keyof typeof KINDS;

/** Calls within a look-back. */
export interface CallCount {
  readonly calls: number;
  readonly failures: number;
  /** Milliseconds that the counters cover: at least the look-back, because spans are counted whole. */
  readonly coveredMs: number;
}

/** Length of the spans of a kind, in milliseconds. */
export function spanMs(kind: CounterKind): number {
  return KINDS[kind].spanMs;
}

/** Number of the span of a kind in which an instant lies. */
export function spanAt(kind: CounterKind, nowMs: number): number {
  return Math.floor(nowMs / KINDS[kind].spanMs);
}

/** Name of a counter: its kind, and its span in base 36 to keep the item small. */
export function counterName(kind: CounterKind, span: number): string {
  return `${kind}:${span.toString(36)}`;
}

/** Whether the name of an attribute is that of a counter. */
export function isCounter(name: string): boolean {
  return name[1] === ':' && Object.hasOwn(KINDS, name.charAt(0));
}

/**
 * Whether a counter says how calls ended. The others say how large the fleet is, which remains true of a circuit that begins
 * anew: a fleet that forgot its size would take the first bad environment for all there are.
 */
export function isOutcomeCounter(name: string): boolean {
  return isCounter(name) && !SIZE_KINDS.has(name.charAt(0));
}

const SIZE_KINDS: ReadonlySet<string> = new Set(['n', 'N', 'T'] satisfies CounterKind[]);

/** The counters that say how large the fleet is. */
export function sizeCounters(counters: Counters): Counters {
  return Object.fromEntries(Object.entries(counters).filter(([name]) => !isOutcomeCounter(name)));
}

/** Names of the counters whose time has passed. */
export function pastCounters(names: readonly string[], nowMs: number): string[] {
  return names.filter((name) => {
    const kind = name.charAt(0) as CounterKind;
    return Number.parseInt(name.slice(2), 36) < oldestSpan(kind, nowMs);
  });
}

/** Oldest span of a kind that still counts. */
export function oldestSpan(kind: CounterKind, nowMs: number): number {
  return spanAt(kind, nowMs) - KINDS[kind].kept + 1;
}

/** The counters after a report: summed up, without those whose time has passed. */
export function addReport(counters: Counters, report: Counters, nowMs: number): Counters {
  const sums: Record<string, number> = { ...counters };
  for (const [name, value] of Object.entries(report)) sums[name] = (sums[name] ?? 0) + value;
  const past = new Set(pastCounters(Object.keys(sums), nowMs));
  return past.size === 0 ? sums : Object.fromEntries(Object.entries(sums).filter(([name]) => !past.has(name)));
}

/**
 * Calls of the last while.
 *
 * @param sinceMs What happened before this instant is left out: it belongs to a circuit that has been opened and closed since.
 */
export function callsWithin(counters: Counters, lookBackMs: number, nowMs: number, sinceMs: number): CallCount {
  const [callKind, failureKind] = lookBackMs <= LONGEST_SHORT_LOOK_BACK_MS ? (['c', 'f'] as const) : (['C', 'F'] as const);
  const length = KINDS[callKind].spanMs;
  const first = Math.max(spanAt(callKind, nowMs - lookBackMs), Math.ceil(sinceMs / length), oldestSpan(callKind, nowMs));
  let calls = 0;
  let failures = 0;
  // One span ahead of the own clock: others may be a little early.
  for (let span = first; span <= spanAt(callKind, nowMs) + 1; span += 1) {
    calls += counters[counterName(callKind, span)] ?? 0;
    failures += counters[counterName(failureKind, span)] ?? 0;
  }
  return { calls, failures, coveredMs: Math.max(0, nowMs - first * length) };
}

const LONGEST_SHORT_LOOK_BACK_MS = KINDS.c.spanMs * (KINDS.c.kept - 1);

/** Distinct environments that voted (`v`) or of which most calls failed (`d`), in this span and the one before. */
export function distinctWithin(counters: Counters, kind: 'v' | 'd', nowMs: number, sinceMs: number): number {
  const current = spanAt(kind, nowMs);
  const first = Math.max(current - 1, Math.ceil(sinceMs / KINDS[kind].spanMs));
  let sum = 0;
  for (let span = first; span <= current + 1; span += 1) sum += counters[counterName(kind, span)] ?? 0;
  return sum;
}

/** How large the fleet is, and how much it calls. */
export interface FleetSize {
  /** Environments that reported in this span of ten seconds or in the one before, whichever are more; at least 1. */
  readonly active: number;
  /** Calls that the whole fleet makes in a millisecond; undefined until half of the environments have told. */
  readonly callsPerMs: number | undefined;
}

/** Estimates the size of the fleet. Healthy environments have not reported yet when failing ones have: this is the denominator. */
export function fleetSize(counters: Counters, nowMs: number): FleetSize {
  const current = spanAt('n', nowMs);
  const of = (kind: CounterKind, span: number) => counters[counterName(kind, span)] ?? 0;
  const active = Math.max(1, of('n', current), of('n', current - 1));
  const toldMs = of('T', current) + of('T', current - 1);
  if (toldMs < active * LEAST_TOLD_MS) return { active, callsPerMs: undefined };
  return { active, callsPerMs: ((of('N', current) + of('N', current - 1)) / toldMs) * active };
}

/**
 * The counters, as if so many environments at least had reported. After a change of the circuit they have not, and those that
 * fail are the first: a fleet that forgot its size would take them for all there are.
 */
export function withFleetOf(active: number, counters: Counters, nowMs: number): Counters {
  if (fleetSize(counters, nowMs).active >= active) return counters;
  return { ...counters, [counterName('n', spanAt('n', nowMs))]: active };
}

/** Time that the environments must have told of, on average, before their rate of calls is believed. */
const LEAST_TOLD_MS = 500;
