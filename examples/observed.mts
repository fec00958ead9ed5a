import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { circuitBreaker, middy, observability, rateLimit } from 'resilient-lambda-runtime';

const logger = new Logger();
const metrics = new Metrics({ namespace: 'Shop' });

async function order(): Promise<{ statusCode: number; body: string }> {
  const answer = await fetch('https://stock.example.com/reservations', { method: 'POST' });
  logger.info('stock reserved'); // says of itself which request, operation and tenant it belongs to
  metrics.addMetric('Orders', MetricUnit.Count, 1); // leaves at the end of the request, however it ends
  return { statusCode: answer.ok ? 200 : 502, body: '' };
}

export const handler = middy()
  .use(observability({ service: 'orders' }, { logger, metrics }))
  .use(rateLimit({ name: 'orders' }))
  .use(circuitBreaker({ name: 'stock' }))
  .handler(order);
