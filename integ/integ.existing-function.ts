import { join } from 'node:path';
import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Resilience, ResilienceTables } from '../lib';
import { assertOutage } from './outage';

// A function that another construct creates is protected afterwards, and behaves as one of ours.
const app = new App();
const stack = new Stack(app, 'ExistingFunction');

const target: lambda.Function = new NodejsFunction(stack, 'Function', {
  entry: join(__dirname, 'handlers', 'payments.mts'),
  runtime: lambda.Runtime.NODEJS_24_X,
  bundling: { format: OutputFormat.ESM, mainFields: ['module', 'main'] },
});
new Resilience(stack, 'Resilience', {
  target,
  tables: new ResilienceTables(stack, 'Tables', { removalPolicy: RemovalPolicy.DESTROY }),
  circuits: { payments: { failureThreshold: 1 } },
});

const { assertions } = new IntegTest(app, 'ExistingFunctionTest', { testCases: [stack], diffAssets: false });

assertOutage(assertions, target.functionName);
