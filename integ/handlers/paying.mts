import { middy, type ResilienceMiddleware } from 'resilient-lambda-runtime';

/** Whether the dependency of a call is down. */
interface Call {
  readonly fail?: boolean;
}

/** A handler with everything around it that the stack declares, and a dependency that fails when it is told to. */
export function payingHandler(resilient: ResilienceMiddleware) {
  const payments = resilient.circuit('payments');
  return middy<Call>()
    .use(resilient)
    .handler(async ({ fail = false }) => {
      const body = await payments.execute(async () => {
        if (fail) throw new Error('payments is down');
        return 'ok';
      });
      return { statusCode: 200, body };
    });
}
