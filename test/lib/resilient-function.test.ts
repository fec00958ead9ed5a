import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ResilienceTables, ResilientFunction, type CircuitOptions } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { CIRCUIT_TABLE, CONFIGURATION, INLINE, configurationOf, dynamoStatementsOf, messageOf, newApp, newStack, statementsOf } from './support';

const FUNCTION = 'AWS::Lambda::Function';
const TABLE = 'AWS::DynamoDB::GlobalTable';

function functionWith(circuits: Record<string, CircuitOptions>, stack = newStack()): ResilientFunction {
  return new ResilientFunction(stack, 'Fn', { ...INLINE, circuits });
}

describe('configuration', () => {
  test('holds what was declared and nothing else, durations in milliseconds', () => {
    const fn = functionWith({ payments: { openDuration: Duration.seconds(30), failureThreshold: 3 }, search: {} });
    Template.fromStack(fn.stack).hasResourceProperties(FUNCTION, {
      Environment: {
        Variables: {
          [CONFIGURATION]: Match.serializedJson({
            version: CONTRACT.version,
            circuits: { payments: { failureThreshold: 3, openDurationMs: 30000 }, search: {} },
          }),
        },
      },
    });
  });

  test('renders every option of the contract', () => {
    const fn = functionWith({
      all: {
        syncInterval: Duration.seconds(5),
        probeLease: Duration.minutes(1),
        rampDuration: Duration.millis(0),
        halfOpenMaxDuration: Duration.minutes(2),
        maxOpenDuration: Duration.minutes(10),
        openDurationGrowth: 2,
        adaptive: true,
        windowSize: 100,
        slowCallRateThreshold: 0.8,
        slowCallDuration: Duration.seconds(2),
        maxKeys: 50,
        perOperation: true,
        perTenant: true,
        successThreshold: 2,
        halfOpenMaxCalls: 1,
        openDuration: Duration.millis(500),
        windowDuration: Duration.minutes(1),
        minimumCalls: 20,
        failureRateThreshold: 0.25,
        failureThreshold: 7,
        inbound: true,
        shared: true,
        enabled: true,
      },
    });
    const { all } = (configurationOf(fn.stack) as { circuits: { all: Record<string, unknown> } }).circuits;
    const rules: [string, { type: string }][] = Object.entries(CONTRACT.configuration.circuit);
    expect(Object.keys(all)).toEqual(rules.map(([name, { type }]) => (type === 'duration' ? `${name}Ms` : name)));
    expect(all).toMatchObject({ openDurationMs: 500, windowDurationMs: 60000, probeLeaseMs: 60000, syncIntervalMs: 5000 });
  });

  test('does not depend on the order in which options are written', () => {
    const texts = [
      { failureThreshold: 3, minimumCalls: 20 },
      { minimumCalls: 20, failureThreshold: 3 },
    ].map((options) => JSON.stringify(configurationOf(functionWith({ payments: options }).stack)));
    expect(texts[0]).toBe(texts[1]);
  });

  test('leaves out options that are undefined', () => {
    expect(configurationOf(functionWith({ payments: { openDuration: undefined } }).stack)).toMatchObject({ circuits: { payments: {} } });
  });

  test('is absent without circuits, and so are table and grant', () => {
    const stack = newStack();
    const fn = new ResilientFunction(stack, 'Fn', INLINE);
    const template = Template.fromStack(stack);
    template.hasResourceProperties(FUNCTION, { Environment: Match.absent() });
    template.resourceCountIs(TABLE, 0);
    expect(fn.tables).toBeUndefined();
  });

  test('sits beside the variables of the caller', () => {
    const stack = newStack();
    const fn = new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: { a: {} }, environment: { MINE: '1' } });
    fn.addEnvironment('LATER', '2');
    Template.fromStack(stack).hasResourceProperties(FUNCTION, {
      Environment: { Variables: { MINE: '1', LATER: '2', [CONFIGURATION]: Match.anyValue(), [CIRCUIT_TABLE]: Match.anyValue() } },
    });
  });

  test.each(Object.values(CONTRACT.environment).map(({ name }) => name))('refuses %s from the caller', (name) => {
    const props = { ...INLINE, environment: { [name]: 'x' } };
    const expected = `environment.${name} is set by ResilientFunction, from what is declared, tables and dynamicConfig: remove it`;
    expect(messageOf(() => new ResilientFunction(newStack(), 'Fn', props))).toBe(expected);
    const fn = functionWith({ a: {} });
    expect(messageOf(() => fn.addEnvironment(name, 'x'))).toBe(expected);
  });
});

