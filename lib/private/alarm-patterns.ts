import { Duration } from 'aws-cdk-lib';
import type { AlarmDefinition } from './alarm-definition';
import { stateTablesOf } from './monitored-tables';

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);

/** Ten a second, in five minutes. */
const TEN_A_SECOND = 3000;

/** Not closed for two minutes. The gauge's maximum: the worst that any environment last saw. */
export const circuitOpen: AlarmDefinition = {
  kind: 'circuitOpen',
  id: 'CircuitOpen',
  defaults: { threshold: 1, period: MINUTE, evaluationPeriods: 2, datapointsToAlarm: 2 },
  subjects({ resilient, metrics }, period) {
    return resilient.circuitNames.map((name) => ({ name, says: `circuit ${name} is not closed`, metric: metrics.circuitState(name, { period }) }));
  },
};

/** Many failures under a circuit. */
export const circuitFailures: AlarmDefinition = {
  kind: 'circuitFailures',
  id: 'CircuitFailures',
  defaults: { threshold: TEN_A_SECOND, period: FIVE_MINUTES, evaluationPeriods: 1, datapointsToAlarm: 1 },
  subjects({ resilient, metrics }, period) {
    return resilient.circuitNames.map((name) => ({
      name,
      says: `many calls under circuit ${name} fail`,
      metric: metrics.circuitFailures(name, { period }),
    }));
  },
};

/** Many refusals of a rate limit. */
export const rateLimitRefused: AlarmDefinition = {
  kind: 'rateLimitRefused',
  id: 'RateLimitRefused',
  defaults: { threshold: TEN_A_SECOND, period: FIVE_MINUTES, evaluationPeriods: 1, datapointsToAlarm: 1 },
  subjects({ resilient, metrics }, period) {
    return resilient.rateLimitNames.map((name) => ({
      name,
      says: `rate limit ${name} refuses many calls`,
      metric: metrics.rateLimitRefused(name, { period }),
    }));
  },
};

/** A table does not answer this function. */
export const storeErrors: AlarmDefinition = {
  kind: 'storeErrors',
  id: 'StoreErrors',
  defaults: { threshold: 1, period: MINUTE, evaluationPeriods: 5, datapointsToAlarm: 3 },
  subjects({ resilient, metrics }, period) {
    return stateTablesOf(resilient).map(({ id, holds, table }) => ({
      name: id,
      says: `requests to the table of ${holds} fail, policies decide locally`,
      metric: metrics.storeErrors(table.tableName, { period }),
    }));
  },
};

/** DynamoDB throttles a table. Writes alone: nearly all requests are, and one metric needs no arithmetic on sparse data. */
export const storeThrottles: AlarmDefinition = {
  kind: 'storeThrottles',
  id: 'StoreThrottles',
  defaults: { threshold: 1, period: MINUTE, evaluationPeriods: 5, datapointsToAlarm: 3 },
  subjects({ resilient }, period) {
    return stateTablesOf(resilient).map(({ id, holds, table }) => ({
      name: id,
      says: `DynamoDB throttles writes to the table of ${holds}`,
      metric: table.metric('WriteThrottleEvents', { statistic: 'Sum', period }),
    }));
  },
};
