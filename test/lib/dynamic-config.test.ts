import { Aws, CfnParameter, Duration, Mixins, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as appconfig from 'aws-cdk-lib/aws-appconfig';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Resilience, ResilienceAlarms, ResilienceMixin, ResilientFunction, type DynamicConfigOptions, type ResilientFunctionProps } from '../../lib';
import { configurationSchema } from '../../lib/private/configuration-schema';
import { CONTRACT } from '../../lib/private/contract';
import { DECLARATION_KINDS } from '../../lib/private/declaration-kinds';
import { SINGLE_KINDS } from '../../lib/private/single-kinds';
import { CONFIGURATION, INLINE, RECOMMENDED_FLAGS, messageOf, newApp, newStack, onlyResource, statementsOf } from './support';

const LOCATION = CONTRACT.environment.dynamicConfiguration.name;
const FUNCTION = 'AWS::Lambda::Function';
const [APPLICATION, ENVIRONMENT, PROFILE, VERSION, DEPLOYMENT, STRATEGY] = [
  'Application',
  'Environment',
  'ConfigurationProfile',
  'HostedConfigurationVersion',
  'Deployment',
  'DeploymentStrategy',
].map((name) => `AWS::AppConfig::${name}`) as [string, string, string, string, string, string];
const API = { limits: [{ limit: 100, period: Duration.minutes(1) }] };

const make = (stack: Stack, props: Partial<ResilientFunctionProps> = {}, id = 'Fn') =>
  new ResilientFunction(stack, id, { ...INLINE, dynamicConfig: {}, circuits: { payments: {} }, ...props });

const plain = (stack: Stack, id = 'Plain') => new lambda.Function(stack, id, { ...INLINE, runtime: lambda.Runtime.NODEJS_24_X });

const alarmOn = (metric: cloudwatch.Metric, scope: Stack, id: string) => metric.createAlarm(scope, id, { threshold: 1, evaluationPeriods: 1 });

const anyAlarm = (stack: Stack, id: string) => alarmOn(new cloudwatch.Metric({ namespace: 'Mine', metricName: id }), stack, id);

/** The logical id of the only resource of a type. */
const idOf = (stack: Stack, type: string): string => Object.keys(Template.fromStack(stack).findResources(type))[0]!;

const variablesOf = (stack: Stack) =>
  (onlyResource(Template.fromStack(stack), FUNCTION).Properties['Environment'] as { Variables: Record<string, unknown> }).Variables;

const contentOf = (stack: Stack) => onlyResource(Template.fromStack(stack), VERSION).Properties['Content'];

const appConfigStatements = (stack: Stack) => statementsOf(stack).filter(({ Action }) => JSON.stringify(Action).includes('appconfig:'));

/** Declarations that take more than the environment holds. */
const many = (count = 50) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`circuit-with-a-long-name-${index}`, { failureThreshold: 1, shared: false, minimumCalls: 1000 }]));

