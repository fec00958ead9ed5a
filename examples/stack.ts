import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { ResilientFunction } from '../lib';

const stack = new Stack(new App(), 'Shop');

new ResilientFunction(stack, 'Checkout', {
  entry: join(__dirname, 'checkout.mts'),
  circuits: {
    payments: { openDuration: Duration.seconds(30) },
  },
});
