import type { ListrTask } from 'listr2';
import { isMetricLine } from '../preview/emf.ts';
import { BULKHEAD_SECONDS, runBulkheads, type BulkheadProgress, type BulkheadRunResult } from './bulkhead-run.ts';
import { runCircuits, type CircuitProgress, type CircuitRunResult } from './circuit-run.ts';
import type { ClientProgress } from './client-recorder.ts';
import { CLIENT_SECONDS, runClients, type ClientRunResult } from './client-run.ts';
import type { Calling, Sharing } from './comparison.ts';
import { LIMIT_SECONDS, runLimits, type LimitProgress, type LimitRunResult } from './limit-run.ts';
import type { RunPlan } from './load.ts';
import type { DemoOptions } from './options.ts';
import { describeBulkheads, describeCircuits, describeClients, describeLimits } from './progress.ts';
import { required, type Stage } from './stage.ts';
import { functionOf, resolveVariables } from './synthesized-stack.ts';
import { withoutSharing } from './variables.ts';

/** Runs of one function: twice the same but for the way. */
interface Runs<Progress, Run, Way extends string> {
  /** Id of the function in the stack. */
  readonly functionId: string;
  readonly environments: number;
  readonly seconds: number;
  readonly run: (plan: RunPlan<Progress>) => Promise<Run>;
  readonly describe: (progress: Progress) => string;
  readonly results: (stage: Stage) => Partial<Record<Way, Run>>;
}

type Code = Pick<RunPlan<never>, 'code' | 'variables'>;

/** One of the two ways in which a function runs. */
interface Variant<Way extends string> {
  readonly way: Way;
  /** What runs, made of what the stack says. */
  readonly adapt: (declared: Code) => Code;
  /** Whether the metrics of the run are drawn on the dashboard. */
  readonly isDrawn: boolean;
}

/** Every environment keeps its state in its own memory. */
export const IN_MEMORY: Variant<Sharing> = {
  way: 'inMemory',
  adapt: ({ code, variables }) => ({ code, variables: withoutSharing(variables) }),
  isDrawn: false,
};

/** The fleet shares its state, as the stack says. */
export const SHARED: Variant<Sharing> = { way: 'shared', adapt: (declared) => declared, isDrawn: true };

/** The other handler of the quotes, which calls the carrier by `fetch` alone. */
export const PLAIN: Variant<Calling> = {
  way: 'plain',
  adapt: ({ code, variables }) => ({ code: { ...code, handler: code.handler.replace(/\.\w+$/, '.plain') }, variables }),
  isDrawn: false,
};

/** Calls go through the client, as the stack says. */
export const CLIENT: Variant<Calling> = { way: 'client', adapt: (declared) => declared, isDrawn: true };

/** What runs, of each function of the stack. */
export function runsOf({ environments, seconds }: DemoOptions) {
  const circuits: Runs<CircuitProgress, CircuitRunResult, Sharing> = {
    functionId: 'Checkout',
    environments,
    seconds,
    run: runCircuits,
    describe: describeCircuits,
    results: ({ results }) => results.circuits,
  };
  const limits: Runs<LimitProgress, LimitRunResult, Sharing> = {
    functionId: 'Search',
    environments,
    seconds: LIMIT_SECONDS,
    run: runLimits,
    describe: describeLimits,
    results: ({ results }) => results.limits,
  };
  const bulkheads: Runs<BulkheadProgress, BulkheadRunResult, Sharing> = {
    functionId: 'Reports',
    environments,
    seconds: BULKHEAD_SECONDS,
    run: runBulkheads,
    describe: describeBulkheads,
    results: ({ results }) => results.bulkheads,
  };
  const clients: Runs<ClientProgress, ClientRunResult, Calling> = {
    functionId: 'Quotes',
    environments,
    seconds: CLIENT_SECONDS,
    run: runClients,
    describe: describeClients,
    results: ({ results }) => results.clients,
  };
  return { circuits, limits, bulkheads, clients };
}

/** A step that makes one run. */
export function runStep<Progress, Run, Way extends string>(title: string, variant: Variant<Way>, runs: Runs<Progress, Run, Way>): ListrTask<Stage> {
  const { functionId, environments, seconds } = runs;
  return {
    title,
    rendererOptions: { outputBar: true, persistentOutput: true },
    task: async (stage, task) => {
      const declared = functionOf(required(stage.stack), functionId);
      const proxy = required(stage.proxy);
      const { code, variables } = variant.adapt({ code: declared, variables: resolveVariables(declared, required(stage.tables)) });
      runs.results(stage)[variant.way] = await runs.run({
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
          if (variant.isDrawn && isMetricLine(line)) stage.metricLines.push(line);
        },
      });
    },
  };
}