describe.each([
  ['without feature flags', {}],
  ['with the recommended feature flags', RECOMMENDED_FLAGS],
])('a function with dynamicConfig, %s', (_which, flags) => {
  test('has its configuration in AppConfig, deployed to an environment of its own', () => {
    const stack = newStack(flags);
    make(stack);
    const template = Template.fromStack(stack);
    const [application, environment, profile] = [APPLICATION, ENVIRONMENT, PROFILE].map((type) => ({ Ref: idOf(stack, type) }));
    for (const type of [APPLICATION, ENVIRONMENT, PROFILE, VERSION, DEPLOYMENT, STRATEGY]) template.resourceCountIs(type, 1);
    template.hasResourceProperties(ENVIRONMENT, { ApplicationId: application, Monitors: Match.absent() });
    template.hasResourceProperties(PROFILE, { ApplicationId: application, LocationUri: 'hosted' });
    template.hasResourceProperties(VERSION, {
      ApplicationId: application,
      ConfigurationProfileId: profile,
      ContentType: 'application/json',
      Content: Match.serializedJson({ version: CONTRACT.version, circuits: { payments: {} } }),
    });
    template.hasResourceProperties(DEPLOYMENT, {
      ApplicationId: application,
      EnvironmentId: environment,
      ConfigurationProfileId: profile,
      ConfigurationVersion: { Ref: idOf(stack, VERSION) },
      DeploymentStrategyId: { Ref: idOf(stack, STRATEGY) },
    });
  });

  test('knows where to look, and keeps its configuration in the environment until AppConfig answers', () => {
    const stack = newStack(flags);
    make(stack);
    const ids = [APPLICATION, ENVIRONMENT, PROFILE].map((type) => ({ Ref: idOf(stack, type) }));
    const variables = variablesOf(stack);
    expect(variables[LOCATION]).toEqual({ 'Fn::Join': ['', [ids[0], '/', ids[1], '/', ids[2]]] });
    expect(variables[CONFIGURATION]).toBe(contentOf(stack));
  });

  test('may ask for this configuration, and for nothing else of AppConfig', () => {
    const stack = newStack(flags);
    make(stack);
    const [application, environment, profile] = [APPLICATION, ENVIRONMENT, PROFILE].map((type) => ({ Ref: idOf(stack, type) }));
    const start = ['arn:', { Ref: 'AWS::Partition' }, ':appconfig:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }];
    const arn = [...start, ':application/', application, '/environment/', environment, '/configuration/', profile];
    expect(appConfigStatements(stack)).toEqual([
      {
        Effect: 'Allow',
        Action: expect.arrayContaining(['appconfig:StartConfigurationSession', 'appconfig:GetLatestConfiguration']) as unknown,
        Resource: { 'Fn::Join': ['', arn] },
      },
    ]);
    expect(appConfigStatements(stack)[0]!.Action).toHaveLength(2);
  });
});

test('without dynamicConfig there is nothing of AppConfig', () => {
  const stack = newStack();
  const fn = make(stack, { dynamicConfig: undefined });
  expect(fn.dynamicConfiguration).toBeUndefined();
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toMatch(/appconfig/i);
  expect(variablesOf(stack)).not.toHaveProperty(LOCATION);
});

describe('while nothing is declared', () => {
  test('there is nothing of AppConfig', () => {
    const stack = newStack();
    const fn = make(stack, { circuits: undefined });
    fn.addConfigurationRollbackAlarm(anyAlarm(stack, 'Alarm'));
    expect(fn.dynamicConfiguration).toBeUndefined();
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toMatch(/appconfig/i);
  });

  test('it comes with what is declared first, and only once', () => {
    const stack = newStack();
    const fn = make(stack, { circuits: undefined }).addCircuit('payments').addRateLimit('api', API);
    expect(fn.dynamicConfiguration).toBeInstanceOf(appconfig.HostedConfiguration);
    expect(JSON.parse(contentOf(stack) as string)).toMatchObject({ circuits: { payments: {} }, limits: { api: {} } });
  });
});

describe('the document in AppConfig', () => {
  test('includes what is declared later', () => {
    const stack = newStack();
    make(stack).addCircuit('search', { failureThreshold: 3 });
    expect(JSON.parse(contentOf(stack) as string)).toMatchObject({ circuits: { payments: {}, search: { failureThreshold: 3 } } });
  });

  test('may hold what deployment fills in', () => {
    const stack = newStack();
    const threshold = new CfnParameter(stack, 'Threshold', { type: 'Number' }).valueAsNumber;
    make(stack, { circuits: { payments: { failureThreshold: threshold } } });
    expect(contentOf(stack)).toEqual({
      'Fn::Join': ['', ['{"version":1,"circuits":{"payments":{"failureThreshold":', { Ref: 'Threshold' }, '}}}']],
    });
  });

  test('is checked by AppConfig with the schema of the library', () => {
    const stack = newStack();
    make(stack);
    Template.fromStack(stack).hasResourceProperties(PROFILE, {
      Validators: [{ Type: 'JSON_SCHEMA', Content: Match.serializedJson(JSON.parse(JSON.stringify(configurationSchema()))) }],
    });
  });

  test('has a schema for each of its sections, no larger than AppConfig takes', () => {
    const schema = configurationSchema() as { readonly properties: object };
    const sections = [...DECLARATION_KINDS, ...SINGLE_KINDS].map(({ section }) => section);
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(sections));
    expect(Buffer.byteLength(JSON.stringify(schema))).toBeLessThan(32_768);
  });
});

