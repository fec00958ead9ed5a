const SIMPLE: Readonly<Record<string, (values: readonly number[]) => number>> = {
  Sum: sum,
  Average: (values) => sum(values) / values.length,
  Minimum: (values) => values.reduce((least, value) => Math.min(least, value)),
  Maximum: (values) => values.reduce((most, value) => Math.max(most, value)),
  SampleCount: (values) => values.length,
};

/**
 * One of CloudWatch's statistics of the values of a period; undefined without values.
 *
 * @throws Error if the statistic is none of `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` and `p0` to `p100`.
 */
export function statisticOf(statistic: string, values: readonly number[]): number | undefined {
  const percentile = /^p(\d{1,3}(?:\.\d+)?)$/.exec(statistic)?.[1];
  const simple = Object.hasOwn(SIMPLE, statistic) ? SIMPLE[statistic] : undefined;
  if (percentile === undefined && simple === undefined) throw new Error(`the statistic ${statistic} is not known here`);
  if (values.length === 0) return undefined;
  return simple === undefined ? percentileOf(Number(percentile), values) : simple(values);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The value below which so many percent lie: the nearest rank. */
function percentileOf(percent: number, values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}
