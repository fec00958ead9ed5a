import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { ResilientFunction } from '../lib';

const stack = new Stack(new App(), 'Reports');

new ResilientFunction(stack, 'Api', {
  entry: join(__dirname, 'timeout.mts'),
  timeout: Duration.seconds(15),
  requestTimeout: {
    timeout: Duration.seconds(3),
    operationTimeouts: { 'GET /reports/{id}': Duration.seconds(10) },
  },
});
