import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { ResilienceTables, ResilienceTablesGrants } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { newApp, newStack, onlyResource, stableTemplate, statementsOf } from './support';

const TABLE = 'AWS::DynamoDB::GlobalTable';

function roleIn(stack: Stack): iam.Role {
  return new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
}

describe('the circuit table', () => {
  test('has the key and the time to live of the contract, and is on demand', () => {
    const stack = newStack();
    new ResilienceTables(stack, 'Tables');
    const { partitionKey, timeToLiveAttribute } = CONTRACT.tables.circuit;
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
    new ResilienceTables(stack, 'Tables');
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
    new ResilienceTables(stack, 'Tables', {
      removalPolicy: RemovalPolicy.DESTROY,
      encryption: dynamodb.TableEncryptionV2.awsManagedKey(),
      pointInTimeRecovery: true,
      contributorInsights: true,
    });
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
    new ResilienceTables(stack, 'Tables');
    expect(stableTemplate(stack)).toMatchSnapshot();
  });
});

describe('grants.circuitState', () => {
  const actions = [...CONTRACT.tables.circuit.actions];

  test('allows the actions of the contract on the table and on nothing else', () => {
    const stack = newStack();
    const tables = new ResilienceTables(stack, 'Tables');
    tables.grants.circuitState(roleIn(stack)).assertSuccess();
    const arn = stack.resolve(tables.circuitTable.tableArn);
    expect(statementsOf(stack)).toEqual([{ Effect: 'Allow', Action: actions, Resource: arn }]);
  });

  test('includes a customer-managed key, without wildcards', () => {
    const stack = newStack({}, { env: { account: '111122223333', region: 'eu-west-1' } });
    const key = new kms.Key(stack, 'Key');
    const tables = new ResilienceTables(stack, 'Tables', { encryption: dynamodb.TableEncryptionV2.customerManagedKey(key) });
    tables.grants.circuitState(roleIn(stack));
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
    tables.grants.circuitState(roleIn(stack));
    const statements = statementsOf(stack);
    expect(statements).toEqual([
      { Effect: 'Allow', Action: actions, Resource: { 'Fn::ImportValue': expect.stringContaining('Shared') } },
    ]);
  });

  test('covers a table of the older kind, without its indexes', () => {
    const stack = newStack();
    const key = { name: CONTRACT.tables.circuit.partitionKey, type: dynamodb.AttributeType.STRING };
    const circuitTable = new dynamodb.Table(stack, 'Table', { partitionKey: key });
    circuitTable.addGlobalSecondaryIndex({ indexName: 'other', partitionKey: key });
    new ResilienceTablesGrants({ circuitTable }).circuitState(roleIn(stack));
    expect(statementsOf(stack)).toEqual([{ Effect: 'Allow', Action: actions, Resource: stack.resolve(circuitTable.tableArn) }]);
  });
});

describe('fromTableNames', () => {
  test('creates nothing and grants on the named table only', () => {
    const stack = newStack();
    const tables = ResilienceTables.fromTableNames(stack, 'Tables', { circuitTableName: 'circuits' });
    tables.grants.circuitState(roleIn(stack));
    Template.fromStack(stack).resourceCountIs(TABLE, 0);
    const [statement] = statementsOf(stack);
    const parts = ['arn:', { Ref: 'AWS::Partition' }, ':dynamodb:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':table/circuits'];
    expect(statement).toEqual({ Effect: 'Allow', Action: [...CONTRACT.tables.circuit.actions], Resource: { 'Fn::Join': ['', parts] } });
  });

  test('grants the use of the key it is told about', () => {
    const stack = newStack();
    const arn = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', arn);
    ResilienceTables.fromTableNames(stack, 'Tables', { circuitTableName: 'circuits', encryptionKey }).grants.circuitState(roleIn(stack));
    expect(statementsOf(stack).map(({ Resource }) => Resource)).toContain(arn);
  });
});

test('a property injector sets defaults for the tables', () => {
  const injector = {
    constructUniqueId: ResilienceTables.PROPERTY_INJECTION_ID,
    inject: (props: object) => ({ removalPolicy: RemovalPolicy.DESTROY, ...props }),
  };
  const stack = new Stack(newApp({}, { propertyInjectors: [injector] }), 'Stack');
  new ResilienceTables(stack, 'Tables');
  expect(onlyResource(Template.fromStack(stack), TABLE).DeletionPolicy).toBe('Delete');
});
