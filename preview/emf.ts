/** What tells a metric from all others. */
export interface MetricIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Values of one metric that were sent together. */
export interface MetricPoint extends MetricIdentity {
  readonly unit: string;
  readonly atMs: number;
  readonly values: readonly number[];
}

/** What the lines of a run hold, and what is wrong with them. */
export interface ReadMetrics {
  readonly points: readonly MetricPoint[];
  readonly problems: readonly string[];
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit?: string }[];
}

interface EmbeddedMetrics {
  readonly _aws: { readonly Timestamp: number; readonly CloudWatchMetrics: readonly Directive[] };
  readonly [member: string]: unknown;
}

/** Whether CloudWatch would look for metrics in a line. */
export function isMetricLine(line: string): boolean {
  return line.includes('"_aws"') && line.includes('"CloudWatchMetrics"');
}

/** Takes the metrics out of lines in CloudWatch's embedded metric format; others are passed over, so that a whole log can be given. */
export function readMetrics(lines: readonly string[]): ReadMetrics {
  const points: MetricPoint[] = [];
  const problems: string[] = [];
  lines.forEach((line, index) => {
    if (!isMetricLine(line)) return;
    try {
      points.push(...pointsOf(JSON.parse(line) as EmbeddedMetrics));
    } catch (error) {
      problems.push(`line ${index + 1} holds no metrics: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  return { points, problems };
}

function pointsOf(line: EmbeddedMetrics): MetricPoint[] {
  const { Timestamp: atMs, CloudWatchMetrics: directives } = line._aws;
  return directives.flatMap(({ Namespace: namespace, Dimensions: sets, Metrics: metrics }) =>
    sets.flatMap((keys) => {
      const dimensions = Object.fromEntries(keys.map((key) => [key, String(line[key])]));
      return metrics.map(({ Name: name, Unit: unit = 'None' }) => {
        const values = valuesOf(name, line[name]);
        return { namespace, name, dimensions, unit, atMs, values };
      });
    }),
  );
}

function valuesOf(name: string, value: unknown): number[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  if (!values.every((each) => typeof each === 'number')) throw new Error(`${name} is ${JSON.stringify(value)}`);
  return values;
}
