/** Milliseconds of a day. */
export const DAY_MS = 86_400_000;

/**
 * Days from 1970-01-01 to a date of the Gregorian calendar. Years begin in March, so that the odd day comes last.
 *
 * @param month 1 to 12.
 */
export function daysSinceEpoch(year: number, month: number, day: number): number {
  const fromMarch = (month + 9) % 12;
  const shifted = year - (month < 3 ? 1 : 0);
  const days = 365 * shifted + Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return days + Math.floor((153 * fromMarch + 2) / 5) + day - 1 - 719_468;
}
