let waiting = 0;
let limit = Error.stackTraceLimit;

/** Runs something in which errors carry no stack trace: taking one costs ten times as much as all else about a refusal. */
export async function withoutStackTraces<T>(run: () => Promise<T>): Promise<T> {
  if (waiting === 0) {
    limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
  }
  waiting += 1;
  try {
    return await run();
  } finally {
    waiting -= 1;
    if (waiting === 0) Error.stackTraceLimit = limit;
  }
}
