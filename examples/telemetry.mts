import { middy, observability } from 'resilient-lambda-runtime';
import { activeTraceFields, createOpenTelemetrySink } from 'resilient-lambda-runtime/opentelemetry';

/** Metrics and traces go to whatever the OpenTelemetry SDK of the function is set up for, log lines still to CloudWatch. */
const observed = observability({
  service: 'orders',
  metrics: false,
  sinks: [createOpenTelemetrySink()],
  traceFields: activeTraceFields,
});

export const handler = middy()
  .use(observed)
  .handler(async () => ({ statusCode: 200, body: JSON.stringify(observed.statistics()) }));
