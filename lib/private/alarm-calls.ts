import { Duration } from 'aws-cdk-lib';
import type { AlarmDefinition } from './alarm-definition';
import { MINIMUM_REQUESTS, SOON, percent } from './alarm-requests';
import { boundsTime } from './monitored-names';

/** Much takes too long. Calls and attempts count as well, of which a request may have several. */
export const timeoutRate: AlarmDefinition = {
  kind: 'timeoutRate',
  id: 'TimeoutRate',
  defaults: { threshold: 5, ...SOON },
  subjects({ resilient, metrics, settings }, period) {
    if (!boundsTime(resilient)) return [];
    const minimum = settings.timeoutRate?.minimumRequests ?? MINIMUM_REQUESTS;
    return [{ name: '', says: 'too much takes too long', metric: percent(metrics.timeoutExpired(), metrics.requests(), minimum, period) }];
  },
};

/** Trying again does not help. */
export const retryExhausted: AlarmDefinition = {
  kind: 'retryExhausted',
  id: 'RetryExhausted',
  defaults: { threshold: 10, period: Duration.minutes(5), evaluationPeriods: 1, datapointsToAlarm: 1 },
  subjects({ resilient, metrics, settings }, period) {
    const minimum = settings.retryExhausted?.minimumRequests ?? MINIMUM_REQUESTS;
    return resilient.retryNames.map((name) => ({
      name,
      says: `retries of ${name} end in failure`,
      metric: percent(metrics.retryExhausted(name), metrics.retryAttempts(name), minimum, period),
    }));
  },
};

/** A share of the calls to a dependency that failed. */
export const dependencyErrorRate: AlarmDefinition = {
  kind: 'dependencyErrorRate',
  id: 'DependencyErrorRate',
  defaults: { threshold: 10, ...SOON },
  subjects({ resilient, metrics, settings }, period) {
    const minimum = settings.dependencyErrorRate?.minimumRequests ?? MINIMUM_REQUESTS;
    return resilient.dependencyNames.map((name) => ({
      name,
      says: `too many calls to ${name} fail`,
      metric: percent(metrics.clientErrors(name), metrics.clientRequests(name), minimum, period),
    }));
  },
};
