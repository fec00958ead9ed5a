import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmDefinition } from './alarm-definition';

const A_FEW_MINUTES = { period: Duration.minutes(1), evaluationPeriods: 5, datapointsToAlarm: 3 };

/** Endpoints about which probers ask; of `live` nothing can be bad but its absence, and `detail` tells the same as `health`. */
const PROBED = ['health', 'ready'];

/** A check of a dependency fails. */
export const healthCheckFailures: AlarmDefinition = {
  kind: 'healthCheckFailures',
  id: 'HealthCheckFailures',
  defaults: { threshold: 1, ...A_FEW_MINUTES },
  subjects({ metrics, healthChecks }, period) {
    return healthChecks.map((name) => ({ name, says: `health check ${name} fails`, metric: metrics.healthCheckFailures(name, { period }) }));
  },
};

/** The function says of itself that it is not well. */
export const healthAnswers: AlarmDefinition = {
  kind: 'healthAnswers',
  id: 'HealthAnswers',
  defaults: { threshold: 1, ...A_FEW_MINUTES },
  subjects({ metrics, healthChecks, settings }, period) {
    if (healthChecks.length === 0 && settings.healthAnswers === undefined) return [];
    const usingMetrics = Object.fromEntries(PROBED.map((endpoint) => [endpoint, metrics.healthAnswersNotOk(endpoint)]));
    // Each of the two may be missing. A minute that is not there yet becomes a good one, which three of five allow for.
    const expression = PROBED.map((endpoint) => `FILL(${endpoint}, 0)`).join(' + ');
    const metric = new cloudwatch.MathExpression({ expression, usingMetrics, period, label: 'answered with 503' });
    return [{ name: '', says: 'health requests are answered with 503', metric }];
  },
};

/** The reporting itself fails. */
export const observabilityErrors: AlarmDefinition = {
  kind: 'observabilityErrors',
  id: 'ObservabilityErrors',
  defaults: { threshold: 1, period: Duration.minutes(5), evaluationPeriods: 3, datapointsToAlarm: 2 },
  subjects({ metrics }, period) {
    return [{ name: '', says: 'sinks, extractors or callbacks of the observability fail', metric: metrics.observabilityErrors({ period }) }];
  },
};
