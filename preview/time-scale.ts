/** Seconds that stand for a minute: a local run lasts seconds, and would be one point. */
export const SECONDS_PER_MINUTE = 1;

const MINUTE_S = 60;

/** The length that a period of CloudWatch has in a preview, in milliseconds. */
export function scaledPeriodMs(periodS: number): number {
  return Math.max(SECONDS_PER_MINUTE * 1000, (periodS / MINUTE_S) * SECONDS_PER_MINUTE * 1000);
}
