import {
  circuitBreaker,
  circuitCheck,
  createCircuitBreaker,
  createHealth,
  databaseCheck,
  healthCheck,
  httpCheck,
  memoryCheck,
  middy,
} from 'resilient-lambda-runtime';

const payments = createCircuitBreaker({ name: 'payments' });

/** Asks the database for as little as it can. */
const ping = (signal: AbortSignal): Promise<unknown> => fetch('https://db.example.com/query', { method: 'POST', body: 'select 1', signal });

/** What an operator has decided for all environments; AppConfig's extension answers from its cache. */
async function decided(): Promise<'healthy' | 'unhealthy' | undefined> {
  const answer = await fetch('http://localhost:2772/applications/shop/environments/production/configurations/health');
  const { forced } = (await answer.json()) as { forced?: 'healthy' | 'unhealthy' };
  return forced;
}

export const health = createHealth({
  version: '1.4.2',
  override: decided,
  checks: [
    databaseCheck('orders-db', ({ signal }) => ping(signal)),
    httpCheck('mail', 'https://mail.example.com/up', { required: false, timeoutMs: 1000 }),
    circuitCheck('circuits', [payments]),
    memoryCheck('memory'),
  ],
});

/** Whether an authorizer of the platform has proven that somebody of the team asks. */
function isTeam(event: unknown): boolean {
  const { requestContext } = event as { requestContext: { authorizer?: { jwt?: { claims: Record<string, string> } } } };
  return requestContext.authorizer?.jwt?.claims['team'] === 'shop';
}

// First in the chain: nothing further in may refuse a health request.
export const handler = middy()
  .use(healthCheck(health, { authorize: ({ event }) => isTeam(event) }))
  .use(circuitBreaker(payments))
  .handler(async () => ({ statusCode: 200, body: 'done' }));
