import { join } from 'node:path';
import { Aws, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { HttpNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import {
  BulkheadPresets,
  CircuitPresets,
  DependencyProfile,
  LoadSheddingPresets,
  RateLimitKeyPart,
  ReportLevel,
  ResilienceAlarms,
  ResilienceDashboard,
  ResilienceTables,
  ResilientFunction,
  RetryPresets,
  type DependencyOptions,
} from '../lib';

/**
 * One function with all that the library has: circuits, limits, bulkheads, dependencies, a timeout, retries, load shedding,
 * observability, a canary, alarms and a dashboard.
 */
export class EverythingStack extends Stack {
  /** The function. */
  readonly fn: ResilientFunction;

  /** What is called. */
  readonly alias: lambda.Alias;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const lost = new Queue(this, 'Lost', { enforceSSL: true, retentionPeriod: Duration.days(14) });
    Validations.of(lost).acknowledge({ id: 'Serverless-SQSRedrivePolicy', reason: 'It is itself the queue of what could not be processed.' });
    this.fn = this.protect(lost);
    this.alias = this.fn.liveAlias!;

    const { alarms, composite, errorRate, functionErrors } = new ResilienceAlarms(this, 'Alarms', {
      resilient: this.fn,
      actions: [new SnsAction(new Topic(this, 'OnCall', { enforceSSL: true }))],
      healthChecks: ['payments'],
    });
    this.fn.addRollbackAlarm(errorRate!, functionErrors!);
    new ResilienceDashboard(this, 'Dashboard', { resilients: [this.fn], alarms: [composite!, ...alarms], detailed: true });
  }

  private protect(lost: Queue): ResilientFunction {
    return new ResilientFunction(this, 'Function', {
      entry: join(__dirname, 'handlers', 'everything.mts'),
      environment: { POWERTOOLS_SERVICE_NAME: 'integ-everything' },
      deadLetterQueue: lost,
      tables: new ResilienceTables(this, 'Tables', { removalPolicy: RemovalPolicy.DESTROY }),
      circuits: { payments: { failureThreshold: 1 }, stock: { perTenant: true, slowCallDuration: Duration.seconds(2) } },
      rateLimits: {
        api: { by: [RateLimitKeyPart.TENANT], limits: [{ limit: 100, period: Duration.seconds(1) }] },
        mails: { limits: [{ limit: 14, period: Duration.seconds(1) }], inbound: false },
      },
      bulkheads: { requests: BulkheadPresets.inbound(), stock: BulkheadPresets.perTenant({ acme: 5 }) },
      dependencies: this.called(),
      requestTimeout: { timeout: Duration.seconds(20), operationTimeouts: { 'GET /report': Duration.seconds(25) } },
      // What fails in a way that nobody knows, as the outage of the test does, is not tried again.
      retry: { maxAttempts: 2, totalTimeout: Duration.seconds(20) },
      // Measured and reported, but nothing is refused: a cold start alone may look like load, and the test counts on its answers.
      loadShedding: LoadSheddingPresets.priority({ high: 0.5 }, { dryRun: true }),
      observability: { level: ReportLevel.DETAILED, sampleRate: 0.1 },
      canary: {},
    });
  }

  /** One at a fixed address, one at several, and one whose instances are looked up. */
  private called(): Record<string, DependencyOptions> {
    const catalog = new HttpNamespace(this, 'Namespace', { name: `catalog-${Aws.STACK_NAME}` }).createService('Catalog');
    return {
      billing: {
        baseUrl: 'https://billing.example.com/v1',
        timeout: Duration.seconds(8),
        attemptTimeout: Duration.seconds(3),
        retry: RetryPresets.transientErrors(),
        circuit: CircuitPresets.aggressive(),
        bulkhead: { maxConcurrent: 20 },
      },
      rates: { endpoints: ['https://rates-a.example.com', 'https://rates-b.example.com'], hedgeAfterQuantile: 0.95, timeout: Duration.seconds(2) },
      catalog: { cloudMap: { service: catalog, path: '/v1' }, profile: DependencyProfile.NON_CRITICAL, timeout: Duration.seconds(1), staleIfError: Duration.minutes(5) },
    };
  }
}
