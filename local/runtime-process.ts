import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { killEvenIfStopped, registerChild } from './child-registry.ts';

const BOOTSTRAP = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));

/** Where a line of a function's log was written. */
export type LogStream = 'stdout' | 'stderr';

/** What to do with lines of a function's log. */
export type LogListener = (line: string, stream: LogStream) => void;

/** The operating-system process in which a function runs. */
export class RuntimeProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #canFreeze: boolean;
  #frozen = false;

  /**
   * Starts the process.
   *
   * @param variables its complete environment.
   * @param canFreeze whether {@link freeze} has an effect; never on Windows, which has no SIGSTOP.
   * @param onExit called once, when the process has ended, with the reason in Lambda's words.
   */
  constructor(
    variables: Record<string, string>,
    canFreeze: boolean,
    onExit: (reason: string) => void,
    onLog: LogListener | undefined,
  ) {
    const output = onLog ? 'pipe' : 'ignore';
    this.#child = spawn(process.execPath, [BOOTSTRAP], { env: variables, stdio: ['ignore', output, output] });
    registerChild(this.#child);
    this.#canFreeze = canFreeze && process.platform !== 'win32';
    this.#closed = new Promise((resolve) => {
      this.#child.once('close', resolve);
      this.#child.once('error', resolve);
    });
    this.#child.once('error', (error) => onExit(error.message));
    this.#child.once('exit', (code, signal) => {
      onExit(signal === null ? `exit status ${code}` : `signal: ${signal === 'SIGKILL' ? 'killed' : signal}`);
    });
    if (onLog) forwardLines(this.#child.stdout, 'stdout', onLog);
    if (onLog) forwardLines(this.#child.stderr, 'stderr', onLog);
  }

  /** The process id, or 0 if the process could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Whether the process is stopped at this moment. */
  get frozen(): boolean {
    return this.#frozen;
  }

  /** Stops the process where it is: no code runs and no timer ticks until {@link thaw}. */
  freeze(): void {
    if (this.#canFreeze && !this.#frozen) this.#frozen = this.#child.kill('SIGSTOP');
  }

  /** Lets the process run on. */
  thaw(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    this.#child.kill('SIGCONT');
  }

  /** Ends the process, also a frozen one. */
  kill(): void {
    this.#frozen = false;
    killEvenIfStopped(this.#child);
  }

  /** Waits until the process has ended and its log has been handed on. */
  async ended(): Promise<void> {
    await this.#closed;
  }
}

function forwardLines(stream: Readable | null, name: LogStream, onLog: LogListener): void {
  if (stream) createInterface({ input: stream }).on('line', (line) => onLog(line, name));
}
