import fc from 'fast-check';
import { EVENT_FIXTURES } from './event-fixtures.ts';

/** fast-check looks into the values that it makes, which some of these do not survive: so they are made when they are needed. */
type Maker = () => unknown;

/** A member, deep in an event, that is replaced. */
interface Mutation {
  readonly steps: readonly number[];
  readonly value: Maker;
}

const throwing = (): object =>
  new Proxy(
    {},
    {
      get: () => {
        throw new Error('get');
      },
      ownKeys: () => {
        throw new Error('ownKeys');
      },
      has: () => {
        throw new Error('has');
      },
    },
  );

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
};

const cyclic = (): object => {
  const event: Record<string, unknown> = { httpMethod: 'GET' };
  return Object.assign(event, { requestContext: event, headers: event, Records: event, 0: event });
};

const getters = (): object =>
  Object.defineProperty({}, 'eventSource', {
    enumerable: true,
    get: () => {
      throw new Error('eventSource');
    },
  });

const oddity: fc.Arbitrary<Maker> = fc.oneof(
  fc.constantFrom<Maker>(throwing, revoked, cyclic, getters),
  fc.constant(() => Object.assign(Object.create(null) as object, { headers: Object.create(null) as object })),
  fc.constantFrom<unknown>(undefined, null, '', 0, -1, Number.NaN, true, [], {}, Symbol('s'), 1n, () => 'x', 'x'.repeat(100_000), '::/'.repeat(1000), '\uD800').map((value) => () => value),
  fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }).map((value) => () => value),
  fc.jsonValue().map((value) => () => value),
);

/** The event with one member, anywhere in it, replaced; what an earlier replacement made unreadable stays as it is. */
function mutated(event: unknown, mutation: Mutation): unknown {
  try {
    return replaced(event, mutation);
  } catch {
    return event;
  }
}

function replaced(event: unknown, { steps: [step = 0, ...steps], value }: Mutation): unknown {
  const keys = typeof event === 'object' && event !== null ? Object.keys(event) : [];
  const key = keys[step % keys.length];
  if (key === undefined) return value();
  const copy: unknown = Array.isArray(event) ? [...(event as unknown[])] : { ...(event as object) };
  const member = (event as Record<string, unknown>)[key];
  return Object.assign(copy as object, { [key]: steps.length === 0 ? value() : mutated(member, { steps, value }) });
}

const nearlyReal = fc
  .record({
    fixture: fc.constantFrom(...EVENT_FIXTURES),
    mutations: fc.array(fc.record({ steps: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), value: oddity }), { minLength: 1, maxLength: 3 }),
  })
  .map(({ fixture, mutations }) => () => mutations.reduce<unknown>(mutated, fixture.event));

/** Makers of events as they should never be: real ones with members replaced, and anything at all, objects that throw when touched included. */
export const hostileEvent: fc.Arbitrary<Maker> = fc.oneof({ weight: 3, arbitrary: nearlyReal }, { weight: 1, arbitrary: oddity });
