import { describe, expect, it } from '@jest/globals';
import { PRIORITIES } from '../../../runtime/src/core/call-context.ts';
import { prioritySourceProblems, priorityFromHeader, withPriority } from '../../../runtime/src/middy/priority.ts';

const restEvent = (headers: object) => ({ httpMethod: 'GET', requestContext: {}, headers });
const httpEvent = (headers: object) => ({ version: '2.0', requestContext: { http: { method: 'GET' } }, headers });

describe('the priority that a header names', () => {
  it.each(Object.keys(PRIORITIES))('is %s, in whatever case header and value are written (PX-11, PX-12)', (name) => {
    expect(priorityFromHeader(restEvent({ 'X-Priority': name.toUpperCase() }))).toBe(name);
    expect(priorityFromHeader(httpEvent({ 'x-priority': ` ${name} ` }))).toBe(name);
    expect(priorityFromHeader({ ...restEvent({}), multiValueHeaders: { 'x-PRIORITY': [name] } })).toBe(name);
  });

  it.each(['urgent', '10', 'toString', '__proto__'])('is normal for %p', (value) => {
    expect(priorityFromHeader(httpEvent({ 'x-priority': value }))).toBe('normal');
  });

  it.each([[httpEvent({})], [httpEvent({ 'x-priority': '' })], [{ Records: [] }], [undefined]])('is not known of %p', (event) => {
    expect(priorityFromHeader(event)).toBeUndefined();
  });

  it('is the last of several, which the nearest hop wrote', () => {
    expect(priorityFromHeader({ ...restEvent({}), multiValueHeaders: { 'X-Priority': ['critical', 'low'] } })).toBe('low');
  });

  it('is read from the header that is named', () => {
    expect(priorityFromHeader(httpEvent({ 'x-tier': 'high', 'x-priority': 'low' }), 'X-Tier')).toBe('high');
  });

  it('is added to a description, which stays as it is without one', () => {
    const described = { tenant: 'acme' };
    const describe = withPriority(() => described, { header: 'X-Tier' });
    expect(describe(httpEvent({ 'x-tier': 'high' }), {})).toEqual({ tenant: 'acme', priority: 'high' });
    expect(describe(httpEvent({ 'x-priority': 'high' }), {})).toBe(described);
    expect(withPriority(() => described)(httpEvent({ 'x-priority': 'high' }), {})).toEqual({ tenant: 'acme', priority: 'high' });
  });
});

describe('a source of priorities', () => {
  it.each([undefined, {}, { header: undefined }, { header: 'X-Tier' }])('may be %p', (source) => {
    expect(prioritySourceProblems('options.priorityFrom', source)).toEqual([]);
  });

  it.each([null, 'x-tier', [], { header: '' }, { header: 5 }, { header: 'x tier' }, { header: 'x'.repeat(129) }, { headr: 'x-tier' }])('must not be %p', (source) => {
    expect(prioritySourceProblems('options.priorityFrom', source)).toEqual([expect.stringMatching(/^options\.priorityFrom(\.heade?r)? is .*: (set|use)/)]);
  });
});
