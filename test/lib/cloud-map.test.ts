import { CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import { CloudMapScheme, Resilience, ResilientFunction, type CloudMapOptions, type DependencyOptions, type ResilientFunctionProps } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { CONFIGURATION, INLINE, messageOf, newApp, newStack, onlyResource, statementsOf } from './support';

const FUNCTION = 'AWS::Lambda::Function';
const ACTION = 'servicediscovery:DiscoverInstances';
const HERE = { account: '111111111111', region: 'eu-west-1' };

const namespaceIn = (stack: Stack, id = 'Namespace') => new servicediscovery.HttpNamespace(stack, id, { name: 'shop' });
const serviceIn = (stack: Stack, id = 'Stock') => namespaceIn(stack, `${id}Namespace`).createService(id, { name: id.toLowerCase() });

/** A service that is known by its names alone. */
function imported(scope: Stack, serviceArn: string): servicediscovery.IService {
  const namespaceArn = serviceArn.replace('service/srv-1', 'namespace/ns-1');
  const namespace = servicediscovery.HttpNamespace.fromHttpNamespaceAttributes(scope, 'Imported', { namespaceName: 'shop', namespaceId: 'ns-1', namespaceArn });
  return servicediscovery.Service.fromServiceAttributes(scope, 'ImportedStock', {
    namespace,
    serviceName: 'stock',
    serviceId: 'srv-1',
    serviceArn,
    dnsRecordType: servicediscovery.DnsRecordType.A,
    routingPolicy: servicediscovery.RoutingPolicy.MULTIVALUE,
  });
}

const SERVICE_ARN = `arn:aws:servicediscovery:${HERE.region}:${HERE.account}:service/srv-1`;

function declare(stack: Stack, cloudMap: unknown, props: ResilientFunctionProps = {}): ResilientFunction {
  return new ResilientFunction(stack, 'Fn', { ...INLINE, ...props, dependencies: { stock: { cloudMap } as DependencyOptions } });
}

function problemsOf(cloudMap: (service: servicediscovery.IService) => unknown, more: object = {}): string[] {
  const stack = newStack();
  const dependencies = { stock: { cloudMap: cloudMap(serviceIn(stack)), ...more } } as Record<string, DependencyOptions>;
  return messageOf(() => new ResilientFunction(stack, 'Fn', { ...INLINE, dependencies })).split('\n- ').slice(1);
}

/** The text of the document, with what it refers to in place of its tokens. */
function documentText(stack: Stack): string {
  const { Environment } = onlyResource(Template.fromStack(stack), FUNCTION).Properties;
  const rendered = (Environment as { Variables: Record<string, string | { 'Fn::Join': [string, unknown[]] }> }).Variables[CONFIGURATION]!;
  if (typeof rendered === 'string') return rendered;
  return rendered['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : `<${JSON.stringify(part).replaceAll('"', '')}>`)).join('');
}

const permissionsOf = (stack: Stack) => statementsOf(stack).filter(({ Action }) => Action === ACTION);
const stackHere = () => new Stack(newApp(), 'Stack', { env: HERE });

describe('a dependency that is a service in AWS Cloud Map', () => {
  test('is named in the configuration as the runtime asks for it, with every option in the contract\'s order', () => {
    const stack = stackHere();
    const all: CloudMapOptions = {
      heartbeatLife: Duration.seconds(30),
      maxStale: Duration.minutes(1),
      cache: Duration.seconds(2),
      port: 8080,
      scheme: CloudMapScheme.HTTPS,
      path: '/v1',
      service: imported(stack, SERVICE_ARN),
    };
    declare(stack, all);
    const { dependencies } = JSON.parse(documentText(stack)) as { dependencies: { stock: { cloudMap: object } } };
    expect(dependencies.stock.cloudMap).toEqual({ namespace: 'shop', service: 'stock', path: '/v1', scheme: 'https', port: 8080, cacheMs: 2000, maxStaleMs: 60_000, heartbeatLifeMs: 30_000 });
    const rules: [string, { type: string }][] = Object.entries(CONTRACT.configuration.cloudMap);
    const keys = rules.map(([name, { type }]) => (type === 'duration' ? `${name}Ms` : name));
    expect(Object.keys(dependencies.stock.cloudMap)).toEqual(['namespace', 'service', 'path', ...keys]);
  });

  test('may be a service of the same app, whose name is known at deployment', () => {
    const stack = newStack();
    declare(stack, { service: serviceIn(stack) });
    const [id] = Object.keys(Template.fromStack(stack).findResources('AWS::ServiceDiscovery::Service'));
    expect(documentText(stack)).toContain(`"cloudMap":{"namespace":"shop","service":"<{Fn::GetAtt:[${id},Name]}>"}`);
  });

  test('may be looked up by the function, and nothing else may', () => {
    const stack = newStack();
    const fn = declare(stack, { service: serviceIn(stack) });
    fn.addDependency('prices', { cloudMap: { service: serviceIn(stack, 'Prices') } });
    const names = Object.keys(Template.fromStack(stack).findResources('AWS::ServiceDiscovery::Service')).map((id) => ({ 'Fn::GetAtt': [id, 'Name'] }));
    const allowed = names.map((name) => ({
      Action: ACTION,
      Effect: 'Allow',
      Resource: '*',
      Condition: { StringEquals: { 'servicediscovery:NamespaceName': 'shop', 'servicediscovery:ServiceName': name } },
    }));
    expect(permissionsOf(stack)).toEqual(allowed);
  });

  test('is looked up with one permission, however many dependencies are found there and however much is declared later', () => {
    const stack = newStack();
    const service = serviceIn(stack);
    declare(stack, { service }).addDependency('stock-admin', { cloudMap: { service, path: '/admin' } }).addCircuit('other');
    expect(permissionsOf(stack)).toHaveLength(1);
  });

  test('is looked up by no function before it may be', () => {
    const stack = newStack();
    declare(stack, { service: serviceIn(stack) });
    const template = Template.fromStack(stack);
    const [policy] = Object.keys(template.findResources('AWS::IAM::Policy', { Properties: { PolicyDocument: { Statement: [Match.objectLike({ Action: ACTION })] } } }));
    template.hasResource(FUNCTION, { DependsOn: Match.arrayWith([policy]) });
  });

  test.each([
    ['an existing function', (stack: Stack) => new lambda.Function(stack, 'Plain', { ...INLINE, runtime: lambda.Runtime.NODEJS_24_X })],
    ['a function with a role of its own', (stack: Stack) => {
      const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
      return new lambda.Function(stack, 'Plain', { ...INLINE, runtime: lambda.Runtime.NODEJS_24_X, role });
    }],
  ])('may be looked up by %s', (_which, make) => {
    const stack = newStack();
    const target = make(stack);
    new Resilience(stack, 'Resilience', { target, dependencies: { stock: { cloudMap: { service: serviceIn(stack) } } } });
    const role = { Ref: stack.getLogicalId(target.role!.node.defaultChild as iam.CfnRole) };
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: { Statement: [Match.objectLike({ Action: ACTION })] }, Roles: [role] });
  });

  test('needs no permission where there is none', () => {
    const stack = newStack();
    new ResilientFunction(stack, 'Fn', { ...INLINE, dependencies: { stock: { baseUrl: 'https://stock.example' } } });
    expect(permissionsOf(stack)).toEqual([]);
  });

  test.each([
    ['Region', 'arn:aws:servicediscovery:eu-north-1:111111111111:service/srv-1', '111111111111/eu-north-1'],
    ['account', 'arn:aws:servicediscovery:eu-west-1:222222222222:service/srv-1', '222222222222/eu-west-1'],
  ])('is in the %s of the function, where the runtime asks', (_what, arn, where) => {
    const stack = stackHere();
    expect(messageOf(() => declare(stack, { service: imported(stack, arn) }))).toBe(
      `dependencies.stock.cloudMap.service of Stack/Fn is in ${where}: use a service in 111111111111/eu-west-1, where the function is`,
    );
  });

  test('may be in another stack', () => {
    const app = newApp();
    const [theirs, ours] = [new Stack(app, 'Theirs', { env: HERE }), new Stack(app, 'Ours', { env: HERE })];
    declare(ours, { service: serviceIn(theirs) });
    expect(permissionsOf(ours)).toHaveLength(1);
  });
});

