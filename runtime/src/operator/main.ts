#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { processEnvironment } from '../config/process-environment.ts';
import { SYSTEM_CLOCK, SYSTEM_RANDOM } from '../core/system-sources.ts';
import { runOperator } from './run.ts';

/** Asks on stderr, so that stdout holds nothing but the answer. The end of the input and Ctrl-C are a no. */
async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<string>((resolve) => {
    terminal.once('close', () => resolve(''));
    terminal.question(`${question} [y/N] `).then(resolve, () => resolve(''));
  });
  terminal.close();
  return /^\s*y(es)?\s*$/i.test(answer);
}

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runOperator(process.argv.slice(2), {
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  confirm: process.stdin.isTTY && process.stderr.isTTY ? confirm : undefined,
  environment: processEnvironment(),
  clock: SYSTEM_CLOCK,
  random: SYSTEM_RANDOM,
});
