import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { RateLimitKeyPart, ResilienceAlarms, ResilienceDashboard, ResilienceMetrics, ResilientFunction } from '../lib';

const stack = new Stack(new App(), 'Monitored');

const api = new ResilientFunction(stack, 'Api', {
  entry: join(__dirname, 'orders.mts'),
  environment: { POWERTOOLS_SERVICE_NAME: 'orders' },
  circuits: { stock: {} },
  rateLimits: { orders: { by: [RateLimitKeyPart.TENANT], limits: [{ limit: 100, period: Duration.seconds(1) }] } },
  deadLetterQueueEnabled: true,
});

const { alarms, composite } = new ResilienceAlarms(stack, 'Alarms', {
  resilient: api,
  actions: [new SnsAction(new Topic(stack, 'OnCall', { enforceSSL: true }))],
  settings: {
    rateLimitRefused: { enabled: false },
    errorRate: { threshold: 1, minimumRequests: 100, period: Duration.minutes(5) },
  },
});

const { dashboard } = new ResilienceDashboard(stack, 'Dashboard', { resilients: [api], alarms: composite ? [composite, ...alarms] : alarms });
dashboard.addWidgets(new TextWidget({ markdown: 'On call: see the rota' })); // and whatever else belongs there

// Any metric of the runtime, for graphs and alarms of your own.
ResilienceMetrics.of(api)
  .circuitFallbacks('stock', { period: Duration.minutes(1) })
  .createAlarm(stack, 'SecondBest', { threshold: 100, evaluationPeriods: 3 });