describe('a configuration that is too large for the environment', () => {
  test('is refused without dynamicConfig, which is named as a remedy', () => {
    const message = messageOf(() => make(newStack(), { dynamicConfig: undefined, circuits: many() }));
    expect(message).toMatch(/takes \d{4} bytes: keep it to 3072, .* or set dynamicConfig, so that AWS AppConfig holds it$/);
  });

  test('is left to AppConfig', () => {
    const stack = newStack();
    make(stack, { circuits: many() });
    expect(JSON.parse(contentOf(stack) as string)).toMatchObject({ circuits: many() });
    expect(Object.keys(variablesOf(stack))).toEqual([LOCATION]);
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('.*bytes.*'));
  });

  test('is left to AppConfig as well when it becomes so later', () => {
    const stack = newStack();
    const fn = make(stack);
    for (const [name, options] of Object.entries(many())) if (fn.circuitNames.length < 50) fn.addCircuit(name, options);
    expect(variablesOf(stack)).not.toHaveProperty(CONFIGURATION);
  });

  test('is left to AppConfig as well when it holds tokens, without a warning', () => {
    const stack = newStack();
    const threshold = new CfnParameter(stack, 'Threshold', { type: 'Number' }).valueAsNumber;
    make(stack, { circuits: { ...many(40), payments: { failureThreshold: threshold } } });
    expect(variablesOf(stack)).not.toHaveProperty(CONFIGURATION);
    expect(contentOf(stack)).toHaveProperty('Fn::Join');
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('.*bytes.*'));
  });

  test('is refused when no template holds it', () => {
    const tenantLimits = Object.fromEntries(Array.from({ length: 25_000 }, (_, index) => [`tenant-${index}`, API.limits]));
    const message = messageOf(() => make(newStack(), { rateLimits: { api: { ...API, tenantLimits } } }));
    expect(message).toMatch(/takes \d{7} bytes: keep it to 1000000, because no template holds more; /);
  });
});

describe('the application', () => {
  test('can be one that is imported, and is shared by several functions', () => {
    const stack = newStack();
    const application = appconfig.Application.fromApplicationId(stack, 'Shared', 'abc1234');
    for (const id of ['One', 'Two']) make(stack, { dynamicConfig: { application } }, id);
    const template = Template.fromStack(stack);
    template.resourceCountIs(APPLICATION, 0);
    template.resourceCountIs(STRATEGY, 1);
    for (const type of [ENVIRONMENT, PROFILE, VERSION, DEPLOYMENT]) template.allResourcesProperties(type, { ApplicationId: 'abc1234' });
    const deployments = Object.values(template.findResources(DEPLOYMENT)) as { Properties: { EnvironmentId: unknown } }[];
    expect(new Set(deployments.map(({ Properties }) => JSON.stringify(Properties.EnvironmentId))).size).toBe(2);
    const resources = appConfigStatements(stack).map(({ Resource }) => JSON.stringify(Resource));
    expect(resources).toHaveLength(2);
    resources.forEach((resource) => expect(resource).toContain(':application/abc1234/environment/'));
  });

  test('has to be where the function is', () => {
    const stack = newStack({}, { env: { account: '111111111111', region: 'eu-west-1' } });
    const arn = 'arn:aws:appconfig:eu-north-1:111111111111:application/abc1234';
    const application = appconfig.Application.fromApplicationArn(stack, 'Far', arn);
    expect(messageOf(() => make(stack, { dynamicConfig: { application } }))).toBe(
      'dynamicConfig.application of Stack/Fn is in 111111111111/eu-north-1: use an application in 111111111111/eu-west-1, where the function is',
    );
  });
});

describe('the deployment strategy', () => {
  test('takes minutes in steps, and watches for minutes', () => {
    const stack = newStack();
    make(stack);
    Template.fromStack(stack).hasResourceProperties(STRATEGY, {
      GrowthType: 'LINEAR',
      GrowthFactor: 20,
      DeploymentDurationInMinutes: 5,
      FinalBakeTimeInMinutes: 5,
      ReplicateTo: 'NONE',
    });
  });

  test('can be one of AppConfig', () => {
    const stack = newStack();
    const deploymentStrategy = appconfig.DeploymentStrategy.fromDeploymentStrategyId(stack, 'Quick', appconfig.DeploymentStrategyId.ALL_AT_ONCE);
    make(stack, { dynamicConfig: { deploymentStrategy } });
    Template.fromStack(stack).resourceCountIs(STRATEGY, 0);
    Template.fromStack(stack).hasResourceProperties(DEPLOYMENT, { DeploymentStrategyId: 'AppConfig.AllAtOnce' });
  });
});

