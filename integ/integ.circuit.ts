import { join } from 'node:path';
import { ExpectedResult, IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ResilienceTables, ResilientFunction } from '../lib';

// A function with one shared circuit is deployed and invoked: with its dependency well, it answers.
const app = new App();
const stack = new Stack(app, 'Circuit');

const tables = new ResilienceTables(stack, 'Tables', { removalPolicy: RemovalPolicy.DESTROY });
const fn = new ResilientFunction(stack, 'Function', {
  entry: join(__dirname, 'handlers', 'circuit.mts'),
  tables,
  circuits: { payments: { openDuration: Duration.seconds(30) } },
});

const integ = new IntegTest(app, 'CircuitTest', { testCases: [stack], diffAssets: false });

integ.assertions
  .invokeFunction({ functionName: fn.functionName })
  .expect(ExpectedResult.objectLike({ StatusCode: 200, Payload: Match.serializedJson({ statusCode: 200, body: 'ok' }) }));
