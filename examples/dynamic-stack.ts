import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { ResilientFunction } from '../lib';

const stack = new Stack(new App(), 'Payments');

new ResilientFunction(stack, 'Charge', {
  entry: join(__dirname, 'dynamic.mts'),
  circuits: { payments: { failureThreshold: 5 } },
  dynamicConfig: {},
});
