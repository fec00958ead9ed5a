import { IdempotencyAlreadyInProgressError, IdempotencyConfig, IdempotencyValidationError, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { APIGatewayProxyEventV2WithJWTAuthorizer as HttpRequest, Context } from 'aws-lambda';
import { middy, retry, RETRY_DEFAULTS } from 'resilient-lambda-runtime';

type Charge = { key: string; order: string };
type Answer = { statusCode: number; body: string; headers?: Record<string, string> };

async function charge({ key, order }: Charge, _context: Context, signal: AbortSignal): Promise<Answer> {
  const answer = await fetch('https://payments.example.com/charges', { method: 'POST', headers: { 'Idempotency-Key': key }, body: order, signal });
  // Charged or declined: that is returned, and kept. What is thrown is not kept, and can be tried again.
  if (!answer.ok && answer.status !== 402) throw Object.assign(new Error('payments did not decide'), { status: answer.status });
  return { statusCode: answer.status, body: await answer.text() };
}

// Around what must not happen twice and nothing else. It is handed the context, so that a lock ends with its invocation.
const chargeOnce = makeIdempotent(charge, {
  persistenceStore: new DynamoDBPersistenceLayer({ tableName: process.env['RESULTS_TABLE'] ?? 'results' }),
  config: new IdempotencyConfig({
    eventKeyJmesPath: 'key',
    payloadValidationJmesPath: 'order',
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: 86_400,
    responseHook: (kept) => ({ ...(kept as Answer), headers: { 'X-Idempotent-Replay': 'true' } }),
  }),
});

const refusal = (statusCode: number, code: string): Answer => ({ statusCode, body: JSON.stringify({ code }) });

async function pay({ headers, body = '', requestContext }: HttpRequest, context: Context, { signal }: { signal: AbortSignal }): Promise<Answer> {
  const key = headers['idempotency-key'];
  if (!key) return refusal(400, 'IDEMPOTENCY_KEY_MISSING');
  // Whoever guesses the key of somebody else must not be shown what that one has paid.
  const caller = String(requestContext.authorizer.jwt.claims['sub']);
  try {
    return await chargeOnce({ key: `${caller}/${key}`, order: body }, context, signal);
  } catch (error) {
    if (error instanceof IdempotencyAlreadyInProgressError) return refusal(409, 'IDEMPOTENCY_CONFLICT');
    if (error instanceof IdempotencyValidationError) return refusal(422, 'IDEMPOTENCY_KEY_REUSED');
    throw error;
  }
}

// With 409 it waits a moment for the one that is at work, which may be its own last attempt.
export const handler = middy<HttpRequest, Answer>()
  .use(retry({ name: 'payments', attemptTimeoutMs: 3000, retryableStatuses: [409, ...RETRY_DEFAULTS.retryableStatuses] }))
  .handler(pay);
