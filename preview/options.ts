import { parseArgs } from 'node:util';

/** What the command is told. */
export interface PreviewOptions {
  readonly template: string;
  readonly metrics: readonly string[];
  readonly out: string;
  /** File of the metrics that the run gave cause to send. */
  readonly exercised: string | undefined;
  /** Names of resources in the run, by logical id. */
  readonly names: Readonly<Record<string, string>>;
  readonly isStrict: boolean;
}

export const USAGE = `resilient-lambda preview --template FILE --metrics FILE --out PAGE [--strict] [--exercised FILE] [--name ID=NAME]

Draws the dashboards and alarms of a synthesised stack with the metrics that a run of its functions printed.

  --template FILE   template with a dashboard, such as cdk.out/Checkout.template.json
  --metrics FILE    what functions printed, one line each; lines without metrics are passed over; may be repeated
  --out PAGE        the HTML page to write
  --strict          end with 1 if a metric that was exercised has no data, or another one is asked for than is sent
  --exercised FILE  metrics that the run gave cause to send, as JSON: [{"name": "CircuitOpened", "dimensions": {...}}]
                    (default: what every function sends that answers requests)
  --name ID=NAME    name that a resource had in the run, by its logical id (default: the id); may be repeated`;

/**
 * Reads the command line, without the command itself.
 *
 * @throws Error with every problem at once.
 */
export function readOptions(args: readonly string[]): PreviewOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      template: { type: 'string' },
      metrics: { type: 'string', multiple: true, default: [] },
      out: { type: 'string' },
      exercised: { type: 'string' },
      name: { type: 'string', multiple: true, default: [] },
      strict: { type: 'boolean', default: false },
    },
  });
  const { template = '', metrics, out = '', exercised, name, strict: isStrict } = values;
  const problems = [
    ...(template === '' ? ['--template is missing: name the template of the stack'] : []),
    ...(metrics.length === 0 ? ['--metrics is missing: name a file of what the functions printed'] : []),
    ...(out === '' ? ['--out is missing: name the page to write'] : []),
    ...name.filter((pair) => !/^[^=]+=./.test(pair)).map((pair) => `--name is ${JSON.stringify(pair)}: give ID=NAME`),
  ];
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const names = Object.fromEntries(name.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  return { template, metrics, out, exercised, names, isStrict };
}