describe('a service in AWS Cloud Map that cannot be used', () => {
  test.each<[(service: servicediscovery.IService) => unknown, string]>([
    [() => 'stock', 'cloudMap is "stock": set an object of options with service'],
    [() => ({}), 'cloudMap.service is undefined: set a service of AWS Cloud Map'],
    [() => ({ service: 'stock' }), 'cloudMap.service is "stock": set a service of AWS Cloud Map'],
    [() => ({ service: { serviceName: 'stock' } }), 'cloudMap.service is an object: set a service of AWS Cloud Map'],
    [(service) => ({ service, path: 'v1' }), 'cloudMap.path is "v1": set a path that begins with a slash, without query and fragment'],
    [(service) => ({ service, path: '/v1?a' }), 'cloudMap.path is "/v1?a": set a path that begins with a slash, without query and fragment'],
    [(service) => ({ service, scheme: 'ftp' }), 'cloudMap.scheme is "ftp": use one of http, https'],
    [(service) => ({ service, port: 65_536 }), 'cloudMap.port is 65536: set a whole number from 0 to 65535'],
    [(service) => ({ service, cache: 5 }), 'cloudMap.cache is 5: set a Duration of a whole number of milliseconds from 100 to 3600000'],
    [(service) => ({ service, cache: Duration.minutes(6) }), 'cloudMap.cache is 360000 ms, more than maxStale, which is 300000 ms: set at most 300000 ms'],
    [(service) => ({ service, namespace: 'shop' }), 'cloudMap.namespace is not an option: use one of service, path, scheme, port, cache, maxStale, heartbeatLife'],
  ])('is refused: %#', (cloudMap, problem) => {
    expect(problemsOf(cloudMap)).toEqual([`dependencies.stock.${problem}`]);
  });

  test('is one of two places', () => {
    expect(problemsOf((service) => ({ service }), { endpoints: ['http://a'] })).toEqual([
      'dependencies.stock.endpoints and dependencies.stock.cloudMap are both set: leave one of them out',
    ]);
    expect(problemsOf((service) => ({ service }), { baseUrl: 'http://a', endpoints: ['http://a'] })).toEqual([
      'dependencies.stock.baseUrl and dependencies.stock.endpoints and dependencies.stock.cloudMap are all set: keep one of them',
    ]);
  });

  test('leaves no trace', () => {
    const stack = stackHere();
    const fn = new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: { payments: {} } });
    const far = imported(stack, SERVICE_ARN.replace(HERE.region, 'eu-north-1'));
    expect(() => fn.addDependency('stock', { cloudMap: { service: far } })).toThrow('is in 111111111111/eu-north-1');
    expect(fn.dependencyNames).toEqual([]);
    expect(permissionsOf(stack)).toEqual([]);
  });
});

test('tokens in the path and the port reach the document', () => {
  const stack = newStack();
  const [text, number] = [new CfnParameter(stack, 'Text'), new CfnParameter(stack, 'Number', { type: 'Number' })];
  declare(stack, { service: imported(stack, SERVICE_ARN), path: text.valueAsString, port: number.valueAsNumber });
  expect(documentText(stack)).toContain('"cloudMap":{"namespace":"shop","service":"stock","path":"<{Ref:Text}>","port":<{Ref:Number}>}');
});
