import { join } from 'node:path';
import { ExpectedResult, IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { DeploymentStrategy, RolloutStrategy } from 'aws-cdk-lib/aws-appconfig';
import { ResilienceTables, ResilientFunction } from '../lib';

// A function is deployed with a configuration that its environment does not hold, and invoked: it answers only if AppConfig does.
const app = new App();
const stack = new Stack(app, 'DynamicConfig');

const tables = new ResilienceTables(stack, 'Tables', { removalPolicy: RemovalPolicy.DESTROY });
const atOnce = RolloutStrategy.linear({ growthFactor: 100, deploymentDuration: Duration.minutes(0) });
const limits = [{ limit: 100, period: Duration.minutes(1) }];
const tenants = Array.from({ length: 80 }, (_, index) => `tenant-${index}`);

const fn = new ResilientFunction(stack, 'Function', {
  entry: join(__dirname, 'handlers', 'dynamic.mts'),
  tables,
  rateLimits: { api: { limits, tenantLimits: Object.fromEntries(tenants.map((tenant) => [tenant, limits])) } },
  dynamicConfig: { deploymentStrategy: new DeploymentStrategy(stack, 'AtOnce', { rolloutStrategy: atOnce }) },
});
// As the environment of AppConfig watches the errors of the function, neither may wait for the other.
fn.addConfigurationRollbackAlarm(fn.metricErrors().createAlarm(stack, 'Errors', { threshold: 10, evaluationPeriods: 1 }));

const integ = new IntegTest(app, 'DynamicConfigTest', { testCases: [stack], diffAssets: false });

integ.assertions
  .invokeFunction({ functionName: fn.functionName })
  .expect(ExpectedResult.objectLike({ StatusCode: 200, Payload: Match.serializedJson({ statusCode: 200, body: 'ok' }) }));
