import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { CircuitPhase, ResilienceEvents, ResilienceTables, ResilientFunction } from '../lib';

const stack = new Stack(new App(), 'Announced');
const tables = new ResilienceTables(stack, 'Tables', { circuitStream: true });

new ResilientFunction(stack, 'Checkout', { entry: join(__dirname, 'checkout.mts'), tables, circuits: { payments: {} } });

const changes = new ResilienceEvents(stack, 'Changes', { tables, deadLetterQueue: new Queue(stack, 'Unsent', { enforceSSL: true }) });
changes.onStateChange('PaymentsDown', {
  circuits: ['payments'],
  to: [CircuitPhase.OPEN],
  target: new SnsTopic(new Topic(stack, 'OnCall', { enforceSSL: true })),
});
