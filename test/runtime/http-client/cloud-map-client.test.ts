import { ServiceDiscovery } from '@aws-sdk/client-servicediscovery';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LOCAL_CREDENTIALS } from '../../../local/index.ts';
import { cloudMapClient, type CloudMapClientOptions } from '../../../runtime/src/http-client/cloud-map-client.ts';
import { cloudMapDiscovery } from '../../../runtime/src/http-client/cloud-map-discovery.ts';
import { cloudMapEndpoints } from '../../../runtime/src/http-client/cloud-map-endpoints.ts';
import type { ClientDiscoveryFailedEvent } from '../../../runtime/src/http-client/routing-events.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { deferred } from '../core/deferred.ts';
import { FakeCloudMap, hang, reset, serviceError, type Registered } from './fake-cloud-map.ts';

// The SDK itself against a server on this machine.
let cloudMap: FakeCloudMap;
beforeEach(async () => {
  cloudMap = new FakeCloudMap();
  await cloudMap.start();
});
afterEach(() => cloudMap.close());

const at = (ip: string, HealthStatus: Registered['HealthStatus'] = 'HEALTHY', more: Record<string, string> = {}): Registered => ({
  InstanceId: ip,
  HealthStatus,
  Attributes: { AWS_INSTANCE_IPV4: ip, AWS_INSTANCE_PORT: '8080', ...more },
});

const SERVICE = { namespace: 'shop.local', service: 'stock' };

/** Generous, because a busy machine is no failing service. */
const clientOf = (options: CloudMapClientOptions = {}) => cloudMapClient({ connectionTimeoutMs: 20_000, requestTimeoutMs: 20_000, endpoint: cloudMap.endpoint, ...options });

function ask(client = clientOf(), signal = new AbortController().signal) {
  return cloudMapDiscovery({ client, ...SERVICE }).discover(signal);
}

