import { join } from 'node:path';
import { ExpectedResult, IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { RateLimitStoreFailure, ResilienceTables, ResilientFunction } from '../lib';

// A function with one shared rate limit is deployed and invoked twice: it answers while there is a token, and no longer.
const app = new App();
const stack = new Stack(app, 'RateLimit');

const tables = new ResilienceTables(stack, 'Tables', { removalPolicy: RemovalPolicy.DESTROY });
const fn = new ResilientFunction(stack, 'Function', {
  entry: join(__dirname, 'handlers', 'rate-limit.mts'),
  tables,
  // A table that does not answer must fail the test, not pass unseen.
  rateLimits: { api: { limits: [{ limit: 1, period: Duration.days(1) }], onStoreFailure: RateLimitStoreFailure.DENY } },
});

const integ = new IntegTest(app, 'RateLimitTest', { testCases: [stack], diffAssets: false });

integ.assertions
  .invokeFunction({ functionName: fn.functionName })
  .expect(ExpectedResult.objectLike({ StatusCode: 200, Payload: Match.serializedJson({ statusCode: 200, body: 'ok' }) }))
  .next(
    integ.assertions
      .invokeFunction({ functionName: fn.functionName, payload: JSON.stringify({ attempt: 2 }) })
      .expect(ExpectedResult.objectLike({ FunctionError: 'Unhandled' })),
  );
