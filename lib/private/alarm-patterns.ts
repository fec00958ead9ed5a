import { Duration } from 'aws-cdk-lib';
import type { AlarmDefinition } from './alarm-definition';
import { stateTablesOf } from './monitored-tables';

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);

/** Ten a second, in five minutes. */
const TEN_A_SECOND = 3000;

/** Five a second, in five minutes. */
const FIVE_A_SECOND = 1500;

/** As a share: one that is lower is as good as none. */
const ONE_IN_A_HUNDRED = 0.01;

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

/** Many refusals of a bulkhead. */
export const bulkheadRefused: AlarmDefinition = {
  kind: 'bulkheadRefused',
  id: 'BulkheadRefused',
  defaults: { threshold: FIVE_A_SECOND, period: FIVE_MINUTES, evaluationPeriods: 1, datapointsToAlarm: 1 },
  subjects({ resilient, metrics }, period) {
    return resilient.bulkheadNames.map((name) => ({
      name,
      says: `bulkhead ${name} refuses many calls`,
      metric: metrics.bulkheadRefused(name, { period }),
    }));
  },
};

/** Requests are shed, and not for a moment only. The gauge's maximum: what the environment with the most load sheds. */
export const loadShedding: AlarmDefinition = {
  kind: 'loadShedding',
  id: 'LoadShedding',
  defaults: { threshold: ONE_IN_A_HUNDRED, period: MINUTE, evaluationPeriods: 5, datapointsToAlarm: 3 },
  subjects({ resilient, metrics }, period) {
    if (!resilient.shedsLoad) return [];
    return [{ name: '', says: 'requests are shed because of the load', metric: metrics.sheddingRate({ period }) }];
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
