import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { CreatedTable, SynthesizedTemplate } from '../local/index.ts';

/** What the synthesised stack says about its function. */
export interface SynthesizedFunction {
  readonly template: SynthesizedTemplate;
  /** Folder of the bundled code. */
  readonly taskRoot: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** Environment variables as in the template: text, or a reference to a table. */
  readonly variables: Readonly<Record<string, VariableValue>>;
}

type VariableValue = string | { readonly Ref: string };

interface FunctionProperties {
  readonly Handler: string;
  readonly MemorySize: number;
  readonly Timeout: number;
  readonly Environment: { readonly Variables: Readonly<Record<string, VariableValue>> };
}

/** Runs `cdk synth` on the example stack, which bundles its handler, and reads the result. Needs no account and no network. */
export async function synthesize(outDir: string): Promise<SynthesizedFunction> {
  await run('cdk', ['synth', '--quiet', '--output', outDir]);
  return readFunction(outDir);
}

/** Reads the one function of the synthesised example stack. */
export async function readFunction(outDir: string): Promise<SynthesizedFunction> {
  const template = JSON.parse(await readFile(join(outDir, 'Checkout.template.json'), 'utf8')) as SynthesizedTemplate;
  const resource = Object.values(template.Resources ?? {}).find(({ Type }) => Type === 'AWS::Lambda::Function');
  const properties = resource?.Properties as unknown as FunctionProperties;
  const metadata = (resource as { readonly Metadata?: Readonly<Record<string, string>> } | undefined)?.Metadata;
  return {
    template,
    taskRoot: join(outDir, metadata?.['aws:asset:path'] ?? ''),
    handler: properties.Handler,
    memoryMb: properties.MemorySize,
    timeoutMs: properties.Timeout * 1000,
    variables: properties.Environment.Variables,
  };
}

/** The environment variables that CloudFormation would set, with the tables' names in place of references. */
export function resolveVariables(
  { variables }: SynthesizedFunction,
  tables: ReadonlyMap<string, CreatedTable>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      if (typeof value === 'string') return [name, value];
      const table = tables.get(value.Ref);
      if (table === undefined) throw new Error(`variable ${name} refers to ${value.Ref}, which is no table of the stack`);
      return [name, table.tableName];
    }),
  );
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${(await output).join('')}`);
}
