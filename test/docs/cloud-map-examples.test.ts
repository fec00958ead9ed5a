import dns from 'node:dns';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { FakeCloudMap } from '../runtime/http-client/fake-cloud-map.ts';

const cloudMap = new FakeCloudMap();
const sent: string[] = [];
const [realFetch, realLookup] = [globalThis.fetch, dns.lookup];

beforeAll(async () => {
  await cloudMap.start();
  cloudMap.instances = [{ InstanceId: 'a', Attributes: { AWS_INSTANCE_IPV4: '10.0.0.7' } }];
  // The SDK asks for instances at a name of its own, which has to lead to this machine.
  dns.lookup = ((host: string, ...rest: [never, never]) => realLookup(host.replace(/^data-/, ''), ...rest)) as typeof dns.lookup;
  process.env['AWS_ENDPOINT_URL_SERVICEDISCOVERY'] = cloudMap.endpoint;
  process.env['RESILIENCE_CONFIG'] = JSON.stringify({
    version: 1,
    dependencies: { stock: { cloudMap: { namespace: 'shop', service: 'stock', port: 8080, path: '/v1' }, circuit: false, bulkhead: false } },
    observability: { logging: false, metrics: false },
  });
  globalThis.fetch = async (url) => {
    sent.push(new Request(url).url);
    return new Response('7');
  };
});

afterAll(async () => {
  globalThis.fetch = realFetch;
  dns.lookup = realLookup;
  delete process.env['RESILIENCE_CONFIG'];
  delete process.env['AWS_ENDPOINT_URL_SERVICEDISCOVERY'];
  await cloudMap.close();
});

it('stock is asked at the instances that are found', async () => {
  const { handler } = await import('../../examples/cloud-map.mts');
  const answer = await handler({ article: 'te a' }, { getRemainingTimeInMillis: () => 10_000 } as Context);
  expect(answer).toEqual({ statusCode: 200, body: '7' });
  expect(sent).toEqual(['http://10.0.0.7:8080/v1/articles/te%20a']);
  expect(cloudMap.asked.map(({ body }) => [body.NamespaceName, body.ServiceName])).toEqual([['shop', 'stock']]);
});
