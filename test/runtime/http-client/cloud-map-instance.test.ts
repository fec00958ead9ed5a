import { describe, expect, it } from '@jest/globals';
import { endpointOf, isAlive, matches, registrationAttributes, type AddressOptions, type InstanceFilters } from '../../../runtime/src/http-client/cloud-map-instance.ts';

const instance = (attributes: Record<string, string>) => ({ id: 'i-1', attributes });
const urlOf = (attributes: Record<string, string>, options: AddressOptions = {}) => endpointOf(instance(attributes), options)?.url;

describe('the endpoint of an instance', () => {
  it.each([
    [{ AWS_INSTANCE_IPV4: '10.0.0.7', AWS_INSTANCE_PORT: '8080' }, {}, 'http://10.0.0.7:8080'],
    [{ AWS_INSTANCE_IPV4: '10.0.0.7' }, { port: 3000 }, 'http://10.0.0.7:3000'],
    [{ AWS_INSTANCE_IPV4: '10.0.0.7', AWS_INSTANCE_PORT: '8080' }, { port: 3000, scheme: 'https', path: '/v1' }, 'https://10.0.0.7:8080/v1'],
    [{ AWS_INSTANCE_IPV6: '2001:db8::1', AWS_INSTANCE_PORT: '80' }, {}, 'http://[2001:db8::1]:80'],
    [{ AWS_INSTANCE_CNAME: 'Orders.internal' }, {}, 'http://Orders.internal'],
    [{ AWS_ALIAS_DNS_NAME: 'lb.eu-west-1.elb.amazonaws.com' }, {}, 'http://lb.eu-west-1.elb.amazonaws.com'],
  ] as const)('of %j with %j is at %s', (attributes, options, url) => {
    expect(urlOf(attributes, options)).toBe(url);
  });

  it.each([
    [{}],
    [{ AWS_INSTANCE_IPV4: '10.0.0.7', AWS_INSTANCE_PORT: '99999' }],
    [{ AWS_INSTANCE_IPV4: '10.0.0.7', AWS_INSTANCE_PORT: 'http' }],
    [{ AWS_INSTANCE_CNAME: 'user@evil' }],
    [{ AWS_INSTANCE_CNAME: 'evil/path' }],
    [{ AWS_INSTANCE_CNAME: 'evil#' }],
    [{ AWS_INSTANCE_CNAME: 'evil:81' }],
    [{ AWS_INSTANCE_CNAME: '' }],
  ])('of %j is none', (attributes) => {
    expect(urlOf(attributes)).toBeUndefined();
  });

  it('has the weight and the zone that were registered, also as Amazon ECS does it', () => {
    const at = { AWS_INSTANCE_IPV4: '10.0.0.7' };
    expect(endpointOf(instance({ ...at, weight: '2.5', zone: 'use1-az1' }), {})).toEqual({ url: 'http://10.0.0.7', weight: 2.5, zone: 'use1-az1' });
    expect(endpointOf(instance({ ...at, AVAILABILITY_ZONE: 'us-east-1a' }), {})).toEqual({ url: 'http://10.0.0.7', weight: 1, zone: 'us-east-1a' });
    for (const weight of ['0', '-1', '1001', 'heavy', '']) expect(endpointOf(instance({ ...at, weight }), {})?.weight).toBe(1);
  });
});

describe('filters', () => {
  const attributes = { tenant: 'acme', version: '2', tags: 'blue, canary', REGION: 'eu-west-1', team: 'a' };

  it.each<[InstanceFilters, boolean]>([
    [{}, true],
    [{ tenant: 'acme' }, true],
    [{ tenant: 'other' }, false],
    [{ version: '2', tenant: undefined }, true],
    [{ version: '20' }, false],
    [{ region: 'eu-west-1' }, true],
    [{ region: 'us-east-1' }, false],
    [{ tags: ['canary'] }, true],
    [{ tags: ['canary', 'blue'] }, true],
    [{ tags: ['can'] }, false],
    [{ tags: ['blue', 'green'] }, false],
    [{ tags: ['blue, canary'] }, false],
    [{ attributes: { team: 'a' } }, true],
    [{ attributes: { team: 'b' } }, false],
    [{ attributes: { floor: '3' } }, false],
    [{ tenant: 'acme', version: '2', region: 'eu-west-1', tags: ['blue'], attributes: { team: 'a' } }, true],
  ])('%j let it through: %p (PHR-06)', (filters, expected) => {
    expect(matches(instance(attributes), filters)).toBe(expected);
  });
});

describe('a registration', () => {
  const registration = { host: '10.0.0.7', port: 8080, weight: 2, zone: 'use1-az1', tenant: 'acme', version: '2', region: 'eu-west-1', tags: ['blue', 'canary'] };

  it('comes back as it was made, as flat texts (PHR-07)', () => {
    const attributes = registrationAttributes(registration, 5000);
    expect(Object.values(attributes).every((value) => typeof value === 'string')).toBe(true);
    expect(endpointOf(instance(attributes), {})).toEqual({ url: 'http://10.0.0.7:8080', weight: 2, zone: 'use1-az1' });
    expect(matches(instance(attributes), { tenant: 'acme', version: '2', region: 'eu-west-1', tags: ['canary', 'blue'] })).toBe(true);
    for (const host of ['2001:db8::1', 'orders.internal']) {
      expect(endpointOf(instance(registrationAttributes({ host }, 0)), {})?.url).toContain(host);
    }
  });

  it('dies without heartbeats where they are asked for, and lives with them (PHR-07)', () => {
    const attributes = registrationAttributes(registration, 5000);
    expect(isAlive(instance(attributes), 30_000, 35_000)).toBe(true);
    expect(isAlive(instance(attributes), 30_000, 35_001)).toBe(false);
    expect(isAlive(instance(registrationAttributes(registration, 34_000)), 30_000, 35_001)).toBe(true);
    expect(isAlive(instance({ AWS_INSTANCE_IPV4: '10.0.0.7' }), 30_000, 0)).toBe(false);
    expect(isAlive(instance({ AWS_INSTANCE_IPV4: '10.0.0.7' }), 0, 9e15)).toBe(true);
  });
});
