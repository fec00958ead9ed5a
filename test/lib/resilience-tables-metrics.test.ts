import { Duration, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { ResilienceTables, ResilienceTablesMetrics } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { messageOf, newStack } from './support';

const OPERATIONS = ['GetItem', 'UpdateItem'];
const TABLE = 'AWS::DynamoDB::GlobalTable';

/** The metrics of all tables: what each is asked for, the table it is about and what DynamoDB calls it. */
const UNITS = [
  ['metricCircuitReadUnits', 'circuitTable', 'ConsumedReadCapacityUnits'],
  ['metricCircuitWriteUnits', 'circuitTable', 'ConsumedWriteCapacityUnits'],
  ['metricRateLimitReadUnits', 'rateLimitTable', 'ConsumedReadCapacityUnits'],
  ['metricRateLimitWriteUnits', 'rateLimitTable', 'ConsumedWriteCapacityUnits'],
  ['metricBulkheadReadUnits', 'bulkheadTable', 'ConsumedReadCapacityUnits'],
  ['metricBulkheadWriteUnits', 'bulkheadTable', 'ConsumedWriteCapacityUnits'],
] as const;

const THROTTLES = [
  ['metricCircuitThrottles', 'circuitTable'],
  ['metricRateLimitThrottles', 'rateLimitTable'],
  ['metricBulkheadThrottles', 'bulkheadTable'],
] as const;

function alarmOn(stack: Stack, metric: cloudwatch.IMetric): Template {
  new cloudwatch.Alarm(stack, 'Alarm', { metric, threshold: 1, evaluationPeriods: 1 });
  return Template.fromStack(stack);
}

test.each(UNITS)('%s is that of the %s', (method, table, metricName) => {
  const stack = newStack();
  const tables = new ResilienceTables(stack, 'Tables');
  const template = alarmOn(stack, tables.metrics[method]({ period: Duration.minutes(1) }));
  template.resourceCountIs(TABLE, 1);
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'AWS/DynamoDB',
    MetricName: metricName,
    Dimensions: [{ Name: 'TableName', Value: stack.resolve(tables[table].tableName) }],
    Statistic: 'Sum',
    Period: 60,
  });
});

test.each(THROTTLES)('%s adds up the operations of the runtime on the %s', (method, table) => {
  const stack = newStack();
  const tables = new ResilienceTables(stack, 'Tables');
  const template = alarmOn(stack, tables.metrics[method]());
  const throttled = (operation: string) => ({
    MetricStat: {
      Metric: {
        MetricName: 'ThrottledRequests',
        Dimensions: [
          { Name: 'Operation', Value: operation },
          { Name: 'TableName', Value: stack.resolve(tables[table].tableName) },
        ],
      },
    },
  });
  const metrics = OPERATIONS.map((operation) => Match.objectLike(throttled(operation)));
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { Metrics: Match.arrayWith(metrics) });
});

test.each(['circuit', 'rateLimit', 'bulkhead'] as const)('the operations are those that the contract allows on the table of %s', (kind) => {
  expect(CONTRACT.tables[kind].actions).toEqual(OPERATIONS.map((operation) => `dynamodb:${operation}`));
});

test('tables that are imported have metrics as well', () => {
  const stack = newStack();
  const tables = ResilienceTables.fromTableNames(stack, 'Tables', { circuitTableName: 'circuits' });
  expect(tables.metrics.metricCircuitReadUnits().dimensions).toEqual({ TableName: 'circuits' });
  expect(messageOf(() => tables.metrics.metricRateLimitReadUnits())).toContain('rateLimitTable of Stack/Tables is not known');
});

test.each([...UNITS.map(([method, table]) => [method, table] as const), ...THROTTLES])('%s of a table that was not passed is refused', (method, table) => {
  expect(messageOf(() => new ResilienceTablesMetrics({})[method]())).toBe(
    `${table} is undefined: pass it to ResilienceTablesMetrics to have its metrics`,
  );
});
