import type { ChildProcess } from 'node:child_process';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const living = new Set<ChildProcess>();
let armed = false;

/**
 * Remembers a child process, so that it never outlives this process: not when it exits, and not on SIGINT or SIGTERM.
 * A child that ended is forgotten by itself.
 */
export function registerChild(child: ChildProcess): void {
  arm();
  living.add(child);
  child.once('exit', () => living.delete(child));
}

/** Ends every registered child at once, without waiting. Safe in a process's `exit` handler. */
export function closeAll(): void {
  for (const child of living) killEvenIfStopped(child);
}

/** Ends a child that may be stopped by SIGSTOP. */
export function killEvenIfStopped(child: ChildProcess): void {
  child.kill('SIGKILL');
  // SIGKILL ends a stopped process on Linux and macOS; where it stays pending, continuing delivers it.
  if (process.platform !== 'win32') child.kill('SIGCONT');
}

function arm(): void {
  if (armed) return;
  armed = true;
  process.on('exit', closeAll);
  for (const signal of SIGNALS) process.once(signal, () => endBySignal(signal));
}

// Listening to a signal removes its default effect, so it is raised again unless somebody else handles it too.
function endBySignal(signal: (typeof SIGNALS)[number]): void {
  closeAll();
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
