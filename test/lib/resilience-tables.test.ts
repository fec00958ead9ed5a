import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { ResilienceTables, ResilienceTablesGrants } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { messageOf, newApp, newStack, onlyResource, stableTemplate, statementsOf } from './support';

const TABLE = 'AWS::DynamoDB::GlobalTable';

function roleIn(stack: Stack): iam.Role {
  return new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
}

/** All tables: the property that asks for them, the grant and what the contract says of them. */
const KINDS = [
  { table: 'circuitTable', id: 'CircuitTable', grant: 'circuitState', contract: CONTRACT.tables.circuit },
  { table: 'rateLimitTable', id: 'RateLimitTable', grant: 'rateLimits', contract: CONTRACT.tables.rateLimit },
  { table: 'bulkheadTable', id: 'BulkheadTable', grant: 'bulkheads', contract: CONTRACT.tables.bulkhead },
] as const;

describe('the tables', () => {
  test('are created when they are first asked for, each once', () => {
    const stack = newStack();
    const tables = new ResilienceTables(stack, 'Tables');
    expect(tables.node.children).toEqual([]);
    expect(tables.rateLimitTable).toBe(tables.rateLimitTable);
    expect(tables.node.children.map(({ node }) => node.id)).toEqual(['RateLimitTable']);
    expect(tables.circuitTable).toBe(tables.circuitTable);
    expect(tables.bulkheadTable).toBe(tables.bulkheadTable);
    Template.fromStack(stack).resourceCountIs(TABLE, 3);
  });
});

