import { setTimeout as delay } from 'node:timers/promises';
import { startFleet, type Fleet } from '../local/index.ts';
import type { SynthesizedFunction } from './synthesized-stack.ts';

/** Requests per second in every run. */
export const REQUESTS_PER_SECOND = 60;

const PROGRESS_INTERVAL_MS = 500;

/** Requests that the state tables have had. */
export interface StoreCalls {
  readonly calls: number;
  /** Those of them that were to write. */
  readonly writes: number;
}

/** A run to make. */
export interface RunPlan<Progress> {
  readonly environments: number;
  readonly seconds: number;
  readonly code: SynthesizedFunction;
  readonly variables: Readonly<Record<string, string>>;
  /** What the state tables have had so far; called often. */
  readonly storeCalls: () => StoreCalls;
  readonly onProgress: (progress: Progress) => void;
  /** Told every line that the function prints. */
  readonly onLine?: (line: string) => void;
}

/** What happens in a run. */
export interface LoadSteps {
  /** Milliseconds since the run began. */
  readonly elapsedMs: () => number;
  /** Called before every request, and at the end. */
  readonly observe: () => void;
  /** Called now and then. */
  readonly showProgress: () => void;
  /** Makes one request to an environment. */
  readonly request: (environment: number) => Promise<void>;
  /** Called in place of a request for which no environment is free. */
  readonly dropped?: () => void;
}

/** Starts a fleet of the plan's code, with more variables if there are any. */
export function fleetOf(
  { environments, code, variables, onLine }: Omit<RunPlan<never>, 'onProgress'>,
  more: Readonly<Record<string, string>> = {},
  onLog: (line: string, environment: number) => void = () => {},
): Promise<Fleet> {
  const { taskRoot, handler, memoryMb, timeoutMs } = code;
  const hear = (line: string, environment: number) => {
    onLine?.(line);
    onLog(line, environment);
  };
  return startFleet(environments, { taskRoot, handler, memoryMb, timeoutMs, environment: { ...variables, ...more }, onLog: hear });
}

/** Tells what the state tables have had since it was last called. */
export function storeMeter(
  storeCalls: () => StoreCalls,
  count: (what: 'storeCalls' | 'storeWrites', times: number) => void,
): () => void {
  let seen = storeCalls();
  return () => {
    const now = storeCalls();
    count('storeCalls', now.calls - seen.calls);
    count('storeWrites', now.writes - seen.writes);
    seen = now;
  };
}

/** Sends requests at a steady rate to environments chosen at random, and waits for the last of them. */
export async function sendSteadily(environments: number, seconds: number, steps: LoadSteps): Promise<void> {
  const idle = Array.from({ length: environments }, (_, index) => index);
  const inFlight = new Set<Promise<void>>();
  let shownAtMs = 0;
  for (let sent = 0; steps.elapsedMs() < seconds * 1000; sent += 1) {
    steps.observe();
    if (steps.elapsedMs() - shownAtMs >= PROGRESS_INTERVAL_MS) {
      shownAtMs = steps.elapsedMs();
      steps.showProgress();
    }
    sendOne(idle, inFlight, steps);
    await delay(Math.max(0, ((sent + 1) * 1000) / REQUESTS_PER_SECOND - steps.elapsedMs()));
  }
  await Promise.all(inFlight);
  steps.observe();
}

/** Sends a request to an idle environment; one that finds all of them busy is dropped, not queued. */
function sendOne(idle: number[], inFlight: Set<Promise<void>>, { request, dropped }: LoadSteps): void {
  const [environment] = idle.splice(Math.floor(Math.random() * idle.length), 1);
  if (environment === undefined) return dropped?.();
  const sent = request(environment).finally(() => {
    idle.push(environment);
    inFlight.delete(sent);
  });
  inFlight.add(sent);
}
