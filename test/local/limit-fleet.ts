import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { registerChild } from '../../local/child-registry.ts';
import type { RateLimitStrategy } from '../../runtime/src/rate-limit/rule.ts';

const PROGRAM = fileURLToPath(new URL('limit-consumers.ts', import.meta.url));

/** What the processes of a run have in common. */
export interface ConsumerOrders {
  readonly endpoint: string;
  readonly table: string;
  readonly strategy: RateLimitStrategy;
  readonly limit: number;
  readonly periodMs: number;
  /** What the clocks of all processes show when they begin, in epoch milliseconds. */
  readonly nowMs: number;
  /** Limiters in each process, each with a client of its own: as many execution environments. */
  readonly limiters: number;
  readonly consumersPerLimiter: number;
}

/** What one process has seen. */
export interface ConsumerReport {
  readonly admitted: number;
  /** Calls that the store gave no answer for. */
  readonly degraded: number;
}

/**
 * Lets processes consume one key until nothing is left. They begin when all of them have started.
 *
 * @throws when a process ends without a report.
 */
export async function consumeTogether(processes: number, orders: ConsumerOrders): Promise<ConsumerReport[]> {
  const children = Array.from({ length: processes }, start);
  try {
    await Promise.all(children.map(messageOf));
    return await Promise.all(
      children.map(async (child) => {
        child.send(orders);
        return (await messageOf(child)) as ConsumerReport;
      }),
    );
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

function start(): ChildProcess {
  // Jest needs options of Node that its children do not.
  const child = fork(PROGRAM, { execArgv: ['--disable-warning=ExperimentalWarning'], env: { ...process.env, NODE_OPTIONS: '' } });
  registerChild(child);
  return child;
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`A process of consumers ended without a report, with code ${String(code)}`);
  });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as unknown[];
  return message;
}
