import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';

/** The tables whose metrics `ResilienceTablesMetrics` gives. */
export interface ResilienceTablesMetricsProps {
  /**
   * The table that holds circuit state.
   *
   * @default - there are no metrics of circuit state
   */
  readonly circuitTable?: dynamodb.ITable;

  /**
   * The table that holds rate limits.
   *
   * @default - there are no metrics of rate limits
   */
  readonly rateLimitTable?: dynamodb.ITable;

  /**
   * The table that holds the slots of bulkheads.
   *
   * @default - there are no metrics of bulkheads
   */
  readonly bulkheadTable?: dynamodb.ITable;
}

/** What the runtime asks of the tables: DynamoDB counts throttled requests by operation only. */
const OPERATIONS = [dynamodb.Operation.GET_ITEM, dynamodb.Operation.UPDATE_ITEM];

/**
 * What the tables that hold resilience state consume and refuse, as their own metrics tell.
 *
 * Asking for a metric of a table creates it, if that is possible: ask for what is used.
 */
export class ResilienceTablesMetrics {
  private readonly tables: ResilienceTablesMetricsProps;

  /** @param props the tables */
  public constructor(props: ResilienceTablesMetricsProps) {
    // Kept whole and read only when a metric is asked for: a table may be created by being asked for.
    this.tables = props;
  }

  /**
   * Read units that circuits consumed, by default as a sum over 5 minutes.
   *
   * @param options how the metric is shown
   * @throws if there is no circuit table
   */
  public metricCircuitReadUnits(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.circuitTable.metricConsumedReadCapacityUnits(options);
  }

  /**
   * Write units that circuits consumed, by default as a sum over 5 minutes.
   *
   * @param options how the metric is shown
   * @throws if there is no circuit table
   */
  public metricCircuitWriteUnits(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.circuitTable.metricConsumedWriteCapacityUnits(options);
  }

  /**
   * Requests of circuits that DynamoDB throttled, by default as a sum over 5 minutes.
   *
   * @param options how the metric is shown
   * @throws if there is no circuit table
   */
  public metricCircuitThrottles(options?: cloudwatch.MetricOptions): cloudwatch.IMetric {
    return throttlesOf(this.circuitTable, options);
  }

  /**
   * Read units that rate limits consumed, by default as a sum over 5 minutes.
   *
   * @param options how the metric is shown
   * @throws if there is no rate-limit table
   */
  public metricRateLimitReadUnits(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.rateLimitTable.metricConsumedReadCapacityUnits(options);
  }

  /**
   * Write units that rate limits consumed, by default as a sum over 5 minutes.
   *
   * @param options how the metric is shown
   * @throws if there is no rate-limit table
   */
  public metricRateLimitWriteUnits(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.rateLimitTable.metricConsumedWriteCapacityUnits(options);
  }

  /**
   * Requests of rate limits that DynamoDB throttled, by default as a sum over 5 minutes.
   *
   * @param options how the metric is shown
   * @throws if there is no rate-limit table
   */
  public metricRateLimitThrottles(options?: cloudwatch.MetricOptions): cloudwatch.IMetric {
    return throttlesOf(this.rateLimitTable, options);
  }

  /**
   * Read units that bulkheads consumed, by default as a sum over 5 minutes.
   *
   * @param options how the metric is shown
   * @throws if there is no bulkhead table
   */
  public metricBulkheadReadUnits(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.bulkheadTable.metricConsumedReadCapacityUnits(options);
  }

  /**
   * Write units that bulkheads consumed, by default as a sum over 5 minutes.
   *
   * @param options how the metric is shown
   * @throws if there is no bulkhead table
   */
  public metricBulkheadWriteUnits(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.bulkheadTable.metricConsumedWriteCapacityUnits(options);
  }

  /**
   * Requests of bulkheads that DynamoDB throttled, by default as a sum over 5 minutes.
   *
   * @param options how the metric is shown
   * @throws if there is no bulkhead table
   */
  public metricBulkheadThrottles(options?: cloudwatch.MetricOptions): cloudwatch.IMetric {
    return throttlesOf(this.bulkheadTable, options);
  }

  private get circuitTable(): dynamodb.ITable {
    return this.tables.circuitTable ?? refuse('circuitTable');
  }

  private get rateLimitTable(): dynamodb.ITable {
    return this.tables.rateLimitTable ?? refuse('rateLimitTable');
  }

  private get bulkheadTable(): dynamodb.ITable {
    return this.tables.bulkheadTable ?? refuse('bulkheadTable');
  }
}

function throttlesOf(table: dynamodb.ITable, options?: cloudwatch.MetricOptions): cloudwatch.IMetric {
  return table.metricThrottledRequestsForOperations({ ...options, operations: OPERATIONS });
}

function refuse(table: string): never {
  throw new Error(`${table} is undefined: pass it to ResilienceTablesMetrics to have its metrics`);
}
