import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { registerChild } from '../../local/child-registry.ts';

const PROGRAM = fileURLToPath(new URL('bulkhead-holders.ts', import.meta.url));

/** What the processes of a run have in common. */
export interface HolderOrders {
  readonly endpoint: string;
  readonly table: string;
  readonly maxConcurrent: number;
  readonly tenantLimit: number;
  /** What the clocks of all processes show when they begin, in epoch milliseconds. */
  readonly nowMs: number;
  /** Bulkheads in each process, each with a client of its own: as many execution environments. */
  readonly bulkheads: number;
  /** Callers of each bulkhead, each of which calls again as soon as it is done. */
  readonly callers: number;
  /** Calls that each caller makes; those that are refused are made again. */
  readonly calls: number;
  /** Whether holders end without giving their slots back. */
  readonly crash: boolean;
}

/** One call that had a slot: its tenant, and from when to when, by a clock that all processes of this machine share. */
export type HeldCall = readonly [tenant: string, fromMs: number, toMs: number];

/** What one process has seen. */
export interface HolderReport {
  readonly held: readonly HeldCall[];
  readonly refused: number;
  /** Leases of others that were removed because they had ended. */
  readonly reclaimed: number;
}

/**
 * Lets processes hold slots of one bulkhead. They begin when all of them have started.
 *
 * @throws when a process ends without a report.
 */
export async function holdTogether(processes: number, orders: HolderOrders): Promise<HolderReport[]> {
  const children = Array.from({ length: processes }, start);
  try {
    await Promise.all(children.map(messageOf));
    return await Promise.all(
      children.map(async (child) => {
        child.send(orders);
        return (await messageOf(child)) as HolderReport;
      }),
    );
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

/** The most calls that ran at the same time. */
export function mostAtOnce(held: readonly HeldCall[]): number {
  const changes = held.flatMap(([, fromMs, toMs]) => [[fromMs, 1] as const, [toMs, -1] as const]);
  changes.sort(([aMs, a], [bMs, b]) => aMs - bMs || a - b);
  let now = 0;
  let most = 0;
  for (const [, change] of changes) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}

function start(): ChildProcess {
  // Jest needs options of Node that its children do not.
  const child = fork(PROGRAM, { execArgv: ['--disable-warning=ExperimentalWarning'], env: { ...process.env, NODE_OPTIONS: '' } });
  registerChild(child);
  return child;
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`A process of holders ended without a report, with code ${String(code)}`);
  });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as unknown[];
  return message;
}
