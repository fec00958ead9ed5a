import { dependencyErrorRate, retryExhausted, timeoutRate } from './alarm-calls';
import type { AlarmDefinition } from './alarm-definition';
import { bulkheadRefused, circuitFailures, circuitOpen, loadShedding, rateLimitRefused, storeErrors, storeThrottles } from './alarm-patterns';
import { deadLetters, errorRate, functionErrors, functionThrottles, latency } from './alarm-requests';
import { healthAnswers, healthCheckFailures, observabilityErrors } from './alarm-signals';

/** Every kind of alarm. A pattern is one entry, or several. */
export const ALARMS: readonly AlarmDefinition[] = [
  circuitOpen,
  circuitFailures,
  rateLimitRefused,
  bulkheadRefused,
  loadShedding,
  timeoutRate,
  retryExhausted,
  dependencyErrorRate,
  storeErrors,
  storeThrottles,
  errorRate,
  latency,
  functionErrors,
  functionThrottles,
  deadLetters,
  healthCheckFailures,
  healthAnswers,
  observabilityErrors,
];
