import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { ResilientFunction } from '../lib';

const stack = new Stack(new App(), 'Search');

new ResilientFunction(stack, 'Api', {
  entry: join(__dirname, 'load-shedding.mts'),
  loadShedding: {
    targetLatency: Duration.millis(300),
    maxEventAge: Duration.seconds(10),
    priorityRateCaps: { high: 0.2 },
  },
});
