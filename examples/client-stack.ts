import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { ResilientFunction } from '../lib';

const stack = new Stack(new App(), 'Books');

new ResilientFunction(stack, 'Booking', {
  entry: join(__dirname, 'client-declared.mts'),
  timeout: Duration.seconds(10),
  dependencies: {
    ledger: {
      baseUrl: 'https://ledger.example.com/v1',
      timeout: Duration.seconds(5),
      attemptTimeout: Duration.seconds(2),
      circuit: { openDuration: Duration.seconds(10) },
    },
  },
});
