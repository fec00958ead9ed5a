import { join } from 'node:path';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { RateLimitKeyPart, ResilienceAlarms, ResilienceDashboard, ResilientFunction } from '../lib';

const stack = new Stack(new App(), 'Shop');

const items = new ResilientFunction(stack, 'Items', {
  entry: join(__dirname, 'getting-started.mts'),
  circuits: { stock: { openDuration: Duration.seconds(30) } },
  rateLimits: { callers: { by: [RateLimitKeyPart.IP], limits: [{ limit: 10, period: Duration.seconds(1) }] } },
});
const { url } = items.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });

const { alarms } = new ResilienceAlarms(stack, 'Alarms', { resilient: items });
new ResilienceDashboard(stack, 'Dashboard', { resilients: [items], alarms });
new CfnOutput(stack, 'Url', { value: url });
