import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ResilienceTables, ResilientFunction } from '../../lib';

/**
 * A shop of two functions: a checkout that calls a payments service over HTTP, protected by one circuit that all of its
 * environments share, and a search behind one limit that all of its environments keep together.
 */
export class CheckoutStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    // State of the last minutes: nothing to keep when the example is taken down.
    const tables = new ResilienceTables(this, 'Tables', { removalPolicy: RemovalPolicy.DESTROY });

    const checkout = new ResilientFunction(this, 'Checkout', {
      entry: join(__dirname, '..', 'checkout', 'handler.ts'),
      environment: {
        PAYMENTS_URL: 'https://payments.example.com/charges',
        POWERTOOLS_SERVICE_NAME: 'checkout',
        POWERTOOLS_METRICS_NAMESPACE: 'ResilientLambda',
      },
      tables,
      circuits: {
        payments: { openDuration: Duration.seconds(3) },
      },
    });

    const search = new ResilientFunction(this, 'Search', {
      entry: join(__dirname, '..', 'search', 'handler.ts'),
      environment: {
        POWERTOOLS_SERVICE_NAME: 'search',
        POWERTOOLS_METRICS_NAMESPACE: 'ResilientLambda',
      },
      tables,
      rateLimits: {
        search: { limits: [{ limit: 20, period: Duration.seconds(1) }] },
      },
    });

    for (const fn of [checkout, search]) fn.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
  }
}
