import { join } from 'node:path';
import { ExpectedResult, IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ResilienceDashboard, ResilienceTables, ResilientFunction } from '../lib';

// A dashboard alone, without alarms: CloudWatch takes it, and the function that it shows sends what it shows.
const app = new App();
const stack = new Stack(app, 'Dashboard');

const fn = new ResilientFunction(stack, 'Function', {
  entry: join(__dirname, 'handlers', 'payments.mts'),
  environment: { POWERTOOLS_SERVICE_NAME: 'integ-dashboard' },
  tables: new ResilienceTables(stack, 'Tables', { removalPolicy: RemovalPolicy.DESTROY }),
  circuits: { payments: {} },
});
const { dashboard } = new ResilienceDashboard(stack, 'Dashboard', { resilients: [fn] });

const { assertions } = new IntegTest(app, 'DashboardTest', { testCases: [stack], diffAssets: false });

const Dimensions = [{ Name: 'service', Value: fn.serviceName }];
assertions
  .awsApiCall('CloudWatch', 'getDashboard', { DashboardName: dashboard.dashboardName })
  .expect(ExpectedResult.objectLike({ DashboardBody: Match.stringLikeRegexp('"CircuitState"') }))
  .next(
    assertions
      .invokeFunction({ functionName: fn.functionName, payload: '{}' })
      .expect(ExpectedResult.objectLike({ StatusCode: 200, Payload: Match.serializedJson({ statusCode: 200, body: 'ok' }) })),
  )
  .next(
    assertions
      .awsApiCall('CloudWatch', 'listMetrics', { Namespace: 'ResilientLambda', MetricName: 'Requests', Dimensions })
      .expect(ExpectedResult.objectLike({ Metrics: [{ MetricName: 'Requests' }] }))
      // CloudWatch makes metrics of log lines within minutes.
      .waitForAssertions({ totalTimeout: Duration.minutes(15), interval: Duration.seconds(30) }),
  );