describe('AWS Cloud Map, asked with the SDK', () => {
  it('is told which instances, with the credentials of the function', async () => {
    await cloudMapDiscovery({ client: clientOf(), ...SERVICE, query: { tenant: 'acme' }, ownerAccount: '123456789012' }).discover(new AbortController().signal);
    expect(cloudMap.asked).toEqual([
      {
        method: 'POST',
        target: 'Route53AutoNaming_v20170314.DiscoverInstances',
        host: new URL(cloudMap.endpoint).host,
        signedBy: LOCAL_CREDENTIALS.accessKeyId,
        body: {
          NamespaceName: 'shop.local',
          ServiceName: 'stock',
          HealthStatus: 'HEALTHY_OR_ELSE_ALL',
          MaxResults: 1000,
          QueryParameters: { tenant: 'acme' },
          OwnerAccount: '123456789012',
        },
      },
    ]);
  });

  it('gives the healthy instances, or all if none is', async () => {
    const client = clientOf();
    const attributes = { AWS_INSTANCE_PORT: '8080' };
    cloudMap.instances = [at('10.0.0.1'), at('10.0.0.2', 'UNHEALTHY')];
    await expect(ask(client)).resolves.toEqual([{ id: '10.0.0.1', isUnhealthy: false, attributes: { ...attributes, AWS_INSTANCE_IPV4: '10.0.0.1' } }]);
    cloudMap.instances = [at('10.0.0.1', 'UNHEALTHY'), at('10.0.0.2', 'UNKNOWN')];
    await expect(ask(client)).resolves.toEqual([
      { id: '10.0.0.1', isUnhealthy: true, attributes: { ...attributes, AWS_INSTANCE_IPV4: '10.0.0.1' } },
      { id: '10.0.0.2', isUnhealthy: false, attributes: { ...attributes, AWS_INSTANCE_IPV4: '10.0.0.2' } },
    ]);
    cloudMap.instances = [];
    await expect(ask(client)).resolves.toEqual([]);
  });

  it.each([
    [400, 'RequestLimitExceeded'],
    [400, 'ThrottlingException'],
    [400, 'NamespaceNotFound'],
    [403, 'AccessDeniedException'],
    [500, 'InternalServerError'],
    [503, 'ServiceUnavailable'],
  ])('is asked once when it answers %i, %s', async (statusCode, name) => {
    cloudMap.inject(serviceError(statusCode, name));
    await expect(ask()).rejects.toMatchObject({ name });
    expect(cloudMap.asked).toHaveLength(1);
  });

  it('is left when it does not answer in time', async () => {
    cloudMap.inject(hang);
    await expect(ask(clientOf({ requestTimeoutMs: 50 }))).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(cloudMap.asked).toHaveLength(1);
  });

  it('is left when nobody waits any more, and asked again later', async () => {
    const [client, asking, reached] = [clientOf(), new AbortController(), deferred()];
    cloudMap.inject((...exchange) => {
      hang(...exchange);
      reached.resolve(undefined);
    });
    const asked = expect(ask(client, asking.signal)).rejects.toMatchObject({ name: 'AbortError' });
    await reached.promise;
    asking.abort();
    await asked;
    await expect(ask(client)).resolves.toEqual([]);
  });

  it('is asked on a fresh connection where that died in a freeze, and given up if that one dies too', async () => {
    const client = clientOf();
    await ask(client);
    cloudMap.dropConnections();
    await expect(ask(client)).resolves.toEqual([]);
    cloudMap.inject(reset);
    await expect(ask(client)).resolves.toEqual([]);
    cloudMap.inject(reset, reset);
    await expect(ask(client)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(cloudMap.asked).toHaveLength(6);
  });

  it('may be asked with a client of the SDK that somebody has made for himself', async () => {
    cloudMap.instances = [at('10.0.0.1')];
    const client = new ServiceDiscovery({ endpoint: cloudMap.endpoint, disableHostPrefix: true, maxAttempts: 1 });
    await expect(cloudMapDiscovery({ client, ...SERVICE }).discover(new AbortController().signal)).resolves.toMatchObject([{ id: '10.0.0.1' }]);
    client.destroy();
  });
});

describe('endpoints of AWS Cloud Map, asked with the SDK', () => {
  function create(options: CloudMapClientOptions = {}) {
    const [clock, sink] = [new ManualClock(), new RecordingSink()];
    const discovery = cloudMapDiscovery({ client: clientOf(options), ...SERVICE });
    const source = cloudMapEndpoints({ name: 'stock', discovery }, { clock, sink, random: new SeededRandom(1) });
    const failures = () => sink.ofType<ClientDiscoveryFailedEvent>('client.discovery_failed').map(({ error }) => (error as Error).name);
    return { clock, source, failures };
  }

  it.each([
    ['throttles', 'RequestLimitExceeded', [serviceError(400, 'RequestLimitExceeded')], {}],
    ['fails', 'InternalServerError', [serviceError(500, 'InternalServerError')], {}],
    ['does not answer in time', 'TimeoutError', [hang], { requestTimeoutMs: 1000 }],
    ['breaks every connection', 'TimeoutError', [reset, reset], {}],
  ])('go on with the last list while it %s, and take the new one afterwards (PHR-06)', async (_how, name, faults, options) => {
    const { clock, source, failures } = create(options);
    cloudMap.instances = [at('10.0.0.1')];
    expect((await source.pick()).url).toBe('http://10.0.0.1:8080');
    cloudMap.instances = [at('10.0.0.2')];
    cloudMap.inject(...faults);
    clock.advance(5000);
    await source.refresh();
    expect(failures()).toEqual([name]);
    expect(source.pick()).toMatchObject({ url: 'http://10.0.0.1:8080' });
    clock.advance(1000);
    await source.refresh();
    expect(source.pick()).toMatchObject({ url: 'http://10.0.0.2:8080' });
  });

  it('are none when the first question fails, and are asked for again', async () => {
    const { clock, source } = create();
    cloudMap.instances = [at('10.0.0.1')];
    cloudMap.inject(serviceError(403, 'AccessDeniedException'));
    await expect(source.pick()).rejects.toMatchObject({ code: 'NO_ENDPOINT', cause: expect.objectContaining({ name: 'AccessDeniedException' }) });
    clock.advance(1000);
    expect((await source.pick()).url).toBe('http://10.0.0.1:8080');
  });
});
