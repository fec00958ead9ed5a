import { join } from 'node:path';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ResilienceAlarms, ResilienceDashboard, ResilienceTables, ResilientFunction } from '../../lib';

/**
 * A shop: a checkout that calls payments through one circuit of the whole fleet, a search behind one limit, reports behind one
 * bulkhead, and quotes of a carrier that is called through a client.
 */
export class CheckoutStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const tables = new ResilienceTables(this, 'Tables');
    const checkout = new ResilientFunction(this, 'Checkout', {
      entry: join(__dirname, '..', 'checkout', 'handler.ts'),
      environment: { POWERTOOLS_SERVICE_NAME: 'checkout', PAYMENTS_URL: 'https://payments.example.com/charges' },
      tables,
      circuits: { payments: { openDuration: Duration.seconds(3) } },
    });
    const search = new ResilientFunction(this, 'Search', {
      entry: join(__dirname, '..', 'search', 'handler.ts'),
      environment: { POWERTOOLS_SERVICE_NAME: 'search' },
      tables,
      rateLimits: { search: { limits: [{ limit: 20, period: Duration.seconds(1) }] } },
    });
    const reports = new ResilientFunction(this, 'Reports', {
      entry: join(__dirname, '..', 'reports', 'handler.ts'),
      environment: { POWERTOOLS_SERVICE_NAME: 'reports' },
      tables,
      bulkheads: { reports: { inbound: true, maxConcurrent: 3, maxWait: Duration.millis(500) } },
      loadShedding: { maxEventAge: Duration.seconds(10), targetLatency: Duration.seconds(2) },
    });
    const quotes = new ResilientFunction(this, 'Quotes', {
      entry: join(__dirname, '..', 'quotes', 'handler.ts'),
      environment: { POWERTOOLS_SERVICE_NAME: 'quotes' },
      tables,
      requestTimeout: { timeout: Duration.seconds(1) },
      dependencies: {
        carrier: {
          endpoints: ['https://a.carrier.example.com', 'https://b.carrier.example.com', 'https://c.carrier.example.com'],
          timeout: Duration.millis(800),
          attemptTimeout: Duration.millis(250),
        },
      },
    });
    this.watch([checkout, search, reports, quotes]);
  }

  private watch(resilients: ResilientFunction[]): void {
    for (const fn of resilients) fn.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });

    // Without actions these alarms wake nobody.
    const watches = resilients.map((resilient) => new ResilienceAlarms(this, `${resilient.node.id}Alarms`, { resilient }));
    const alarms = watches.flatMap((watch) => [...(watch.composite ? [watch.composite] : []), ...watch.alarms]);
    new ResilienceDashboard(this, 'Dashboard', { resilients, alarms });
  }
}
