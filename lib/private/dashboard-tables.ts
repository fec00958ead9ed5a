import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { counted, graphs, type DashboardRow, type RowSubject } from './dashboard-row';
import type { StateTable } from './monitored-tables';

/** A row for each state table: what failed for this function, and once for all functions what the table itself says. */
export const tableRows: DashboardRow = (subject) =>
  subject.tables.map((table) => graphs(subject, errorsOf(subject, table), ...(subject.newTables.includes(table) ? figuresOf(table) : [])));

function errorsOf({ metrics }: RowSubject, { holds, table }: StateTable): cloudwatch.GraphWidgetProps {
  return { title: `Table of ${holds}: failed requests`, left: [counted(metrics.storeErrors(table.tableName), 'failed')] };
}

function figuresOf({ holds, table }: StateTable): cloudwatch.GraphWidgetProps[] {
  const sum = (name: string, label: string) => table.metric(name, { statistic: 'Sum', label });
  return [
    {
      title: `Table of ${holds}: units consumed`,
      left: [sum('ConsumedWriteCapacityUnits', 'write units'), sum('ConsumedReadCapacityUnits', 'read units')],
    },
    { title: `Table of ${holds}: throttled`, left: [sum('WriteThrottleEvents', 'writes'), sum('ReadThrottleEvents', 'reads')] },
    { title: `Table of ${holds}: latency inside DynamoDB (ms)`, left: [latencyOf(table, 'UpdateItem'), latencyOf(table, 'GetItem')] },
  ];
}

function latencyOf(table: StateTable['table'], operation: string): cloudwatch.Metric {
  const dimensionsMap = { TableName: table.tableName, Operation: operation };
  return table.metricSuccessfulRequestLatency({ dimensionsMap, statistic: 'Average', label: operation });
}
