import { describe, expect, it } from '@jest/globals';
import { describeCaller, identityProblems, type CallerIdentity } from '../../../runtime/src/middy/caller.ts';

const REST = { httpMethod: 'GET', resource: '/orders/{id}', path: '/orders/7', headers: {}, requestContext: { identity: { sourceIp: '203.0.113.7' } } };
const HTTP_API = {
  version: '2.0',
  routeKey: 'GET /orders/{id}',
  rawPath: '/orders/7',
  headers: {},
  requestContext: { http: { method: 'GET', path: '/orders/7', sourceIp: '203.0.113.8' } },
};
const FUNCTION_URL = { ...HTTP_API, routeKey: '$default' };
const ALB = { httpMethod: 'GET', path: '/orders/7', headers: { 'x-forwarded-for': '198.51.100.9, 203.0.113.9' }, requestContext: { elb: { targetGroupArn: 'arn' } } };
const ALB_MULTI_VALUE = { ...ALB, headers: undefined, multiValueHeaders: { 'X-Forwarded-For': ['198.51.100.9', '203.0.113.9'] } };
const LATTICE_1 = { raw_path: '/orders/7?a=1', method: 'GET', headers: { 'x-forwarded-for': '203.0.113.9' } };
const LATTICE_2 = {
  version: '2.0',
  path: '/orders/7?a=1',
  method: 'GET',
  headers: { 'x-forwarded-for': ['203.0.113.9'] },
  requestContext: { serviceNetworkArn: 'arn', identity: { principal: 'arn:aws:iam::1:role/a', principalOrgID: 'o-1' } },
};
const QUEUE = { Records: [{ eventSource: 'aws:sqs', body: '{}' }] };

const authorized = (event: { readonly requestContext: object }, authorizer: object) => ({
  ...event,
  requestContext: { ...event.requestContext, authorizer },
});
const withHeaders = (event: object, headers: object) => ({ ...event, headers });
const callOf = (event: unknown, identity?: CallerIdentity, context: unknown = {}) => describeCaller(identity)(event, context);

describe('what the platform says about a call', () => {
  it.each<[string, unknown, object]>([
    ['API Gateway REST', REST, { operation: 'GET /orders/{id}', ip: '203.0.113.7', method: 'GET', path: '/orders/7' }],
    ['API Gateway HTTP', HTTP_API, { operation: 'GET /orders/{id}', ip: '203.0.113.8', method: 'GET', path: '/orders/7' }],
    ['a function URL', FUNCTION_URL, { ip: '203.0.113.8', method: 'GET', path: '/orders/7' }],
    ['ALB, which appends the address that reached it', ALB, { ip: '203.0.113.9', method: 'GET', path: '/orders/7' }],
    ['ALB with multi-value headers', ALB_MULTI_VALUE, { ip: '203.0.113.9', method: 'GET', path: '/orders/7' }],
    ['VPC Lattice 1, which names no address', LATTICE_1, { method: 'GET', path: '/orders/7' }],
    ['VPC Lattice 2, which names no address', LATTICE_2, { method: 'GET', path: '/orders/7' }],
    ['a queue, which says nothing', QUEUE, {}],
    ['nothing', undefined, {}],
  ])('%s', (_case, event, expected) => {
    expect(callOf(event)).toEqual(expected);
  });

  it('the tenant of tenant isolation, in durable mode too', () => {
    expect(callOf(QUEUE, undefined, { tenantId: 'acme' })).toEqual({ tenant: 'acme' });
    expect(callOf(QUEUE, undefined, { lambdaContext: { tenantId: 'acme' } })).toEqual({ tenant: 'acme' });
  });

  it.each<[string, unknown]>([
    ['a user pool of a REST API', authorized(REST, { claims: { sub: 'ann' } })],
    ['a Lambda authorizer of a REST API', authorized(REST, { principalId: 'ann' })],
    ['a Lambda authorizer of a REST API that answers with sub', authorized(REST, { principalId: 'user', sub: 'ann' })],
    ['a JWT authorizer of an HTTP API', authorized(HTTP_API, { jwt: { claims: { sub: 'ann' } } })],
    ['a Lambda authorizer of an HTTP API', authorized(HTTP_API, { lambda: { sub: 'ann' } })],
  ])('the user is the subject of %s', (_case, event) => {
    expect(callOf(event)).toMatchObject({ user: 'ann' });
  });
});

