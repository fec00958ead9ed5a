import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import { ResilienceTables, ResilientFunction, type ResilientFunctionProps } from '../../lib';
import {
  BULKHEAD_TABLE,
  CIRCUIT_TABLE,
  INLINE,
  RATE_LIMIT_TABLE,
  configurationOf,
  dynamoStatementsOf,
  messageOf,
  newApp,
  newStack,
  statementsOf,
} from './support';

const FUNCTION = 'AWS::Lambda::Function';
const TABLE = 'AWS::DynamoDB::GlobalTable';
const API = { limits: [{ limit: 100, period: Duration.minutes(1) }] };
const IN_EUROPE = { env: { account: '111122223333', region: 'eu-west-1' } };

const make = (stack: Stack, props: Partial<ResilientFunctionProps>, id = 'Fn') => new ResilientFunction(stack, id, { ...INLINE, ...props });

/** What a function has of all tables: ids of the tables in the template, variables of the function. */
function connectionsOf(stack: Stack): { tables: string[]; variables: string[] } {
  const template = Template.fromStack(stack);
  const [fn] = Object.values(template.findResources(FUNCTION));
  const variables = Object.keys((fn!['Properties'] as { Environment?: { Variables: object } }).Environment?.Variables ?? {});
  const tables = Object.keys(template.findResources(TABLE)).map((id) => /(Circuit|RateLimit|Bulkhead)Table/.exec(id)![0]);
  return { tables: tables.sort(), variables: variables.filter((name) => name.endsWith('_TABLE')).sort() };
}

describe.each([
  ['the own tables of the function', () => ({})],
  ['tables passed in', (stack: Stack) => ({ tables: new ResilienceTables(stack, 'Shared') })],
])('%s', (_which, tables) => {
  test.each<[string, Partial<ResilientFunctionProps>, string[], string[]]>([
    ['circuits only', { circuits: { payments: {} } }, ['CircuitTable'], [CIRCUIT_TABLE]],
    ['rate limits only', { rateLimits: { api: API } }, ['RateLimitTable'], [RATE_LIMIT_TABLE]],
    ['both', { circuits: { payments: {} }, rateLimits: { api: API } }, ['CircuitTable', 'RateLimitTable'], [CIRCUIT_TABLE, RATE_LIMIT_TABLE]],
    ['bulkheads only', { bulkheads: { stock: {} } }, ['BulkheadTable'], [BULKHEAD_TABLE]],
    [
      'all three',
      { circuits: { payments: {} }, rateLimits: { api: API }, bulkheads: { stock: {} } },
      ['BulkheadTable', 'CircuitTable', 'RateLimitTable'],
      [BULKHEAD_TABLE, CIRCUIT_TABLE, RATE_LIMIT_TABLE],
    ],
    ['a bulkhead that is not shared', { bulkheads: { stock: { shared: false } } }, [], []],
    ['a bulkhead that is switched off', { bulkheads: { stock: { enabled: false } } }, [], []],
    ['load shedding', { loadShedding: {} }, [], []],
    ['a rate limit that is not shared', { rateLimits: { api: { ...API, shared: false } } }, [], []],
    ['a rate limit that is switched off', { rateLimits: { api: { ...API, enabled: false } } }, [], []],
    ['a shared circuit and a local rate limit', { circuits: { payments: {} }, rateLimits: { api: { ...API, shared: false } } }, ['CircuitTable'], [CIRCUIT_TABLE]],
  ])('for %s: only the tables that are needed', (_what, props, ids, variables) => {
    const stack = newStack();
    make(stack, { ...tables(stack), ...props });
    expect(connectionsOf(stack)).toEqual({ tables: ids, variables });
    expect(dynamoStatementsOf(stack)).toHaveLength(ids.length);
  });
});

test.each<['rateLimitTable' | 'bulkheadTable', string, Partial<ResilientFunctionProps>]>([
  ['rateLimitTable', RATE_LIMIT_TABLE, { rateLimits: { api: API } }],
  ['bulkheadTable', BULKHEAD_TABLE, { bulkheads: { stock: {} } }],
])('the function gets the name of the %s, and exactly two actions on exactly that table', (table, variable, props) => {
  const stack = newStack();
  const fn = make(stack, props);
  const template = Template.fromStack(stack);
  const [tableId] = Object.keys(template.findResources(TABLE));
  template.hasResourceProperties(FUNCTION, { Environment: { Variables: { [variable]: { Ref: tableId } } } });
  const arn = stack.resolve(fn.tables?.[table].tableArn);
  expect(dynamoStatementsOf(stack)).toEqual([{ Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], Resource: arn }]);
  expect(statementsOf(stack).flatMap(({ Action }) => Action).join()).not.toContain('*');
});

test('addRateLimit creates the table on demand, once', () => {
  const stack = newStack();
  const fn = make(stack, { rateLimits: { local: { ...API, shared: false } } });
  expect(fn.tables).toBeUndefined();
  fn.addRateLimit('api', API).addRateLimit('login', API);
  expect(fn.tables?.node.id).toBe('Tables');
  expect(connectionsOf(stack)).toEqual({ tables: ['RateLimitTable'], variables: [RATE_LIMIT_TABLE] });
  expect(dynamoStatementsOf(stack)).toHaveLength(1);
});

