import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ResilienceTables, ResilientFunction } from '../../lib';

/** A checkout that calls a payments service over HTTP, protected by one circuit that all of its environments share. */
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

    checkout.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
  }
}
