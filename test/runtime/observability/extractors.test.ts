import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeCaller } from '../../../runtime/src/middy/caller.ts';
import { describeCall } from '../../../runtime/src/middy/describe.ts';
import { requestHeader } from '../../../runtime/src/middy/headers.ts';
import { CALLERS_OWN, EVENT_FIXTURES, FIXTURE_CONTEXT } from '../middy/event-fixtures.ts';
import { hostileEvent } from '../middy/hostile-events.ts';

describe('who makes a call, as far as it is reported', () => {
  it.each(EVENT_FIXTURES)('is nobody where only headers and bodies say so, from $source (OB-03)', ({ event }) => {
    const { tenant, user } = describeCaller()(event, FIXTURE_CONTEXT);
    expect({ tenant, user }).toEqual({});
  });

  it.each(EVENT_FIXTURES)('is the tenant that Lambda names, from $source (OB-03)', ({ event }) => {
    expect(describeCaller()(event, { ...FIXTURE_CONTEXT, tenantId: 'acme' }).tenant).toBe('acme');
  });

  it('never comes from what callers write, wherever they write it', () => {
    const identified = EVENT_FIXTURES.map(({ event }) => describeCaller()(event, FIXTURE_CONTEXT));
    expect(JSON.stringify(identified.map(({ tenant, user, operation, ip }) => ({ tenant, user, operation, ip })))).not.toContain(CALLERS_OWN);
  });

  it('leaves out what cannot be read, such as headers that throw', () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    const ALB = { httpMethod: 'GET', path: '/', requestContext: { elb: {} } };
    for (const event of [{ ...ALB, headers: proxy }, { ...ALB, headers: { 'x-forwarded-for': proxy } }, { ...ALB, requestContext: proxy }, proxy]) {
      expect(describeCaller()(event, proxy)).not.toHaveProperty('ip');
    }
  });

  it('never throws with the default identity, whatever the event and the context are', () => {
    const describeDefault = describeCaller();
    fc.assert(
      fc.property(hostileEvent, hostileEvent, (makeEvent, makeContext) => {
        const [event, context] = [makeEvent(), makeContext()];
        expect(describeDefault(event, context)).toEqual(expect.any(Object));
        expect(describeCall(event, context)).toEqual(expect.any(Object));
        expect(Array.isArray(requestHeader(event, 'x-forwarded-for'))).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  it('still fails where a function of the user throws, because a guess would be a hole', () => {
    const identity = {
      tenant: () => {
        throw new Error('no tenant');
      },
    };
    expect(() => describeCaller(identity)({}, {})).toThrow('no tenant');
  });
});
