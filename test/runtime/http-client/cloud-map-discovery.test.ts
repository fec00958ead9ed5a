import { describe, expect, it } from '@jest/globals';
import { cloudMapDiscovery, type DiscoverInstancesInput, type DiscoverInstancesOutput } from '../../../runtime/src/http-client/cloud-map-discovery.ts';

/** A client that gives the same answer again and again. */
function clientWith(output: DiscoverInstancesOutput | Error) {
  const sent: { input: DiscoverInstancesInput; abortSignal: AbortSignal }[] = [];
  const discoverInstances = async (input: DiscoverInstancesInput, { abortSignal }: { abortSignal: AbortSignal }): Promise<DiscoverInstancesOutput> => {
    sent.push({ input, abortSignal });
    if (output instanceof Error) throw output;
    return output;
  };
  return { discoverInstances, sent };
}

const { signal } = new AbortController();

describe('discovery through AWS Cloud Map', () => {
  it('asks for the healthy instances, or else all, and for as many as there can be', async () => {
    const client = clientWith({ Instances: [] });
    const options = { client, namespace: 'shop', service: 'orders' };
    await cloudMapDiscovery(options).discover(signal);
    await cloudMapDiscovery({ ...options, query: { tenant: 'acme' }, ownerAccount: '123456789012' }).discover(signal);
    const input = { NamespaceName: 'shop', ServiceName: 'orders', HealthStatus: 'HEALTHY_OR_ELSE_ALL', MaxResults: 1000 };
    expect(client.sent).toEqual([
      { input, abortSignal: signal },
      { input: { ...input, QueryParameters: { tenant: 'acme' }, OwnerAccount: '123456789012' }, abortSignal: signal },
    ]);
  });

  it('gives instances with their health, also where half of what belongs to them is missing', async () => {
    const client = clientWith({
      Instances: [
        { InstanceId: 'a', HealthStatus: 'HEALTHY', Attributes: { AWS_INSTANCE_IPV4: '10.0.0.1' } },
        { InstanceId: 'b', HealthStatus: 'UNHEALTHY', Attributes: { AWS_INSTANCE_IPV4: '10.0.0.2' } },
        { InstanceId: 'c', HealthStatus: 'UNKNOWN', Attributes: { AWS_INSTANCE_IPV4: '10.0.0.3' } },
        {},
      ],
    });
    const found = await cloudMapDiscovery({ client, namespace: 'shop', service: 'orders' }).discover(signal);
    expect(found).toEqual([
      { id: 'a', isUnhealthy: false, attributes: { AWS_INSTANCE_IPV4: '10.0.0.1' } },
      { id: 'b', isUnhealthy: true, attributes: { AWS_INSTANCE_IPV4: '10.0.0.2' } },
      { id: 'c', isUnhealthy: false, attributes: { AWS_INSTANCE_IPV4: '10.0.0.3' } },
      { id: '', isUnhealthy: false, attributes: {} },
    ]);
  });

  it('refuses options that cannot work, with every problem at once (PX-13)', () => {
    const make = (options: unknown) => () => cloudMapDiscovery(options as never);
    expect(make(undefined)).toThrow('pass an object with client, namespace and service');
    expect(make({ client: { send: () => undefined }, namespace: '' })).toThrow(
      /options\.client is an object: pass cloudMapClient\(\), .*\n.*options\.namespace is "": pass the name of the namespace\n.*options\.service is undefined: pass/,
    );
  });

  it('takes an answer without a list for one without instances, and passes errors on', async () => {
    const discovery = (output: DiscoverInstancesOutput | Error) =>
      cloudMapDiscovery({ client: clientWith(output), namespace: 'shop', service: 'orders' });
    await expect(discovery({}).discover(signal)).resolves.toEqual([]);
    await expect(discovery(new Error('RequestLimitExceeded')).discover(signal)).rejects.toThrow('RequestLimitExceeded');
  });
});
