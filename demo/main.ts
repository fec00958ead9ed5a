import { join, resolve } from 'node:path';
import { Listr, type ListrTask } from 'listr2';
import {
  closeAll,
  createTablesFromTemplate,
  startEmbeddedDynamoDb,
  startFaultProxy,
  type CreatedTable,
  type EmbeddedDynamoDb,
  type FaultProxy,
} from '../local/index.ts';
import { isMetricLine } from '../preview/emf.ts';
import { BULKHEAD_SECONDS, runBulkheads, type BulkheadProgress, type BulkheadRunResult } from './bulkhead-run.ts';
import { runCircuits, type CircuitProgress, type CircuitRunResult } from './circuit-run.ts';
import type { Comparison } from './comparison.ts';
import { writeDashboard, type WrittenDashboard } from './dashboard.ts';
import { LIMIT_SECONDS, runLimits, type LimitProgress, type LimitRunResult } from './limit-run.ts';
import type { RunPlan } from './load.ts';
import { readOptions, USAGE, type DemoOptions } from './options.ts';
import { describeBulkheads, describeCircuits, describeLimits } from './progress.ts';
import { writeReport } from './report.ts';
import { renderSummary, shortcomings, type DemoResult } from './summary.ts';
import { functionOf, resolveVariables, synthesize, type SynthesizedStack } from './synthesized-stack.ts';
import { withoutSharing } from './variables.ts';

/** What the steps hand on to each other. */
interface Stage {
  stack?: SynthesizedStack;
  engine?: EmbeddedDynamoDb;
  /** Counts the requests to the state tables, and passes them on. */
  proxy?: FaultProxy;
  tables?: ReadonlyMap<string, CreatedTable>;
  readonly circuits: Partial<Record<Sharing, CircuitRunResult>>;
  readonly limits: Partial<Record<Sharing, LimitRunResult>>;
  readonly bulkheads: Partial<Record<Sharing, BulkheadRunResult>>;
  /** What functions printed for CloudWatch to take metrics out of, in the runs that share. */
  readonly metricLines: string[];
  report?: string;
  dashboard?: WrittenDashboard;
}

type Sharing = keyof Comparison<never>;

type Step = ListrTask<Stage>;

/** Runs of one function: twice the same but for what is shared. */
interface Runs<Progress, Run> {
  readonly title: string;
  /** Id of the function in the stack. */
  readonly functionId: string;
  readonly environments: number;
  readonly seconds: number;
  readonly run: (plan: RunPlan<Progress>) => Promise<Run>;
  readonly describe: (progress: Progress) => string;
  readonly results: (stage: Stage) => Partial<Record<Sharing, Run>>;
}

/** What runs, of each function of the stack. */
function runsOf({ environments, seconds }: DemoOptions) {
  const circuits: Omit<Runs<CircuitProgress, CircuitRunResult>, 'title'> = {
    functionId: 'Checkout',
    environments,
    seconds,
    run: runCircuits,
    describe: describeCircuits,
    results: (stage) => stage.circuits,
  };
  const limits: Omit<Runs<LimitProgress, LimitRunResult>, 'title'> = {
    functionId: 'Search',
    environments,
    seconds: LIMIT_SECONDS,
    run: runLimits,
    describe: describeLimits,
    results: (stage) => stage.limits,
  };
  const bulkheads: Omit<Runs<BulkheadProgress, BulkheadRunResult>, 'title'> = {
    functionId: 'Reports',
    environments,
    seconds: BULKHEAD_SECONDS,
    run: runBulkheads,
    describe: describeBulkheads,
    results: (stage) => stage.bulkheads,
  };
  return { circuits, limits, bulkheads };
}

function steps(options: DemoOptions): Step[] {
  const { environments, out } = options;
  const { circuits, limits, bulkheads } = runsOf(options);
  return [
    {
      title: 'Synthesise the stack and bundle its handlers',
      task: async (stage) => {
        stage.stack = await synthesize(join(resolve(out), 'cdk.out'));
      },
    },
    { title: 'Start DynamoDB in this process and create the tables of the template', task: prepareTables },
    runStep('inMemory', { ...circuits, title: `Run ${environments} environments, each with a circuit of its own` }),
    besides('Run as many for each of the other functions', [
      runStep('inMemory', { ...limits, title: `${environments} environments, each with a limit of its own` }),
      runStep('inMemory', { ...bulkheads, title: `${environments} environments, each with a bulkhead of its own` }),
    ]),
    // One after the other: their metrics are drawn on one dashboard.
    runStep('shared', { ...circuits, title: `Run ${environments} environments that share one circuit` }),
    runStep('shared', { ...limits, title: `Run ${environments} environments that share one limit` }),
    runStep('shared', { ...bulkheads, title: `Run ${environments} environments that share one bulkhead` }),
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
      title: 'Draw the dashboard of the stack with the metrics of the runs that share',
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

function runStep<Progress, Run>(sharing: Sharing, runs: Runs<Progress, Run>): Step {
  const { title, functionId, environments, seconds } = runs;
  return {
    title,
    rendererOptions: { outputBar: true, persistentOutput: true },
    task: async (stage, task) => {
      const code = functionOf(required(stage.stack), functionId);
      const proxy = required(stage.proxy);
      const declared = resolveVariables(code, required(stage.tables));
      const variables = sharing === 'shared' ? declared : withoutSharing(declared);
      runs.results(stage)[sharing] = await runs.run({
        environments,
        seconds,
        code,
        variables: { ...variables, AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint },
        storeCalls: () => {
          const { requests, requestsByOperation } = proxy.counters();
          return { calls: requests, writes: requestsByOperation['UpdateItem'] ?? 0 };
        },
        onProgress: (progress) => {
          task.output = runs.describe(progress);
        },
        onLine: (line) => {
          if (sharing === 'shared' && isMetricLine(line)) stage.metricLines.push(line);
        },
      });
    },
  };
}

function demoResult({ circuits, limits, bulkheads }: Stage): DemoResult {
  return {
    circuits: { inMemory: required(circuits.inMemory), shared: required(circuits.shared) },
    limits: { inMemory: required(limits.inMemory), shared: required(limits.shared) },
    bulkheads: { inMemory: required(bulkheads.inMemory), shared: required(bulkheads.shared) },
  };
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
  const stage: Stage = { circuits: {}, limits: {}, bulkheads: {}, metricLines: [] };
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
