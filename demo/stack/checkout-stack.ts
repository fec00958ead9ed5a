import { join } from 'node:path';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ResilienceAlarms, ResilienceDashboard, ResilienceTables, ResilientFunction } from '../../lib';

/** A shop: a checkout that calls payments through one circuit of the whole fleet, and a search behind one limit of its own. */
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
    for (const fn of [checkout, search]) fn.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });

    // Without actions these alarms wake nobody.
    const watches = [
      new ResilienceAlarms(this, 'CheckoutAlarms', { resilient: checkout }),
      new ResilienceAlarms(this, 'SearchAlarms', { resilient: search }),
    ];
    const alarms = watches.flatMap((watch) => [...(watch.composite ? [watch.composite] : []), ...watch.alarms]);
    new ResilienceDashboard(this, 'Dashboard', { resilients: [checkout, search], alarms });
  }
}
