import { join, resolve } from 'node:path';
import { Listr, type ListrTask } from 'listr2';
import { closeAll, createTablesFromTemplate, startEmbeddedDynamoDb, startFaultProxy } from '../local/index.ts';
import { writeDashboard } from './dashboard.ts';
import { readOptions, USAGE, type DemoOptions } from './options.ts';
import { writeReport } from './report.ts';
import { CLIENT, IN_MEMORY, PLAIN, runsOf, runStep, SHARED } from './runs.ts';
import { demoResult, newStage, required, type Stage } from './stage.ts';
import { renderSummary, shortcomings } from './summary.ts';
import { synthesize } from './synthesized-stack.ts';

type Step = ListrTask<Stage>;

function steps(options: DemoOptions): Step[] {
  const { environments, out } = options;
  const { circuits, limits, bulkheads, clients } = runsOf(options);
  return [
    {
      title: 'Synthesise the stack and bundle its handlers',
      task: async (stage) => {
        stage.stack = await synthesize(join(resolve(out), 'cdk.out'));
      },
    },
    { title: 'Start DynamoDB in this process and create the tables of the template', task: prepareTables },
    runStep(`Run ${environments} environments, each with a circuit of its own`, IN_MEMORY, circuits),
    besides('Run as many for each of the other functions', [
      runStep(`${environments} environments, each with a limit of its own`, IN_MEMORY, limits),
      runStep(`${environments} environments, each with a bulkhead of its own`, IN_MEMORY, bulkheads),
      runStep(`${environments} environments that call by fetch alone`, PLAIN, clients),
    ]),
    // One after the other: their metrics are drawn on one dashboard.
    runStep(`Run ${environments} environments that share one circuit`, SHARED, circuits),
    runStep(`Run ${environments} environments that share one limit`, SHARED, limits),
    runStep(`Run ${environments} environments that share one bulkhead`, SHARED, bulkheads),
    runStep(`Run ${environments} environments that call through a client`, CLIENT, clients),
    ...reports(resolve(out)),
  ];
}

/** Steps that do not see each other: nothing of theirs is shared. */
function besides(title: string, inside: Step[]): Step {
  return { title, task: (_stage, task) => task.newListr(inside, { concurrent: true }) };
}

function reports(outDir: string): Step[] {
  return [
    {
      title: 'Write the report',
      task: async (stage) => {
        stage.report = await writeReport(outDir, demoResult(stage));
      },
    },
    {
      title: 'Draw the dashboard of the stack with the metrics of the second run of each function',
      task: async (stage) => {
        const [{ template }, tables] = [required(stage.stack), required(stage.tables)];
        stage.dashboard = await writeDashboard(outDir, { template, tables, lines: stage.metricLines });
      },
    },
  ];
}

async function prepareTables(stage: Stage): Promise<void> {
  stage.engine = await startEmbeddedDynamoDb();
  stage.proxy = await startFaultProxy(stage.engine.endpoint);
  stage.tables = await createTablesFromTemplate(stage.engine.endpoint, required(stage.stack).template);
}

async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    console.log(USAGE);
    return 0;
  }
  const stage = newStage();
  try {
    await new Listr<Stage>(steps(readOptions(process.argv.slice(2)))).run(stage);
  } finally {
    await stage.proxy?.close();
    await stage.engine?.close();
  }
  const result = demoResult(stage);
  const { page, problems: ofDashboard } = required(stage.dashboard);
  console.log(`\n${renderSummary(result)}\n\nReport:    ${stage.report}\nDashboard: ${page}`);
  const problems = [...shortcomings(result), ...ofDashboard];
  problems.forEach((problem) => console.error(problem));
  return problems.length === 0 ? 0 : 1;
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
