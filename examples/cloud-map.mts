import { middy, resilience } from 'resilient-lambda-runtime';
import { cloudMapClient } from 'resilient-lambda-runtime/cloud-map';

const resilient = resilience({}, { cloudMap: cloudMapClient() });
const stock = resilient.client('stock');

export const handler = middy<{ article: string }>()
  .use(resilient)
  .handler(async ({ article }, _context, { signal }) => {
    const answer = await stock.get(`/articles/${encodeURIComponent(article)}`, { signal });
    return { statusCode: answer.status, body: await answer.text() };
  });