describe.each(KINDS)('$table', ({ table, id, contract }) => {
  test('has the key and the time to live of the contract, and is on demand', () => {
    const stack = newStack();
    expect(new ResilienceTables(stack, 'Tables')[table].node.id).toBe(id);
    const { partitionKey, timeToLiveAttribute } = contract;
    Template.fromStack(stack).hasResourceProperties(TABLE, {
      KeySchema: [{ AttributeName: partitionKey, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: partitionKey, AttributeType: 'S' }],
      TimeToLiveSpecification: { AttributeName: timeToLiveAttribute, Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      TableName: Match.absent(),
    });
  });

  test('by default is retained, encrypted with the key DynamoDB owns, and has no extras', () => {
    const stack = newStack();
    expect(new ResilienceTables(stack, 'Tables')[table]).toBeDefined();
    const template = Template.fromStack(stack);
    template.hasResource(TABLE, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    template.hasResourceProperties(TABLE, {
      SSESpecification: { SSEEnabled: false },
      Replicas: [
        {
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
          ContributorInsightsSpecification: { Enabled: false },
        },
      ],
    });
  });

  test('takes removal policy, encryption, point-in-time recovery and contributor insights', () => {
    const stack = newStack();
    const tables = new ResilienceTables(stack, 'Tables', {
      removalPolicy: RemovalPolicy.DESTROY,
      encryption: dynamodb.TableEncryptionV2.awsManagedKey(),
      pointInTimeRecovery: true,
      contributorInsights: true,
    });
    expect(tables[table]).toBeDefined();
    const template = Template.fromStack(stack);
    template.hasResource(TABLE, { DeletionPolicy: 'Delete' });
    template.hasResourceProperties(TABLE, {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      Replicas: [
        {
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          ContributorInsightsSpecification: { Enabled: true, Mode: 'THROTTLED_KEYS' },
        },
      ],
    });
  });

  test('keeps its template', () => {
    const stack = newStack();
    expect(new ResilienceTables(stack, 'Tables')[table]).toBeDefined();
    expect(stableTemplate(stack)).toMatchSnapshot();
  });
});

describe.each(KINDS)('grants.$grant', ({ table, grant, contract }) => {
  const actions = [...contract.actions];

  test('allows the actions of the contract on the table and on nothing else', () => {
    const stack = newStack();
    const tables = new ResilienceTables(stack, 'Tables');
    tables.grants[grant](roleIn(stack)).assertSuccess();
    const arn = stack.resolve(tables[table].tableArn);
    expect(statementsOf(stack)).toEqual([{ Effect: 'Allow', Action: actions, Resource: arn }]);
  });

  test('includes a customer-managed key, without wildcards', () => {
    const stack = newStack({}, { env: { account: '111122223333', region: 'eu-west-1' } });
    const key = new kms.Key(stack, 'Key');
    const tables = new ResilienceTables(stack, 'Tables', { encryption: dynamodb.TableEncryptionV2.customerManagedKey(key) });
    tables.grants[grant](roleIn(stack));
    const statements = statementsOf(stack);
    expect(statements).toHaveLength(2);
    expect(statements[1]).toMatchObject({ Resource: stack.resolve(key.keyArn) });
    expect(statements[1]?.Action).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:Encrypt']));
    expect(JSON.stringify(statements)).not.toContain('*');
  });

  test('works in another stack, where the table is a cross-stack reference', () => {
    const app = newApp();
    const tables = new ResilienceTables(new Stack(app, 'Shared'), 'Tables');
    const stack = new Stack(app, 'Consumer');
    tables.grants[grant](roleIn(stack));
    const statements = statementsOf(stack);
    expect(statements).toEqual([
      { Effect: 'Allow', Action: actions, Resource: { 'Fn::ImportValue': expect.stringContaining('Shared') } },
    ]);
  });

  test('covers a table of the older kind, without its indexes', () => {
    const stack = newStack();
    const key = { name: contract.partitionKey, type: dynamodb.AttributeType.STRING };
    const older = new dynamodb.Table(stack, 'Table', { partitionKey: key });
    older.addGlobalSecondaryIndex({ indexName: 'other', partitionKey: key });
    new ResilienceTablesGrants({ [table]: older })[grant](roleIn(stack));
    expect(statementsOf(stack)).toEqual([{ Effect: 'Allow', Action: actions, Resource: stack.resolve(older.tableArn) }]);
  });

  test('refuses a table that it was not given', () => {
    expect(messageOf(() => new ResilienceTablesGrants({})[grant](roleIn(newStack())))).toBe(
      `${table} is undefined: pass it to ResilienceTablesGrants to grant permissions on it`,
    );
  });

  test('creates no other table', () => {
    const stack = newStack();
    new ResilienceTables(stack, 'Tables').grants[grant](roleIn(stack));
    Template.fromStack(stack).resourceCountIs(TABLE, 1);
  });
});

describe('fromTableNames', () => {
  test.each(KINDS)('creates nothing and grants on the named $table only', ({ table, grant, contract }) => {
    const stack = newStack();
    const tables = ResilienceTables.fromTableNames(stack, 'Tables', { [`${table}Name`]: 'mine' });
    tables.grants[grant](roleIn(stack));
    Template.fromStack(stack).resourceCountIs(TABLE, 0);
    const parts = ['arn:', { Ref: 'AWS::Partition' }, ':dynamodb:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':table/mine'];
    expect(statementsOf(stack)).toEqual([{ Effect: 'Allow', Action: [...contract.actions], Resource: { 'Fn::Join': ['', parts] } }]);
  });

  test.each(KINDS)('grants the use of the key of the $table it is told about', ({ table, grant }) => {
    const stack = newStack();
    const arn = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', arn);
    ResilienceTables.fromTableNames(stack, 'Tables', { [`${table}Name`]: 'mine', encryptionKey }).grants[grant](roleIn(stack));
    expect(statementsOf(stack).map(({ Resource }) => Resource)).toContain(arn);
  });

  test('takes all names', () => {
    const names = { circuitTableName: 'circuits', rateLimitTableName: 'limits', bulkheadTableName: 'slots' };
    const tables = ResilienceTables.fromTableNames(newStack(), 'Tables', names);
    expect([tables.circuitTable, tables.rateLimitTable, tables.bulkheadTable].map(({ tableName }) => tableName)).toEqual(['circuits', 'limits', 'slots']);
  });

  test.each([
    ['circuitTable', 'circuitState', { rateLimitTableName: 'limits' }],
    ['rateLimitTable', 'rateLimits', { circuitTableName: 'circuits' }],
    ['bulkheadTable', 'bulkheads', { circuitTableName: 'circuits' }],
  ] as const)('without a name for the %s, neither that table nor a grant on it', (table, grant, names) => {
    const stack = newStack();
    const tables = ResilienceTables.fromTableNames(stack, 'Tables', names);
    const problem = `${table} of Stack/Tables is not known: set ${table}Name in fromTableNames`;
    expect(messageOf(() => tables[table])).toBe(problem);
    expect(messageOf(() => tables.grants[grant](roleIn(stack)))).toBe(problem);
  });

  test.each([{}, { circuitTableName: '' }])('refuses to import nothing: %p', (names) => {
    expect(messageOf(() => ResilienceTables.fromTableNames(newStack(), 'Tables', names))).toBe(
      'fromTableNames for Stack/Tables has no name: set at least one of circuitTableName, rateLimitTableName and bulkheadTableName',
    );
  });
});

test('a property injector sets defaults for the tables', () => {
  const injector = {
    constructUniqueId: ResilienceTables.PROPERTY_INJECTION_ID,
    inject: (props: object) => ({ removalPolicy: RemovalPolicy.DESTROY, ...props }),
  };
  const stack = new Stack(newApp({}, { propertyInjectors: [injector] }), 'Stack');
  expect(new ResilienceTables(stack, 'Tables').circuitTable).toBeDefined();
  expect(onlyResource(Template.fromStack(stack), TABLE).DeletionPolicy).toBe('Delete');
});
