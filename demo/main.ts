import { join, resolve } from 'node:path';
import { Listr, type ListrTask } from 'listr2';
import {
  closeAll,
  createTablesFromTemplate,
  startEmbeddedDynamoDb,
  startFaultProxy,
  type EmbeddedDynamoDb,
  type FaultProxy,
} from '../local/index.ts';
import { runLoad, type RunResult } from './load.ts';
import { readOptions, USAGE, type DemoOptions } from './options.ts';
import { describeProgress } from './progress.ts';
import { writeReport } from './report.ts';
import { renderSummary, succeeded, type DemoResult } from './summary.ts';
import { resolveVariables, synthesize, type SynthesizedFunction } from './synthesized-function.ts';
import { withoutSharing } from './variables.ts';

/** What the steps hand on to each other. */
interface Stage {
  code?: SynthesizedFunction;
  engine?: EmbeddedDynamoDb;
  /** Counts the requests to the state table, and passes them on. */
  proxy?: FaultProxy;
  variables?: Record<string, string>;
  inMemory?: RunResult;
  shared?: RunResult;
  report?: string;
}

type Step = ListrTask<Stage>;

function steps(options: DemoOptions): Step[] {
  return [
    {
      title: 'Synthesise the stack and bundle its handler',
      task: async (stage) => {
        stage.code = await synthesize(join(resolve(options.out), 'cdk.out'));
      },
    },
    { title: 'Start DynamoDB in this process and create the tables of the template', task: prepareTables },
    loadStep(options, 'inMemory', `Run ${options.environments} environments, each with a circuit of its own`),
    loadStep(options, 'shared', `Run ${options.environments} environments that share one circuit`),
    {
      title: 'Write the report',
      task: async (stage) => {
        stage.report = await writeReport(resolve(options.out), demoResult(stage));
      },
    },
  ];
}

async function prepareTables(stage: Stage): Promise<void> {
  const code = required(stage.code);
  stage.engine = await startEmbeddedDynamoDb();
  stage.proxy = await startFaultProxy(stage.engine.endpoint);
  const tables = await createTablesFromTemplate(stage.engine.endpoint, code.template);
  stage.variables = { ...resolveVariables(code, tables), AWS_ENDPOINT_URL_DYNAMODB: stage.proxy.endpoint };
}

function loadStep({ environments, seconds }: DemoOptions, kind: 'inMemory' | 'shared', title: string): Step {
  return {
    title,
    rendererOptions: { outputBar: true, persistentOutput: true },
    task: async (stage, task) => {
      const variables = required(stage.variables);
      const proxy = required(stage.proxy);
      stage[kind] = await runLoad({
        environments,
        seconds,
        code: required(stage.code),
        variables: kind === 'shared' ? variables : withoutSharing(variables),
        storeCalls: () => proxy.counters().requests,
        onProgress: (progress) => {
          task.output = describeProgress(progress);
        },
      });
    },
  };
}

function demoResult(stage: Stage): DemoResult {
  return { inMemory: required(stage.inMemory), shared: required(stage.shared) };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('an earlier step has not run');
  return value;
}

async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    console.log(USAGE);
    return 0;
  }
  const stage: Stage = {};
  try {
    await new Listr<Stage>(steps(readOptions(process.argv.slice(2)))).run(stage);
  } finally {
    await stage.proxy?.close();
    await stage.engine?.close();
  }
  const result = demoResult(stage);
  console.log(`\n${renderSummary(result)}\n\nReport: ${stage.report}`);
  if (succeeded(result)) return 0;
  console.error('The shared circuit should have opened once and closed once.');
  return 1;
}

// Ctrl-C: the environments are processes of their own, and some of them are stopped.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    closeAll();
    process.exit(130);
  });
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 2;
});
