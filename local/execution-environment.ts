import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { lambdaVariables, localFunctionArn, newLogStreamName, type FunctionIdentity } from './platform-variables.ts';
import { startRuntimeApi, type InvocationFailure, type InvocationResult, type RuntimeApi } from './runtime-api.ts';
import { RuntimeProcess, type LogListener } from './runtime-process.ts';

const INIT_TIMEOUT_MS = 10_000;

/** A function, and how to run it. */
export interface ExecutionEnvironmentOptions {
  /** Absolute path of the folder with the handler's module. */
  readonly taskRoot: string;
  /** Module and export: `index.handler` is the export `handler` of `index.mjs`, `index.js` or `index.cjs`. */
  readonly handler: string;
  /** The function's environment variables. The process sees these, the platform's and nothing else. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly functionName?: string;
  /** What the function is told about its memory, in megabytes; not enforced. Default 128. */
  readonly memoryMb?: number;
  /** Timeout of an invocation, in milliseconds. Default 3,000. */
  readonly timeoutMs?: number;
  /** Whether the process is stopped between requests, as on Lambda. Default true; without effect on Windows. */
  readonly freeze?: boolean;
  /** Receives what the function prints, line by line; without it the output is dropped. */
  readonly onLog?: LogListener;
}

/** One execution environment: a process with its own module state that serves one event at a time. */
export interface ExecutionEnvironment {
  readonly pid: number;
  readonly logStreamName: string;
  /** False once the process has ended: by a timeout, a crash, a failed initialisation or `close`. */
  readonly alive: boolean;
  /** Whether the process is stopped at this moment. */
  readonly frozen: boolean;
  /** Why the handler could not be loaded. Every `invoke` answers with it. */
  readonly initError: InvocationFailure | undefined;
  /**
   * Runs the handler on an event, after those that were passed before it.
   *
   * Failures are answers, not exceptions: the handler's own error, `Sandbox.Timedout` after the timeout (the process is
   * killed), or `Runtime.ExitError` if the process ended.
   *
   * @throws TypeError when the event cannot be written as JSON.
   */
  invoke(event: unknown): Promise<InvocationResult>;
  /** Ends the process, whatever its state, and waits for it. May be called more than once. */
  close(): Promise<void>;
}

/**
 * Starts an execution environment and waits until its handler is loaded, or has failed to load (`initError`).
 *
 * @throws when the Runtime API cannot listen.
 */
export async function startExecutionEnvironment(options: ExecutionEnvironmentOptions): Promise<ExecutionEnvironment> {
  const environment = new LocalEnvironment(options);
  await environment.start();
  return environment;
}

class LocalEnvironment implements ExecutionEnvironment {
  readonly logStreamName = newLogStreamName();
  alive = true;
  initError: InvocationFailure | undefined;
  readonly #options: ExecutionEnvironmentOptions;
  readonly #identity: FunctionIdentity;
  readonly #initialised: Promise<void>;
  #endInit: () => void = () => undefined;
  #ready = false;
  #exitReason = 'signal: killed';
  #api: RuntimeApi | undefined;
  #process: RuntimeProcess | undefined;
  #previous: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(options: ExecutionEnvironmentOptions) {
    const { handler, taskRoot, functionName = 'local-function', memoryMb = 128 } = options;
    this.#options = options;
    this.#identity = { functionName, handler, taskRoot, memoryMb };
    this.#initialised = new Promise((resolve) => {
      this.#endInit = resolve;
    });
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get frozen(): boolean {
    return this.#process?.frozen ?? false;
  }

  async start(): Promise<void> {
    const { environment = {}, freeze = true, onLog } = this.#options;
    this.#api = await startRuntimeApi(localFunctionArn(this.#identity.functionName), {
      onIdle: () => this.#idle(),
      onInitError: (failure) => this.#failInit(failure),
    });
    const variables = lambdaVariables(environment, this.#identity, this.#api.address, this.logStreamName);
    this.#process = new RuntimeProcess(variables, freeze, (reason) => this.#exited(reason), onLog);
    const timer = setTimeout(() => {
      this.#failInit(failure('Sandbox.Timedout', `Init phase timed out after ${seconds(INIT_TIMEOUT_MS)} seconds`));
      this.#process?.kill();
    }, INIT_TIMEOUT_MS);
    await this.#initialised;
    clearTimeout(timer);
  }

  invoke(event: unknown): Promise<InvocationResult> {
    const result = this.#previous.then(() => this.#invokeNow(event));
    this.#previous = result.catch(() => undefined);
    return result;
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#end());
  }

  async #invokeNow(event: unknown): Promise<InvocationResult> {
    const requestId = randomUUID();
    if (this.initError) return this.initError;
    if (!this.#api || !this.#process || !this.alive) return exitError(requestId, this.#exitReason);
    const { timeoutMs = 3_000 } = this.#options;
    const traceId = `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${requestId.replaceAll('-', '').slice(0, 24)}`;
    const deadlineMs = Date.now() + timeoutMs;
    const timer = setTimeout(() => this.#timeOut(timeoutMs), timeoutMs);
    this.#process.thaw();
    try {
      return await this.#api.invoke({ requestId, deadlineMs, event, traceId });
    } finally {
      clearTimeout(timer);
      // What the handler printed lies in the pipe by now: one turn of the event loop hands it to the log listener.
      await turn();
    }
  }

  #idle(): void {
    this.#ready = true;
    this.#endInit();
    this.#process?.freeze();
  }

  #failInit(reason: InvocationFailure): void {
    if (this.#ready || this.initError) return;
    this.initError = reason;
    this.alive = false;
    this.#endInit();
  }

  #timeOut(timeoutMs: number): void {
    this.alive = false;
    this.#api?.abandon((requestId) =>
      failure('Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after ${seconds(timeoutMs)} seconds`),
    );
    this.#process?.kill();
  }

  #exited(reason: string): void {
    this.alive = false;
    this.#exitReason = reason;
    this.#failInit(failure('Runtime.ExitError', `Error: Runtime exited with error: ${reason}`));
    this.#api?.abandon((requestId) => exitError(requestId, reason));
  }

  async #end(): Promise<void> {
    this.alive = false;
    this.#process?.kill();
    await this.#process?.ended();
    await this.#api?.close();
  }
}

function failure(errorType: string, errorMessage: string): InvocationFailure {
  return { ok: false, errorType, errorMessage };
}

function exitError(requestId: string, reason: string): InvocationFailure {
  return failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: ${reason}`);
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2);
}