describe('what callers say about themselves is not believed (PRL-06)', () => {
  const FORGED = {
    'X-Forwarded-For': '198.51.100.1',
    'x-forwarded-for': '198.51.100.1',
    'X-Real-IP': '198.51.100.1',
    Forwarded: 'for=198.51.100.1',
    'X-Tenant-Id': 'victim',
    'X-User-Id': 'victim',
  };

  it.each<[string, object]>([['REST', REST], ['HTTP', HTTP_API], ['function URL', FUNCTION_URL], ['Lattice 1', LATTICE_1], ['Lattice 2', LATTICE_2]])(
    'no header changes who the caller of %s is',
    (_case, event) => {
      expect(callOf(withHeaders(event, FORGED))).toEqual(callOf(withHeaders(event, {})));
    },
  );

  it('behind an ALB a longer list does not change the address', () => {
    const addresses = ['198.51.100.1', '198.51.100.2, 198.51.100.3', 'nonsense'].map(
      (forged) => callOf(withHeaders(ALB, { 'x-forwarded-for': `${forged}, 203.0.113.9` })).ip,
    );
    expect(addresses).toEqual(['203.0.113.9', '203.0.113.9', '203.0.113.9']);
  });

  it('an event that is invoked directly proves nothing', () => {
    expect(callOf({ requestContext: { authorizer: { claims: { sub: 'ann' } }, identity: { sourceIp: '203.0.113.7' } } })).toEqual({});
  });
});

describe('trusted hops', () => {
  const forwarded = (list: string) => withHeaders(REST, { 'X-Forwarded-For': list });

  it.each<[number, string, string | undefined]>([
    [1, '198.51.100.1, 192.0.2.2, 203.0.113.9', '203.0.113.9'],
    [2, '198.51.100.1, 192.0.2.2, 203.0.113.9', '192.0.2.2'],
    [3, '198.51.100.1,192.0.2.2,203.0.113.9', '198.51.100.1'],
    [4, '198.51.100.1, 192.0.2.2, 203.0.113.9', undefined],
    [1, 'nonsense', undefined],
    [2, '2001:db8:1:2:3::1, 203.0.113.9', '2001:db8:1:2::/64'],
    [1, '198.51.100.1, 203.0.113.9:1234', '203.0.113.9'],
  ])('%d of "%s" is %s', (trustedHops, list, expected) => {
    expect(callOf(forwarded(list), { ip: { trustedHops } }).ip).toBe(expected);
  });

  it('a list that is missing is unknown, not the address of the platform', () => {
    expect(callOf(REST, { ip: { trustedHops: 1 } })).not.toHaveProperty('ip');
  });

  it('several headers are one list', () => {
    const event = { ...REST, headers: { 'X-Forwarded-For': '203.0.113.9' }, multiValueHeaders: { 'x-forwarded-for': ['198.51.100.1, 192.0.2.2', '203.0.113.9'] } };
    expect(callOf(event, { ip: { trustedHops: 2 } }).ip).toBe('192.0.2.2');
    expect(callOf(LATTICE_2, { ip: { trustedHops: 1 } }).ip).toBe('203.0.113.9');
  });
});

