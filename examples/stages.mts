import { middy, observability, timedExecutionMode, type Stage } from 'resilient-lambda-runtime';

const slowest: Stage[] = [];

/** Keeps the ten slowest steps that this environment has seen. */
function remember(stage: Stage): void {
  slowest.push(stage);
  slowest.sort((a, b) => b.durationMs - a.durationMs).splice(10);
}

export const handler = middy({ executionMode: timedExecutionMode(remember) })
  .use(observability({ service: 'orders' }))
  .handler(async () => ({ statusCode: 200, body: JSON.stringify(slowest) }));
