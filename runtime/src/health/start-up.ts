const FIRST_MS = 100;
const LONGEST_MS = 2000;

/**
 * How long to wait before the next attempt, in milliseconds: it doubles, and half of it is chance, so that the environments of
 * a fleet that start together do not ask together.
 */
export function startUpDelayMs(attempt: number, chance: number): number {
  const cap = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return Math.round((cap / 2) * (1 + chance));
}