test('addBulkhead creates the table on demand, once', () => {
  const stack = newStack();
  const fn = make(stack, { bulkheads: { local: { shared: false } } });
  expect(fn.tables).toBeUndefined();
  fn.addBulkhead('stock').addBulkhead('mails');
  expect(connectionsOf(stack)).toEqual({ tables: ['BulkheadTable'], variables: [BULKHEAD_TABLE] });
  expect(dynamoStatementsOf(stack)).toHaveLength(1);
});

test('two functions share one table, and one of them a second one', () => {
  const stack = newStack();
  const tables = new ResilienceTables(stack, 'Shared', { removalPolicy: RemovalPolicy.DESTROY });
  make(stack, { tables, rateLimits: { api: API } }, 'One');
  make(stack, { tables, rateLimits: { api: API }, circuits: { payments: {} } }, 'Two');
  const template = Template.fromStack(stack);
  template.resourceCountIs(TABLE, 2);
  template.allResources(TABLE, { DeletionPolicy: 'Delete' });
});

test('functions in other stacks create the table where the tables are', () => {
  const app = newApp();
  const shared = new Stack(app, 'Shared');
  const tables = new ResilienceTables(shared, 'Tables');
  const stack = new Stack(app, 'Consumer');
  make(stack, { tables, rateLimits: { api: API } });
  Template.fromStack(shared).resourceCountIs(TABLE, 1);
  const template = Template.fromStack(stack);
  template.resourceCountIs(TABLE, 0);
  const name = { 'Fn::ImportValue': Match.stringLikeRegexp('Shared.*RateLimitTable') };
  template.hasResourceProperties(FUNCTION, { Environment: { Variables: { [RATE_LIMIT_TABLE]: name } } });
});

test('the key of the tables is granted with the rate-limit table', () => {
  const stack = new Stack(newApp(), 'Stack', IN_EUROPE);
  const key = new kms.Key(stack, 'Key');
  const tables = new ResilienceTables(stack, 'Shared', { encryption: dynamodb.TableEncryptionV2.customerManagedKey(key) });
  make(stack, { tables, rateLimits: { api: API } });
  const onKey = statementsOf(stack).filter(({ Resource }) => JSON.stringify(Resource) === JSON.stringify(stack.resolve(key.keyArn)));
  expect(onKey.flatMap(({ Action }) => Action)).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:Encrypt']));
});

describe('imported tables', () => {
  test('are known by name', () => {
    const stack = newStack();
    const tables = ResilienceTables.fromTableNames(stack, 'Imported', { rateLimitTableName: 'limits' });
    make(stack, { tables, rateLimits: { api: API } });
    Template.fromStack(stack).hasResourceProperties(FUNCTION, { Environment: { Variables: { [RATE_LIMIT_TABLE]: 'limits' } } });
  });

  test.each<[string, object, Partial<ResilientFunctionProps>]>([
    ['rateLimitTable', { circuitTableName: 'circuits', bulkheadTableName: 'slots' }, { rateLimits: { api: API } }],
    ['circuitTable', { rateLimitTableName: 'limits', bulkheadTableName: 'slots' }, { circuits: { payments: {} } }],
    ['bulkheadTable', { circuitTableName: 'circuits', rateLimitTableName: 'limits' }, { bulkheads: { stock: {} } }],
  ])('without the %s are refused by a function that needs it, and by no other', (table, names, props) => {
    const stack = newStack();
    const tables = ResilienceTables.fromTableNames(stack, 'Imported', names);
    const problem = `${table} of Stack/Imported is not known: set ${table}Name in fromTableNames`;
    expect(messageOf(() => make(stack, { tables, ...props }))).toBe(problem);
    const fn = make(stack, { tables }, 'Later');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const declareAll = () => fn.addRateLimit(`api${attempt}`, API).addCircuit(`payments${attempt}`).addBulkhead(`stock${attempt}`);
      expect(messageOf(declareAll)).toBe(problem);
    }
  });

  test('lose nothing by what is refused for want of a table: it is not declared', () => {
    const stack = newStack();
    const fn = make(stack, { tables: ResilienceTables.fromTableNames(stack, 'Imported', { rateLimitTableName: 'limits' }) });
    expect(messageOf(() => fn.addCircuit('payments'))).toContain('circuitTable of Stack/Imported is not known');
    fn.addRateLimit('api', API).addCircuit('payments', { shared: false });
    expect(configurationOf(stack)).toMatchObject({ circuits: { payments: { shared: false } }, limits: { api: {} } });
  });
});

test('a table in another region, where the runtime would not find it, is refused', () => {
  const app = newApp();
  const tables = new ResilienceTables(new Stack(app, 'Shared', { ...IN_EUROPE, crossRegionReferences: true }), 'Tables');
  const far = new Stack(app, 'Far', { env: { account: '111122223333', region: 'us-east-1' }, crossRegionReferences: true });
  expect(messageOf(() => make(far, { tables, rateLimits: { api: API } }))).toBe(
    'tables of Far/Fn is in 111122223333/eu-west-1: use tables in 111122223333/us-east-1, where the function is',
  );
});