describe('rollback alarms', () => {
  const monitorsOf = (stack: Stack) => onlyResource(Template.fromStack(stack), ENVIRONMENT).Properties['Monitors'] as { AlarmArn: unknown; AlarmRoleArn: unknown }[];

  test('are watched by AppConfig, which may see the state of alarms and nothing else', () => {
    const stack = newStack();
    const fn = make(stack, { dynamicConfig: { rollbackAlarms: [anyAlarm(stack, 'First')] } });
    expect(fn.addConfigurationRollbackAlarm(anyAlarm(stack, 'Second'))).toBe(fn);
    const template = Template.fromStack(stack);
    const alarms = Object.keys(template.findResources('AWS::CloudWatch::Alarm'));
    const [role] = Object.keys(template.findResources('AWS::IAM::Role', { Properties: { Policies: Match.anyValue() } }));
    expect(monitorsOf(stack)).toEqual(
      alarms.map((alarm) => ({ AlarmArn: { 'Fn::GetAtt': [alarm, 'Arn'] }, AlarmRoleArn: { 'Fn::GetAtt': [role, 'Arn'] } })),
    );
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: { Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'appconfig.amazonaws.com' } }] },
      Policies: [{ PolicyDocument: { Statement: [{ Action: 'cloudwatch:DescribeAlarms', Effect: 'Allow', Resource: '*' }] } }],
    });
  });

  test.each([
    ['its own', (stack: Stack) => make(stack)],
    ['that exists', (stack: Stack) => new Resilience(stack, 'Resilience', { target: plain(stack), circuits: { payments: {} }, dynamicConfig: {} })],
  ])('can be those of the function: %s', (_which, protect) => {
    const stack = newStack();
    const resilient = protect(stack);
    const { alarms } = new ResilienceAlarms(stack, 'Alarms', { resilient });
    resilient.addConfigurationRollbackAlarm(alarmOn(resilient.protectedFunction.metricErrors(), stack, 'Errors'), alarms[0]!);
    expect(monitorsOf(stack)).toHaveLength(2);
    expect(dependencyCycle(Template.fromStack(stack).toJSON())).toEqual([]);
    const name = onlyResource(Template.fromStack(stack), ENVIRONMENT).Properties['Name'];
    expect(variablesOf(stack)[LOCATION]).toEqual({
      'Fn::Join': ['', [{ Ref: idOf(stack, APPLICATION) }, `/${String(name)}/`, { Ref: idOf(stack, PROFILE) }]],
    });
  });

  test('need a configuration to take back', () => {
    const stack = newStack();
    const fn = make(stack, { dynamicConfig: undefined });
    expect(messageOf(() => fn.addConfigurationRollbackAlarm(anyAlarm(stack, 'Alarm')))).toBe(
      'dynamicConfig of Stack/Fn is undefined: set dynamicConfig, {} for the defaults, so that an alarm has a configuration to take back',
    );
  });

  test('are no more than AppConfig watches', () => {
    const stack = newStack();
    const alarms = Array.from({ length: 5 }, (_, index) => anyAlarm(stack, `Alarm${index}`));
    const fn = make(stack, { dynamicConfig: { rollbackAlarms: alarms } });
    expect(messageOf(() => fn.addConfigurationRollbackAlarm(anyAlarm(stack, 'More')))).toBe(
      'the rollback alarms of Stack/Fn cannot be used: dynamicConfig.rollbackAlarms has 6 entries: set at most 5, which is what AppConfig watches, ' +
        'or one composite alarm of them',
    );
    expect(monitorsOf(stack)).toHaveLength(5);
  });
});

/** Logical ids of resources that wait for each other; none if the template can be deployed. */
function dependencyCycle({ Resources }: { Resources?: Record<string, unknown> }): string[] {
  let waiting = Object.entries(Resources ?? {}).map(([id, resource]) => {
    const text = JSON.stringify(resource);
    const found = [...text.matchAll(/"(?:Ref|Fn::GetAtt|DependsOn)":(\[[^\]]*\]|"[^"]*")/g)].flatMap(([, ids]) => [...ids!.matchAll(/"([^"]*)"/g)].map(([, name]) => name!));
    return { id, after: new Set(found) };
  });
  for (;;) {
    const left = new Set(waiting.map(({ id }) => id));
    const blocked = waiting.filter(({ after }) => [...after].some((id) => left.has(id)));
    if (blocked.length === waiting.length) return [...left];
    waiting = blocked;
  }
}

