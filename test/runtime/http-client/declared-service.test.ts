import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import type { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import type { CloudMapClient, DiscoverInstancesInput } from '../../../runtime/src/http-client/cloud-map-discovery.ts';
import { createResilientClient, type ClientOptions, type ClientSources } from '../../../runtime/src/http-client/index.ts';
import { createResilience, type ResilienceOptions } from '../../../runtime/src/resilience/index.ts';
import { ManualClock, RecordingSink } from '../../../runtime/src/testing/index.ts';

const SERVICE = { namespace: 'shop.local', service: 'stock' };

/** The environment of a function whose stack declares this of the dependency `stock`. */
function environmentOf(dependency: object) {
  const own = { retry: false, circuit: false, bulkhead: false };
  return { [CONTRACT.environment.configuration.name]: JSON.stringify({ version: CONTRACT.version, dependencies: { stock: { ...own, ...dependency } } }) };
}

/** Cloud Map with two instances, of two versions. */
function world() {
  const asked: DiscoverInstancesInput[] = [];
  const sent: string[] = [];
  const cloudMap: CloudMapClient = {
    async discoverInstances(input) {
      asked.push(input);
      const instance = (ip: string, version: string) => ({ InstanceId: ip, Attributes: { AWS_INSTANCE_IPV4: ip, version } });
      return { Instances: [instance('10.0.0.1', '1'), instance('10.0.0.2', '2')] };
    },
  };
  const fetch = async (input: string | URL | Request) => {
    sent.push(input instanceof Request ? input.url : String(input));
    return new Response('ok');
  };
  const sources = { clock: new ManualClock(), sink: new RecordingSink(), fetch };
  return { asked, sent, cloudMap, sources };
}

function clientOf(declared: object, options: Partial<ClientOptions> = {}, more: ClientSources = {}) {
  const { cloudMap, sources, ...rest } = world();
  return { ...rest, client: createResilientClient({ name: 'stock', ...options }, { ...sources, cloudMap, environment: environmentOf(declared), ...more }) };
}

function problemsOf(action: () => unknown): readonly string[] {
  try {
    action();
    return [];
  } catch (error) {
    return (error as ConfigurationError).problems;
  }
}

const REMEDY = 'pass cloudMap: cloudMapClient(), which is in resilient-lambda-runtime/cloud-map, in the second argument';

describe('a dependency that the stack declares as a service in AWS Cloud Map', () => {
  it('is called at the instances of that service, by its name alone', async () => {
    const { asked, sent, cloudMap, sources } = world();
    const environment = environmentOf({ cloudMap: { ...SERVICE, scheme: 'https', port: 8443, path: '/v1' }, balancing: 'round-robin' });
    const resilience = createResilience({ observability: false }, { clock: sources.clock, fetch: sources.fetch, cloudMap, environment });
    const stock = resilience.client('stock');
    for (let call = 0; call < 2; call += 1) await stock.get('/items/7');
    expect(asked).toEqual([{ NamespaceName: 'shop.local', ServiceName: 'stock', HealthStatus: 'HEALTHY_OR_ELSE_ALL', MaxResults: 1000 }]);
    expect(sent.sort()).toEqual(['https://10.0.0.1:8443/v1/items/7', 'https://10.0.0.2:8443/v1/items/7']);
  });

  it('is refused where nobody can ask, at the start and with what to do', () => {
    const environment = environmentOf({ cloudMap: SERVICE });
    const { cloudMap, sources } = world();
    const client = (given: unknown) => () => createResilientClient({ name: 'stock' }, { ...sources, environment, cloudMap: given as CloudMapClient });
    expect(problemsOf(client(undefined))).toEqual([`options.cloudMap is asked through undefined: ${REMEDY}`]);
    expect(problemsOf(client({ send: () => undefined }))).toEqual([`options.cloudMap is asked through an object: ${REMEDY}`]);
    expect(problemsOf(client(cloudMap))).toEqual([]);
    const options: ResilienceOptions = { observability: false };
    expect(problemsOf(() => createResilience(options, { environment }))).toEqual([`dependencies.stock.cloudMap is asked through undefined: ${REMEDY}`]);
  });

  it('is called there as well where the code switches off what protects it', async () => {
    const { sent, cloudMap, sources } = world();
    const environment = environmentOf({ cloudMap: SERVICE });
    const resilience = createResilience({ observability: false, dependencies: { stock: false } }, { fetch: sources.fetch, cloudMap, environment });
    await resilience.client('stock').get('/');
    expect(sent).toHaveLength(1);
  });

  it('has what the code says of the same service besides', async () => {
    const { client, asked, sent } = clientOf({ cloudMap: { ...SERVICE, port: 8080 } }, { cloudMap: { filters: { version: '2' }, query: { tenant: 'acme' } } });
    await client.get('/');
    expect(asked).toMatchObject([{ NamespaceName: 'shop.local', ServiceName: 'stock', QueryParameters: { tenant: 'acme' } }]);
    expect(sent).toEqual(['http://10.0.0.2:8080/']);
  });

  it.each<[string, Partial<ClientOptions>]>([
    ['an address', { baseUrl: 'http://localhost:9000' }],
    ['addresses', { endpoints: ['http://localhost:9000'] }],
  ])('is elsewhere where the code has %s of its own, and nobody has to be asked then', async (_which, options) => {
    const { client, sent } = clientOf({ cloudMap: SERVICE }, options, { cloudMap: undefined });
    await client.get('/');
    expect(sent).toEqual(['http://localhost:9000/']);
  });

  it('may be declared by the code alone, in place of the address in the stack', async () => {
    const { client, asked } = clientOf({ baseUrl: 'http://old.example' }, { cloudMap: { ...SERVICE, namespace: 'other' } });
    await client.get('/');
    expect(asked).toMatchObject([{ NamespaceName: 'other', ServiceName: 'stock' }]);
  });

  it('has the times that the stack declares', async () => {
    const { client } = clientOf({ cloudMap: { ...SERVICE, cacheMs: 1000, maxStaleMs: 2000 } });
    expect(client.options.cloudMap).toEqual({ ...SERVICE, cacheMs: 1000, maxStaleMs: 2000 });
  });

  it('is refused with every problem of what the code says of it (PX-13)', () => {
    const { cloudMap, sources } = world();
    const given = { namespace: '', service: 5, port: -1, ttl: 1, filters: { zone: 'a' }, query: 'a', ownerAccount: 5 };
    const options = { name: 'stock', cloudMap: given, baseUrl: 'http://a.example', balancing: 'local-first' } as unknown as ClientOptions;
    expect(problemsOf(() => createResilientClient(options, { ...sources, cloudMap, environment: {} }))).toEqual([
      'options.baseUrl and options.cloudMap are both set: leave one of them out',
      'options.balancing is "local-first", but nobody says where the function is: pass zone',
      'options.cloudMap.ttl is not an option: use one of namespace, service, path, filters, query, ownerAccount, scheme, port, cacheMs, maxStaleMs, heartbeatLifeMs',
      'options.cloudMap.namespace is "": pass the name of the namespace',
      'options.cloudMap.service is 5: pass the name of the service',
      'options.cloudMap.port is -1: set a whole number from 0 to 65535',
      'options.cloudMap.filters.zone is not an option: use one of tenant, version, region, tags, attributes',
      'options.cloudMap.query is "a": pass an object of texts',
      'options.cloudMap.ownerAccount is 5: pass a text',
    ]);
  });
});
