import { parseArgs } from 'node:util';

/** How the demo is run. */
export interface DemoOptions {
  /** Execution environments, 2 to 50. */
  readonly environments: number;
  /** Seconds of load in each of the two runs, 12 to 22. */
  readonly seconds: number;
  /** Folder for the report and the synthesised stack. */
  readonly out: string;
}

export const USAGE = `npm run demo -- [--environments N] [--seconds S] [--out DIR]

  --environments N  execution environments, 2 to 50 (default 10)
  --seconds S       seconds of load in each of the two runs, 12 to 22 (default 18)
  --out DIR         folder for report.html, report.svg and the synthesised stack (default demo/out)`;

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
      seconds: { type: 'string', default: '18' },
      out: { type: 'string', default: 'demo/out' },
    },
  });
  const problems = [
    ...rangeProblem('--environments', values.environments, 2, 50),
    // Below 12 s the circuit has no time to open, to probe and to close; above 22 s both runs do not fit into a minute.
    ...rangeProblem('--seconds', values.seconds, 12, 22),
  ];
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { environments: Number(values.environments), seconds: Number(values.seconds), out: values.out };
}

function rangeProblem(option: string, text: string, low: number, high: number): string[] {
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return [];
  return [`${option} is ${JSON.stringify(text)}: give a whole number from ${low} to ${high}`];
}