describe('sources', () => {
  it.each<[string, CallerIdentity, unknown, object]>([
    ['a claim', { tenant: { claim: 'custom:tenant' } }, authorized(REST, { claims: { 'custom:tenant': 'acme' } }), { tenant: 'acme' }],
    ['a claim of a JWT', { tenant: { claim: 'org' } }, authorized(HTTP_API, { jwt: { claims: { org: 'acme' } } }), { tenant: 'acme' }],
    ['a number', { tenant: { claim: 'org' } }, authorized(HTTP_API, { lambda: { org: 7 } }), { tenant: '7' }],
    ['a header, in any case', { tenant: { header: 'x-Tenant-ID' } }, withHeaders(REST, { 'X-TENANT-id': 'acme' }), { tenant: 'acme' }],
    ['the header that was written last', { tenant: { header: 'x-tenant-id' } }, { ...REST, multiValueHeaders: { 'X-Tenant-Id': ['forged', 'acme'] } }, { tenant: 'acme' }],
    ['the account of a function URL', { user: { iam: 'accountId' } }, authorized(FUNCTION_URL, { iam: { accountId: '1' } }), { user: '1' }],
    ['the account of a REST API', { user: { iam: 'accountId' } }, { ...REST, requestContext: { identity: { accountId: '1' } } }, { user: '1' }],
    ['the role of VPC Lattice', { user: { iam: 'userArn' } }, LATTICE_2, { user: 'arn:aws:iam::1:role/a' }],
    ['the organization of VPC Lattice', { tenant: { iam: 'principalOrgId' } }, LATTICE_2, { tenant: 'o-1' }],
    ['a function, of any event', { user: (event, context) => `${Object.keys(event as object).join()}-${(context as { a: string }).a}` }, QUEUE, { user: 'Records-b' }],
  ])('%s', (_case, identity, event, expected) => {
    expect(callOf(event, identity, { a: 'b' })).toMatchObject(expected);
  });

  it('that say nothing leave it unknown, and no default takes their place', () => {
    const event = authorized(REST, { claims: { sub: 'ann' } });
    for (const source of [{ claim: 'org' }, { header: 'x-org' }, { iam: 'userArn' as const }, () => undefined, () => '', () => 7 as unknown as string]) {
      const call = callOf(event, { tenant: source, user: source }, { tenantId: 'acme' });
      expect(call).not.toHaveProperty('tenant');
      expect(call).not.toHaveProperty('user');
    }
  });

  it('of claims and headers are asked about HTTP events only', () => {
    const invoked = { headers: { 'x-tenant-id': 'acme' }, requestContext: { authorizer: { lambda: { sub: 'ann' } } } };
    expect(callOf(invoked, { tenant: { header: 'x-tenant-id' }, user: { claim: 'sub' } })).toEqual({});
  });
});

describe('an identity that cannot work', () => {
  it.each<[unknown, string]>([
    ['sub', 'options.identity is "sub": set an object of tenant, user and ip'],
    [{ client: {} }, 'options.identity.client is not an option: use one of tenant, user, ip'],
    [{ user: 'sub' }, 'options.identity.user is "sub": set one of { claim }, { header }, { iam } or a function'],
    [{ user: {} }, 'options.identity.user is an object: set one of { claim }, { header }, { iam } or a function'],
    [{ user: { claim: 'a', header: 'b' } }, 'options.identity.user is an object: set one of { claim }, { header }, { iam } or a function'],
    [{ user: { cookie: 'a' } }, 'options.identity.user is an object: set one of { claim }, { header }, { iam } or a function'],
    [{ tenant: { claim: '' } }, 'options.identity.tenant.claim is "": set a name'],
    [{ tenant: { header: 7 } }, 'options.identity.tenant.header is 7: set a name'],
    [{ tenant: { iam: 'toString' } }, 'options.identity.tenant.iam is "toString": use one of accountId, userArn, principalOrgId'],
    [{ ip: {} }, 'options.identity.ip.trustedHops is undefined: set a whole number from 1 to 100'],
    [{ ip: { trustedHops: 0 } }, 'options.identity.ip.trustedHops is 0: set a whole number from 1 to 100'],
    [{ ip: { trustedHops: 1.5 } }, 'options.identity.ip.trustedHops is 1.5: set a whole number from 1 to 100'],
    [{ ip: { trustedHops: 101 } }, 'options.identity.ip.trustedHops is 101: set a whole number from 1 to 100'],
    [{ ip: { trustedHops: 1, header: 'x' } }, 'options.identity.ip.header is not an option: use one of trustedHops'],
  ])('%j', (identity, problem) => {
    expect(identityProblems('options.identity', identity)).toEqual([problem]);
  });

  it('is told with all its problems; one that can work has none', () => {
    expect(identityProblems('i', { tenant: 1, user: 2, ip: 3, x: 4 })).toHaveLength(4);
    expect(identityProblems('i', undefined)).toEqual([]);
    expect(identityProblems('i', { tenant: { claim: 'a' }, user: { iam: 'userArn' }, ip: { trustedHops: 1 } })).toEqual([]);
    expect(identityProblems('i', { tenant: () => 'a', user: { header: 'b' }, ip: undefined })).toEqual([]);
  });
});
