import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { CheckoutStack } from '../../demo/stack/checkout-stack';
import { CONTRACT } from '../../lib/private/contract';
import { BULKHEAD_TABLE, CIRCUIT_TABLE, CONFIGURATION, newApp, RATE_LIMIT_TABLE, RECOMMENDED_FLAGS, type Statement } from './support';

const newStack = () => new CheckoutStack(newApp(RECOMMENDED_FLAGS), 'Checkout');

test('the stack of the demo has no finding of AwsSolutions that is not acknowledged with a reason', () => {
  const stack = newStack();
  expect(new AwsSolutionsChecks().validateScope(stack.node.root).violations).toEqual([]);
});

/** What a function of the stack is given: its configuration, and the tables that it may use and knows by name. */
interface Connection {
  readonly configuration: object;
  readonly variable: string;
  readonly table: RegExp;
  readonly actions: readonly string[];
}

const { circuit: CIRCUITS, rateLimit: RATE_LIMITS, bulkhead: BULKHEADS } = CONTRACT.tables;

test.each<[string, Connection]>([
  [
    'Checkout',
    {
      configuration: { version: 1, circuits: { payments: { openDurationMs: 3000 } } },
      variable: CIRCUIT_TABLE,
      table: /CircuitTable/,
      actions: CIRCUITS.actions,
    },
  ],
  [
    'Search',
    {
      configuration: { version: 1, limits: { search: { limits: [{ limit: 20, periodMs: 1000 }] } } },
      variable: RATE_LIMIT_TABLE,
      table: /RateLimitTable/,
      actions: RATE_LIMITS.actions,
    },
  ],
  [
    'Reports',
    {
      configuration: {
        version: 1,
        bulkheads: { reports: { inbound: true, maxConcurrent: 3, maxWaitMs: 500 } },
        loadShedding: { targetLatencyMs: 2000, maxEventAgeMs: 10_000 },
      },
      variable: BULKHEAD_TABLE,
      table: /BulkheadTable/,
      actions: BULKHEADS.actions,
    },
  ],
  [
    'Quotes',
    {
      configuration: {
        version: 1,
        circuits: { carrier: {} },
        bulkheads: { carrier: { shared: false } },
        dependencies: {
          carrier: {
            endpoints: ['a', 'b', 'c'].map((each) => `https://${each}.carrier.example.com`),
            timeoutMs: 800,
            attemptTimeoutMs: 250,
            circuit: 'carrier',
            bulkhead: 'carrier',
          },
        },
        timeout: { timeoutMs: 1000 },
      },
      variable: CIRCUIT_TABLE,
      table: /CircuitTable/,
      actions: CIRCUITS.actions,
    },
  ],
])('%s may use the items of its table and nothing else', (id, { configuration, variable, table, actions }) => {
  const template = Template.fromStack(newStack());
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: { [CONFIGURATION]: Match.serializedJson(configuration), [variable]: { Ref: Match.stringLikeRegexp(table.source) } },
    },
  });
  const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([logicalId]) => logicalId.startsWith(id));
  const statements = policies.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[]);
  expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
  const onTables = statements.filter(({ Action }) => [Action].flat().some((action) => action.startsWith('dynamodb:')));
  expect(onTables).toHaveLength(1);
  expect([onTables[0]?.Action].flat()).toEqual([...actions]);
  expect(onTables[0]?.Resource).toEqual({ 'Fn::GetAtt': [expect.stringMatching(table), 'Arn'] });
});

test('the stack of the demo has one table for circuits, one for limits and one for bulkheads, all with TTL', () => {
  const tables = Object.values(Template.fromStack(newStack()).findResources('AWS::DynamoDB::GlobalTable'));
  expect(tables.map(({ Properties }): unknown => Properties.TimeToLiveSpecification)).toEqual(
    [CIRCUITS, RATE_LIMITS, BULKHEADS].map(({ timeToLiveAttribute }) => ({ AttributeName: timeToLiveAttribute, Enabled: true })),
  );
});
