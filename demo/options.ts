import { parseArgs } from 'node:util';

/** How the demo is run. */
export interface DemoOptions {
  /** Execution environments of every fleet, 4 to 50. */
  readonly environments: number;
  /** Seconds of load in each of the two runs of the checkout, 12 to 16. */
  readonly seconds: number;
  /** Folder for the report, the dashboard and the synthesised stack. */
  readonly out: string;
}

export const USAGE = `npm run demo -- [--environments N] [--seconds S] [--out DIR]

  --environments N  execution environments of every fleet, 4 to 50 (default 10)
  --seconds S       seconds of load in each of the two runs of the checkout, 12 to 16 (default 14)
  --out DIR         folder for report.html, report.svg, dashboard.html, metrics.ndjson and the synthesised stack
                    (default demo/out)`;

/**
 * Reads the command line.
 *
 * @throws Error with every problem at once.
 */
export function readOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      environments: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '14' },
      out: { type: 'string', default: 'demo/out' },
    },
  });
  const problems = [
    // Fewer than 4 have so many requests each that limits of their own refuse some, and there is nothing to compare.
    ...rangeProblem('--environments', values.environments, 4, 50),
    // Below 12 s the circuit has no time to open, to probe and to close; above 16 s the runs do not fit into a minute.
    ...rangeProblem('--seconds', values.seconds, 12, 16),
  ];
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { environments: Number(values.environments), seconds: Number(values.seconds), out: values.out };
}

function rangeProblem(option: string, text: string, low: number, high: number): string[] {
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return [];
  return [`${option} is ${JSON.stringify(text)}: give a whole number from ${low} to ${high}`];
}
