import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { ExercisedMetric } from './coverage.ts';
import { readOptions, USAGE } from './options.ts';
import { renderPreview } from './preview.ts';
import type { Template } from './template.ts';

/** Where the command says what it has to say. */
export interface Terminal {
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

/** Runs `preview` with its arguments; returns the exit code: 0, 1 for problems under `--strict`, 2 if there is no page. */
export async function runCommand([command, ...args]: readonly string[], terminal: Terminal): Promise<number> {
  if (command === undefined || command === '--help' || args.includes('--help')) {
    terminal.write(`${USAGE}\n`);
    return 0;
  }
  try {
    if (command !== 'preview') throw new Error(`there is no command ${command}, only preview`);
    return await preview(args, terminal);
  } catch (error) {
    terminal.writeError(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

async function preview(args: readonly string[], { write, writeError }: Terminal): Promise<number> {
  const options = readOptions(args);
  const logs = await Promise.all(options.metrics.map((file) => readFile(file, 'utf8')));
  const { html, problems, coverage } = renderPreview({
    title: basename(options.template).replace(/\.template\.json$|\.json$/, ''),
    template: (await readJson(options.template)) as Template,
    lines: logs.flatMap((log) => log.split('\n')),
    names: options.names,
    exercised: options.exercised === undefined ? undefined : ((await readJson(options.exercised)) as ExercisedMetric[]),
  });
  await mkdir(dirname(options.out), { recursive: true });
  await writeFile(options.out, html);
  problems.forEach((problem) => writeError(`${problem}\n`));
  write(`${options.out}: ${coverage.asked.length - coverage.silent.length} of ${coverage.asked.length} metrics of the runtime have data\n`);
  return options.isStrict && problems.length > 0 ? 1 : 0;
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is no JSON`, { cause: error });
  }
}