describe('addCircuit', () => {
  test('adds to the configuration and creates the table on demand', () => {
    const stack = newStack();
    const fn = functionWith({ local: { shared: false } }, stack);
    expect(fn.tables).toBeUndefined();
    expect(fn.addCircuit('payments', { failureThreshold: 2 }).addCircuit('search')).toBe(fn);
    expect(fn.tables?.node.id).toBe('Tables');
    expect(configurationOf(stack)).toEqual({
      version: CONTRACT.version,
      circuits: { local: { shared: false }, payments: { failureThreshold: 2 }, search: {} },
    });
    Template.fromStack(stack).resourceCountIs(TABLE, 1);
    expect(dynamoStatementsOf(stack)).toHaveLength(1);
  });

  test('changes the published version', () => {
    const hashes = [false, true].map((later) => {
      const stack = newStack();
      const fn = functionWith({ payments: {} }, stack);
      fn.addAlias('live');
      if (later) fn.addCircuit('search');
      return Object.keys(Template.fromStack(stack).findResources('AWS::Lambda::Version'))[0];
    });
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  test('works on a function that declared none', () => {
    const stack = newStack();
    new ResilientFunction(stack, 'Fn', INLINE).addCircuit('payments');
    expect(configurationOf(stack)).toEqual({ version: CONTRACT.version, circuits: { payments: {} } });
  });

  test('uses the tables passed in once they are needed', () => {
    const stack = newStack();
    const tables = new ResilienceTables(stack, 'Shared');
    const fn = new ResilientFunction(stack, 'Fn', { ...INLINE, tables });
    fn.addCircuit('payments');
    expect(fn.tables).toBe(tables);
    Template.fromStack(stack).resourceCountIs(TABLE, 1);
  });
});

describe('tables and grants', () => {
  test('the function gets its own table, its name, and exactly two actions on exactly that table', () => {
    const stack = newStack();
    const fn = functionWith({ payments: {} }, stack);
    const template = Template.fromStack(stack);
    template.resourceCountIs(TABLE, 1);
    const [tableId] = Object.keys(template.findResources(TABLE));
    template.hasResourceProperties(FUNCTION, { Environment: { Variables: { [CIRCUIT_TABLE]: { Ref: tableId } } } });
    const arn = stack.resolve(fn.tables?.circuitTable.tableArn);
    expect(dynamoStatementsOf(stack)).toEqual([{ Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], Resource: arn }]);
    expect(statementsOf(stack).flatMap(({ Action }) => Action).join()).not.toContain('*');
  });

  test.each([{ shared: false }, { enabled: false }])('no table for a circuit with %p', (options) => {
    const stack = newStack();
    functionWith({ payments: options }, stack);
    const template = Template.fromStack(stack);
    template.resourceCountIs(TABLE, 0);
    template.hasResourceProperties(FUNCTION, { Environment: { Variables: { [CIRCUIT_TABLE]: Match.absent() } } });
  });

  test('tables passed in but not needed give no name and no grant', () => {
    const stack = newStack();
    const tables = new ResilienceTables(stack, 'Shared');
    new ResilientFunction(stack, 'Fn', { ...INLINE, tables, circuits: { local: { shared: false } } });
    expect(dynamoStatementsOf(stack)).toEqual([]);
  });

  test('two functions share one table', () => {
    const stack = newStack();
    const tables = new ResilienceTables(stack, 'Shared', { removalPolicy: RemovalPolicy.DESTROY });
    for (const id of ['One', 'Two']) new ResilientFunction(stack, id, { ...INLINE, tables, circuits: { payments: {} } });
    Template.fromStack(stack).resourceCountIs(TABLE, 1);
    expect(dynamoStatementsOf(stack)).toHaveLength(2);
  });

  test('functions in different stacks share the table of a third', () => {
    const app = newApp();
    const tables = new ResilienceTables(new Stack(app, 'Shared'), 'Tables');
    const stacks = ['One', 'Two'].map((id) => new Stack(app, id));
    for (const stack of stacks) new ResilientFunction(stack, 'Fn', { ...INLINE, tables, circuits: { payments: {} } });
    for (const stack of stacks) {
      const template = Template.fromStack(stack);
      template.resourceCountIs(TABLE, 0);
      const name = { 'Fn::ImportValue': Match.stringLikeRegexp('Shared') };
      template.hasResourceProperties(FUNCTION, { Environment: { Variables: { [CIRCUIT_TABLE]: name } } });
      expect(dynamoStatementsOf(stack)).toHaveLength(1);
    }
  });

  test('a table imported by name', () => {
    const stack = newStack();
    const tables = ResilienceTables.fromTableNames(stack, 'Imported', { circuitTableName: 'circuits' });
    new ResilientFunction(stack, 'Fn', { ...INLINE, tables, circuits: { payments: {} } });
    Template.fromStack(stack).hasResourceProperties(FUNCTION, { Environment: { Variables: { [CIRCUIT_TABLE]: 'circuits' } } });
  });

  test('refuses tables in another region, where the runtime would not find them', () => {
    const app = newApp({}, {});
    const env = (region: string) => ({ env: { account: '111122223333', region }, crossRegionReferences: true });
    const tables = new ResilienceTables(new Stack(app, 'Shared', env('eu-west-1')), 'Tables');
    const stack = new Stack(app, 'Far', env('us-east-1'));
    expect(messageOf(() => new ResilientFunction(stack, 'Fn', { ...INLINE, tables, circuits: { a: {} } }))).toBe(
      'tables of Far/Fn is in 111122223333/eu-west-1: use tables in 111122223333/us-east-1, where the function is',
    );
  });
});
