import { loadShedding, middy, type Priority } from 'resilient-lambda-runtime';

async function search(): Promise<{ statusCode: number; body: string }> {
  return { statusCode: 200, body: '[]' };
}

/** By the plan that the authorizer has proven; whoever has none says it with the header `X-Priority`. */
function priorityOf(event: unknown): Priority | undefined {
  const { requestContext } = event as { requestContext?: { authorizer?: { jwt?: { claims?: Record<string, string> } } } };
  const plan = requestContext?.authorizer?.jwt?.claims?.['custom:plan'];
  return plan === undefined ? undefined : plan === 'free' ? 'low' : 'high';
}

export const handler = middy().use(loadShedding({ priorityOf })).handler(search);
