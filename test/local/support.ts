import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';

/** The folder with the handlers of these tests. */
export const TASK_ROOT = fileURLToPath(new URL('handlers', import.meta.url));

/** Asks again every few milliseconds until the answer is yes. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 3_000): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) throw new Error(`Still not so after ${withinMs} ms`);
    await delay(5);
  }
}

/** Whether a process with this id runs or is stopped. One that ended and waits to be reaped does not count. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** Collects things to close after each test, in reverse order. */
export class Cleanup {
  #closers: (() => Promise<void> | void)[] = [];

  add<T extends { close(): Promise<void> }>(resource: T): T {
    this.#closers.push(() => resource.close());
    return resource;
  }

  defer(close: () => Promise<void> | void): void {
    this.#closers.push(close);
  }

  async run(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }
}
