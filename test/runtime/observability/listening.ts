import { afterAll, afterEach, beforeAll, beforeEach, jest } from '@jest/globals';

/** A metric as CloudWatch would take it out of a line. */
export interface Point {
  readonly name: string;
  readonly values: readonly number[];
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
}

interface MetricLine {
  readonly _aws: { readonly CloudWatchMetrics: readonly { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[] };
  readonly [key: string]: unknown;
}

/** Fields of a log line. */
export type Line = Readonly<Record<string, unknown>>;

/** What makes Powertools write to the global console, and take itself for a function that is traced. */
export const POWERTOOLS_ENVIRONMENT: Readonly<Record<string, string>> = {
  POWERTOOLS_DEV: 'true',
  POWERTOOLS_METRICS_DISABLED: 'false',
  POWERTOOLS_LOG_LEVEL: 'DEBUG',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1',
  _HANDLER: 'index.handler',
};

/** Everything that was written to the console since the last `clear`. */
export class Listener {
  readonly #texts: string[] = [];

  /** Begins to listen; `jest.restoreAllMocks` ends it. */
  constructor() {
    for (const method of ['log', 'debug', 'info', 'warn', 'error'] as const) {
      jest.spyOn(console, method).mockImplementation((...written: unknown[]) => void this.#texts.push(written.map(String).join(' ')));
    }
  }

  clear(): void {
    this.#texts.length = 0;
  }

  /** What is no JSON, such as a warning of Powertools itself. */
  get remarks(): string[] {
    return this.#texts.filter((text) => !text.startsWith('{'));
  }

  get lines(): Line[] {
    return this.#parsed().filter((line) => line['_aws'] === undefined);
  }

  /** The lines of one kind that the library has written. */
  linesOf(event: string): Line[] {
    return this.lines.filter((line) => line['event'] === event);
  }

  get points(): Point[] {
    return (this.#parsed().filter((line) => line['_aws'] !== undefined) as MetricLine[]).flatMap((line) =>
      line._aws.CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
        Dimensions.flatMap((names) =>
          Metrics.map(({ Name: name }) => ({
            name,
            values: [line[name]].flat() as number[],
            namespace,
            dimensions: Object.fromEntries(names.map((dimension) => [dimension, line[dimension]])),
          })),
        ),
      ),
    );
  }

  /** Every value of a metric, in order. */
  valuesOf(name: string): number[] {
    return this.points.filter((point) => point.name === name).flatMap(({ values }) => values);
  }

  sumOf(name: string): number {
    return this.valuesOf(name).reduce((sum, value) => sum + value, 0);
  }

  #parsed(): Line[] {
    return this.#texts.filter((text) => text.startsWith('{')).map((text) => JSON.parse(text) as Line);
  }
}

/** Listens to every test of a file, with an environment in which Powertools can be heard. */
export function listening(more: Readonly<Record<string, string>> = {}): { readonly heard: Listener } {
  const { ...environment } = process.env;
  let heard: Listener | undefined;
  beforeAll(() => {
    Object.assign(process.env, POWERTOOLS_ENVIRONMENT, more);
  });
  afterAll(() => {
    process.env = environment;
  });
  beforeEach(() => {
    heard = new Listener();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  return {
    get heard() {
      return heard!;
    },
  };
}