describe('a function that exists', () => {
  const DYNAMIC = { dynamicConfig: {}, circuits: { payments: {} } };

  test.each<[string, (target: lambda.Function) => unknown]>([
    ['Resilience', (target) => new Resilience(target.stack, 'Resilience', { ...DYNAMIC, target })],
    ['the mixin', (target) => Mixins.of(target.stack).apply(new ResilienceMixin(DYNAMIC))],
  ])('gets the same through %s', (_which, protect) => {
    const stack = newStack();
    protect(plain(stack));
    expect(Object.keys(variablesOf(stack))).toEqual(expect.arrayContaining([LOCATION, CONFIGURATION]));
    expect(contentOf(stack)).toBe(variablesOf(stack)[CONFIGURATION]);
    expect(appConfigStatements(stack)).toHaveLength(1);
  });

  test('can be in another stack, which waits for that of the configuration alone', () => {
    const app = newApp();
    const [home, other] = ['Home', 'Other'].map((id) => new Stack(app, id)) as [Stack, Stack];
    new Resilience(other, 'Resilience', { ...DYNAMIC, target: plain(home) });
    expect(JSON.stringify(variablesOf(home)[LOCATION])).toContain('Fn::ImportValue');
    expect(appConfigStatements(home)).toHaveLength(1);
    expect(other.dependencies).toEqual([]);
  });

  test('can have a role that is imported', () => {
    const stack = newStack();
    const role = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/mine');
    const target = new lambda.Function(stack, 'Plain', { ...INLINE, role, runtime: lambda.Runtime.NODEJS_24_X });
    new Resilience(stack, 'Resilience', { ...DYNAMIC, target });
    expect(appConfigStatements(stack)).toHaveLength(1);
    Template.fromStack(stack).allResourcesProperties('AWS::IAM::Policy', { Roles: ['mine'] });
  });
});

describe('what cannot be used', () => {
  const problemsOf = (dynamicConfig: unknown): string[] =>
    messageOf(() => make(newStack(), { dynamicConfig: dynamicConfig as DynamicConfigOptions, circuits: { payments: { failureThreshold: 0 } } })).split('\n- ').slice(1);

  test.each<[string, unknown, string]>([
    ['null', null, 'dynamicConfig is null: set an object of options, {} for the defaults, or leave it out'],
    ['true', true, 'dynamicConfig is true: set an object of options, {} for the defaults, or leave it out'],
    ['a list', [], 'dynamicConfig is an array: set an object of options, {} for the defaults, or leave it out'],
    ['a token', Token.asAny('x'), 'dynamicConfig is a token: set an object of options, {} for the defaults, or leave it out'],
    ['an unknown option', { alarms: [] }, 'dynamicConfig.alarms is not an option: use one of application, deploymentStrategy, rollbackAlarms'],
    ['the name of an application', { application: 'mine' }, 'dynamicConfig.application is "mine": set an application of aws-appconfig'],
    ['an application that is a token', { application: Aws.STACK_ID }, 'dynamicConfig.application is a token: set an application of aws-appconfig'],
    ['a strategy that is none', { deploymentStrategy: {} }, 'dynamicConfig.deploymentStrategy is an object: set a deployment strategy of aws-appconfig'],
    ['one alarm', { rollbackAlarms: {} }, 'dynamicConfig.rollbackAlarms is an object: set a list of alarms'],
    ['a list that is a token', { rollbackAlarms: Token.asList('x') }, 'dynamicConfig.rollbackAlarms is a token: set a list of alarms'],
    ['names of alarms', { rollbackAlarms: ['mine'] }, 'dynamicConfig.rollbackAlarms[0] is "mine": set an alarm of aws-cloudwatch'],
  ])('is refused together with everything else: %s', (_which, dynamicConfig, problem) => {
    expect(problemsOf(dynamicConfig)).toEqual([expect.stringContaining('circuits.payments.failureThreshold is 0'), problem]);
  });

  test('is every one of its options at once', () => {
    expect(problemsOf({ application: 1, deploymentStrategy: 1, rollbackAlarms: [1] })).toHaveLength(4);
  });

  test.each(['circuits', 'nothing'])('is a variable of the environment that the construct sets, with %s declared', (which) => {
    const circuits = which === 'nothing' ? undefined : { payments: {} };
    expect(messageOf(() => make(newStack(), { circuits, environment: { [LOCATION]: 'a/b/c' } }))).toContain(`environment.${LOCATION} is set by ResilientFunction`);
  });
});
