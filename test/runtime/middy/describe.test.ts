import { describe, expect, it } from '@jest/globals';
import { describeCall } from '../../../runtime/src/middy/describe.ts';

describe('what a request says about its call', () => {
  it.each<[string, unknown, unknown, object]>([
    ['the tenant of tenant isolation', {}, { tenantId: 'acme' }, { tenant: 'acme' }],
    ['the route of an HTTP API', { routeKey: 'GET /orders/{id}', rawPath: '/orders/7' }, {}, { operation: 'GET /orders/{id}' }],
    ['no route where only the default matched', { routeKey: '$default', rawPath: '/orders/7' }, {}, {}],
    ['method and resource of a REST API', { httpMethod: 'POST', resource: '/orders/{id}', path: '/orders/7' }, {}, { operation: 'POST /orders/{id}' }],
    ['never a raw path (PCB-08)', { httpMethod: 'GET', path: '/orders/7' }, {}, {}],
    ['nothing of an event that is none', undefined, null, {}],
    ['nothing of an empty tenant', {}, { tenantId: '' }, {}],
  ])('%s', (_case, event, context, expected) => {
    expect(describeCall(event, context)).toEqual(expected);
  });
});
