import { middy, resilience } from 'resilient-lambda-runtime';

/** Whether the dependency of this call is down. */
interface Call {
  readonly fail?: boolean;
}

const resilient = resilience();
const payments = resilient.circuit('payments');

/** A handler with everything around it that the stack declares, and a dependency that fails when it is told to. */
export const handler = middy<Call>()
  .use(resilient)
  .handler(async ({ fail = false }) => {
    const body = await payments.execute(async () => {
      if (fail) throw new Error('payments is down');
      return 'ok';
    });
    return { statusCode: 200, body };
  });
