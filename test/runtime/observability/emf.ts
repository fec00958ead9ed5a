import { afterEach, beforeEach, jest } from '@jest/globals';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';

/** One value of a metric, or all values of it in one line, as CloudWatch takes it out of the logs. */
export interface Point {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

interface EmfDirective {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}

interface EmfLine {
  readonly _aws: { readonly Timestamp: number; readonly CloudWatchMetrics: readonly EmfDirective[] };
  readonly [key: string]: unknown;
}

/** What a process has written to its standard output and error, line by line. */
export class Output {
  /** Lines as they were written, without their ends. */
  readonly raw: string[] = [];

  /** Lines that CloudWatch takes metrics out of. */
  get emf(): string[] {
    return this.raw.filter((line) => line.includes('"_aws"'));
  }

  /** All other lines. */
  get logs(): string[] {
    return this.raw.filter((line) => !line.includes('"_aws"'));
  }

  /** The other lines, read. */
  get logged(): Record<string, unknown>[] {
    return this.logs.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Everything that CloudWatch would take out of the lines. */
  get points(): Point[] {
    return this.emf.flatMap(pointsOf);
  }

  /** All values of a metric, one after the other. */
  valuesOf(name: string): number[] {
    return this.points.filter((point) => point.name === name).flatMap(({ values }) => values);
  }
}

/** Takes in what is written until all mocks are restored, as Powertools writes it on Lambda. Nothing is shown. */
export function listen(output: Output): void {
  const keep = (text: unknown) => {
    output.raw.push(...String(text).split('\n').filter((line) => line.startsWith('{')));
    return true;
  };
  for (const stream of [process.stdout, process.stderr]) jest.spyOn(stream, 'write').mockImplementation(keep);
}

/** Takes in what each test of a suite writes. */
export function captureOutput(): Output {
  const output = new Output();
  beforeEach(() => {
    output.raw.length = 0;
    listen(output);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  return output;
}

/** Powertools Metrics as the contract wants them. */
export function contractMetrics(): Metrics {
  return new Metrics({ namespace: CONTRACT.metrics.namespace, serviceName: 'checkout' });
}

/** What CloudWatch takes out of a line. */
export function pointsOf(line: string): Point[] {
  const read = JSON.parse(line) as EmfLine;
  return read._aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics: metrics }) =>
    Dimensions.flatMap((keys) => {
      const dimensions = Object.fromEntries(keys.map((key) => [key, String(read[key])]));
      return metrics.map(({ Name: name, Unit: unit }) => ({ name, unit, values: [read[name]].flat() as number[], namespace, dimensions }));
    }),
  );
}

const UNITS = new Set(
  ['Seconds', 'Microseconds', 'Milliseconds', 'Percent', 'Count', 'None', 'Bits', 'Bytes']
    .concat(['Kilo', 'Mega', 'Giga', 'Tera'].flatMap((prefix) => [`${prefix}bytes`, `${prefix}bits`]))
    .flatMap((unit) => (/^(?:Count|.*(?:its|ytes))$/.test(unit) ? [unit, `${unit}/Second`] : [unit])),
);

const MAXIMUM_LINE_BYTES = 1_048_576;

/** What CloudWatch would not take in a line of its embedded metric format, by the rules of its documentation; nothing if it takes all. */
export function emfProblems(line: string): string[] {
  const read = JSON.parse(line) as EmfLine;
  const { Timestamp, CloudWatchMetrics } = read._aws;
  return [
    ...problem(Buffer.byteLength(line) <= MAXIMUM_LINE_BYTES, `the line has ${Buffer.byteLength(line)} bytes`),
    ...problem(Number.isInteger(Timestamp) && Timestamp > 0, `the timestamp is ${Timestamp}`),
    ...problem(CloudWatchMetrics.length > 0, 'there are no metrics'),
    ...CloudWatchMetrics.flatMap((directive) => directiveProblems(read, directive)),
  ];
}

function directiveProblems(read: EmfLine, { Namespace, Dimensions, Metrics: metrics }: EmfDirective): string[] {
  return [
    ...problem(/^[\w./#:-]{1,255}$/.test(Namespace), `the namespace is ${Namespace}`),
    ...problem(metrics.length >= 1 && metrics.length <= 100, `there are ${metrics.length} metrics`),
    ...problem(new Set(metrics.map(({ Name }) => Name)).size === metrics.length, 'a metric is there twice'),
    ...problem(Dimensions.length > 0, 'there is no set of dimensions'),
    ...Dimensions.flatMap((keys) => dimensionProblems(read, keys)),
    ...metrics.flatMap(({ Name, Unit }) => [
      ...problem(/^[!-~]{1,255}$/.test(Name), `a metric is called ${Name}`),
      ...problem(UNITS.has(Unit), `the unit of ${Name} is ${Unit}`),
      ...valueProblems(Name, read[Name]),
    ]),
  ];
}

function dimensionProblems(read: EmfLine, keys: readonly string[]): string[] {
  return [
    ...problem(keys.length <= 30, `a set has ${keys.length} dimensions`),
    ...problem(new Set(keys).size === keys.length, 'a dimension is there twice'),
    ...keys.flatMap((key) => {
      const value = read[key];
      return [
        ...problem(/^(?!:)(?=.*\S)[ -~]{1,250}$/.test(key), `a dimension is called ${JSON.stringify(key)}`),
        ...problem(typeof value === 'string' && /^(?!:)(?=.*\S)[ -~]{1,1024}$/.test(value), `${key} is ${JSON.stringify(value)}`),
      ];
    }),
  ];
}

function valueProblems(name: string, value: unknown): string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return [
    ...problem(values.length >= 1 && values.length <= 100, `${name} has ${values.length} values`),
    ...problem(values.every((each) => typeof each === 'number' && Math.abs(each) <= 2 ** 360), `${name} is ${JSON.stringify(value)}`),
  ];
}

function problem(isRight: boolean, text: string): string[] {
  return isRight ? [] : [text];
}
