/** Header in which a caller states how long it still waits, unless another name is agreed on. */
export const DEADLINE_HEADER = 'x-deadline-ms';

/** Longest time that is believed, in milliseconds: no invocation takes longer. */
const LONGEST_BUDGET_MS = 900_000;

const WHOLE_MS = /^\d{1,12}$/;

/**
 * What to write into the header of an outbound call: the time left until a deadline, in whole milliseconds, never below 0.
 * Undefined where there is no deadline. It is a time to wait, not an instant, because the clocks of two machines differ.
 */
export function deadlineHeaderValue(deadlineMs: number | undefined, nowMs: number): string | undefined {
  if (deadlineMs === undefined || !Number.isFinite(deadlineMs)) return undefined;
  return String(Math.min(LONGEST_BUDGET_MS, Math.max(0, Math.floor(deadlineMs - nowMs))));
}

/**
 * The deadline that the values of such a header state, in epoch milliseconds. Of several the shortest counts, and what is no
 * whole number of milliseconds does not. Undefined where none is stated. To be believed only of callers that are trusted.
 */
export function deadlineFromHeader(values: readonly string[], nowMs: number): number | undefined {
  const budgets = values
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => WHOLE_MS.test(value))
    .map(Number);
  return budgets.length === 0 ? undefined : nowMs + Math.min(LONGEST_BUDGET_MS, ...budgets);
}

/** The earlier of two deadlines, each of which may be unknown. */
export function earlierDeadline(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

// On the signal itself, because that is what handlers hand on to whatever they call; a map of all signals takes longer by far.
const DEADLINE_MS = Symbol('deadlineMs');

type NotedSignal = AbortSignal & { [DEADLINE_MS]?: number };

/** Notes when a signal will be aborted at the latest, in epoch milliseconds, so that who is handed the signal can tell others. */
export function noteDeadline(signal: AbortSignal, deadlineMs: number): void {
  (signal as NotedSignal)[DEADLINE_MS] = deadlineMs;
}

/** When a signal will be aborted at the latest, in epoch milliseconds, as far as that was noted. */
export function deadlineOfSignal(signal: AbortSignal | null | undefined): number | undefined {
  return (signal as NotedSignal | null | undefined)?.[DEADLINE_MS];
}
