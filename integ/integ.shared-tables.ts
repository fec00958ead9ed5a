import { join } from 'node:path';
import { ExpectedResult, IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { RateLimitStoreFailure, ResilienceTables, ResilientFunction, type RateLimitOptions } from '../lib';

// Two functions in two stacks share their tables, and with them one limit: a token that the first takes is missing for the second.
const app = new App();
const state = new Stack(app, 'SharedState');
const stack = new Stack(app, 'SharedTables');

const tables = new ResilienceTables(state, 'Tables', { removalPolicy: RemovalPolicy.DESTROY });
// A table that does not answer must fail the test, not pass unseen.
const api: RateLimitOptions = { limits: [{ limit: 1, period: Duration.days(1) }], onStoreFailure: RateLimitStoreFailure.DENY };
const protect = (id: string) =>
  new ResilientFunction(stack, id, { entry: join(__dirname, 'handlers', 'rate-limit.mts'), tables, rateLimits: { api } });

const first = protect('First');
const second = protect('Second');

const { assertions } = new IntegTest(app, 'SharedTablesTest', { testCases: [stack], diffAssets: false });

assertions
  .invokeFunction({ functionName: first.functionName })
  .expect(ExpectedResult.objectLike({ StatusCode: 200, Payload: Match.serializedJson({ statusCode: 200, body: 'ok' }) }))
  .next(
    assertions
      .invokeFunction({ functionName: second.functionName })
      .expect(
        ExpectedResult.objectLike({
          FunctionError: 'Unhandled',
          Payload: Match.serializedJson(Match.objectLike({ errorMessage: 'api is reached: try again later' })),
        }),
      ),
  );
