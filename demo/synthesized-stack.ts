import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { CreatedTable, SynthesizedTemplate } from '../local/index.ts';

/** What synthesis made of the example stack. */
export interface SynthesizedStack {
  readonly template: SynthesizedTemplate;
  /** The functions by the id of their construct. */
  readonly functions: ReadonlyMap<string, SynthesizedFunction>;
}

/** What the synthesised stack says about one of its functions. */
export interface SynthesizedFunction {
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

interface FunctionResource {
  readonly Properties: FunctionProperties;
  readonly Metadata: { readonly 'aws:asset:path': string; readonly 'aws:cdk:path': string };
}

/** Runs `cdk synth` on the example stack, which bundles its handlers, and reads the result. Needs no account and no network. */
export async function synthesize(outDir: string): Promise<SynthesizedStack> {
  await run('cdk', ['synth', '--quiet', '--output', outDir]);
  return readStack(outDir);
}

/** Reads the synthesised example stack. */
export async function readStack(outDir: string): Promise<SynthesizedStack> {
  const template = JSON.parse(await readFile(join(outDir, 'Checkout.template.json'), 'utf8')) as SynthesizedTemplate;
  const functions = Object.values(template.Resources ?? {})
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map((resource) => readFunction(outDir, resource as unknown as FunctionResource));
  return { template, functions: new Map(functions) };
}

/**
 * One function of the stack.
 *
 * @throws Error if the stack has none of this id.
 */
export function functionOf({ functions }: SynthesizedStack, id: string): SynthesizedFunction {
  const found = functions.get(id);
  if (found === undefined) throw new Error(`the stack has no function ${id}, only ${[...functions.keys()].join(', ')}`);
  return found;
}

function readFunction(outDir: string, { Properties, Metadata }: FunctionResource): [string, SynthesizedFunction] {
  // A path ends in the id of the construct and the resource in it.
  const id = Metadata['aws:cdk:path'].split('/').at(-2) ?? '';
  const code = {
    taskRoot: join(outDir, Metadata['aws:asset:path']),
    handler: Properties.Handler,
    memoryMb: Properties.MemorySize,
    timeoutMs: Properties.Timeout * 1000,
    variables: Properties.Environment.Variables,
  };
  return [id, code];
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
