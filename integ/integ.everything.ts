import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, Duration } from 'aws-cdk-lib';
import { EverythingStack } from './everything-stack';
import { assertOutage } from './outage';

// A function with all there is: calls go through the alias, an outage opens the circuit, and CloudWatch hears of it.
const app = new App();
const stack = new EverythingStack(app, 'Everything');

const { assertions } = new IntegTest(app, 'EverythingTest', { testCases: [stack], diffAssets: false });

const Dimensions = [{ Name: 'service', Value: stack.fn.serviceName }, { Name: 'circuit', Value: 'payments' }];
assertOutage(assertions, stack.alias.functionName).next(
  assertions
    .awsApiCall('CloudWatch', 'listMetrics', { Namespace: 'ResilientLambda', MetricName: 'CircuitOpened', Dimensions })
    .expect(ExpectedResult.objectLike({ Metrics: [{ MetricName: 'CircuitOpened' }] }))
    // CloudWatch makes metrics of log lines within minutes.
    .waitForAssertions({ totalTimeout: Duration.minutes(15), interval: Duration.seconds(30) }),
);
