import { Token, Tokenization } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { gbSecondOn } from './dashboard-prices';
import { graphs, type DashboardRow, type RowSubject } from './dashboard-row';
import { memoryMbOf } from './monitored-function';
import type { StateTable } from './monitored-tables';

/** What the function and its tables cost, as an estimate at list prices. */
export const costRows: DashboardRow = (subject) => {
  const left = [...functionCost(subject), ...subject.newTables.map((table, index) => tableCost(subject, table, index))];
  return left.length === 0 ? [] : [graphs(subject, { title: 'Cost in USD a day, at the rate of the moment (estimate)', left, stacked: true })];
};

function functionCost({ resilient, settings: { prices } }: RowSubject): cloudwatch.MathExpression[] {
  const { protectedFunction: fn } = resilient;
  const memoryMb = memoryMbOf(fn);
  // Of an imported function the memory is not known, and without it there is little to estimate.
  if (memoryMb === undefined) return [];
  const gbSecond = prices.lambdaGbSecond ?? gbSecondOn(fn.architecture.name);
  const requests = `invocations * ${figure(prices.lambdaMillionRequests)} / 1000000`;
  const compute = `duration / 1000 * ${figure(memoryMb)} / 1024 * ${figure(gbSecond)}`;
  return [
    new cloudwatch.MathExpression({
      expression: `86400 / PERIOD(invocations) * (${requests} + ${compute})`,
      usingMetrics: { invocations: fn.metricInvocations(), duration: fn.metricDuration({ statistic: 'Sum' }) },
      label: 'function',
    }),
  ];
}

function tableCost({ settings: { prices } }: RowSubject, { holds, table }: StateTable, index: number): cloudwatch.MathExpression {
  const [writes, reads] = [`writes${index}`, `reads${index}`];
  const ofWrites = `FILL(${writes}, 0) * ${figure(prices.dynamoDbMillionWrites)}`;
  const ofReads = `FILL(${reads}, 0) * ${figure(prices.dynamoDbMillionReads)}`;
  return new cloudwatch.MathExpression({
    expression: `86400 / PERIOD(${writes}) * (${ofWrites} + ${ofReads}) / 1000000`,
    usingMetrics: {
      [writes]: table.metric('ConsumedWriteCapacityUnits', { statistic: 'Sum' }),
      [reads]: table.metric('ConsumedReadCapacityUnits', { statistic: 'Sum' }),
    },
    label: `table of ${holds}`,
  });
}

/** A number as expressions take it: CloudWatch documents no exponents, as JavaScript writes them for small numbers. */
function figure(value: number): string {
  if (Token.isUnresolved(value)) return Tokenization.stringifyNumber(value);
  const text = String(value);
  return text.includes('e') ? value.toFixed(15).replace(/0+$/, '') : text;
}
