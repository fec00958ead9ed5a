import { describe, expect, it, jest } from '@jest/globals';
import { createResilientClient, EndpointPool, Hedge, singleEndpoint, type ResilientHttpClient } from '../../../runtime/src/http-client/index.ts';
import { resilience, type ResilienceOptions } from '../../../runtime/src/resilience/index.ts';
import { RetryBudgets } from '../../../runtime/src/retry/index.ts';
import { VirtualTime } from '../http-client/virtual-time.ts';
import { declared, errorOf, times, world } from './world.ts';

const [EAST, WEST] = ['https://east.example/v1', 'https://west.example/v1'];
const BOTH = { endpoints: [EAST, WEST] };
const SLOW_MS = 2000;

/** Two endpoints: what they are sent, and what becomes of it. */
function services() {
  const time = new VirtualTime();
  const broken = new Set<string>();
  const state = { durationMs: 10 };
  const fetch = jest.fn(async (input: unknown, init?: RequestInit) => {
    const { durationMs } = state;
    state.durationMs = 10;
    await time.sleep(durationMs, init?.signal ?? undefined);
    init?.signal?.throwIfAborted();
    return new Response('answer', { status: broken.has(new URL(String(input)).host) ? 503 : 200 });
  });
  const hosts = () => fetch.mock.calls.map(([url]) => new URL(String(url)).host);
  return { time, broken, fetch, hosts, state };
}

/** The client of `resilience()`, and beside it the one that only knows its name. */
function clients(dependency: object, options: ResilienceOptions = {}) {
  const environment = declared({ dependencies: { payments: dependency } });
  const service = services();
  const { dependencies, recorded, ...rest } = world(environment);
  const sources = { ...dependencies, clock: service.time, sleep: service.time.sleep, fetch: service.fetch as typeof fetch, retryBudgets: new RetryBudgets() };
  const within = () => resilience(recorded(options), sources).client('payments');
  return { ...service, ...rest, within, alone: () => createResilientClient({ name: 'payments' }, { ...sources, sink: rest.sink }) };
}

function poolOf({ endpoints }: ResilientHttpClient): EndpointPool {
  if (endpoints instanceof EndpointPool) return endpoints;
  throw new Error('the endpoints are no pool');
}

const KINDS = [['of resilience()', 'within'], ['outside of it', 'alone']] as const;

describe.each(KINDS)('a client %s whose stack declares several endpoints', (_where, kind) => {
  it('calls all of them, under their paths', async () => {
    const { time, fetch, ...all } = clients({ ...BOTH, balancing: 'round-robin' });
    const client = all[kind]();
    await times(4, () => time.run(client.get('/charges')));
    expect(fetch.mock.calls.map(([url]) => String(url)).sort()).toEqual([EAST, EAST, WEST, WEST].map((url) => `${url}/charges`));
    expect(poolOf(client).endpoints).toMatchObject([{ url: EAST, status: 'healthy' }, { url: WEST, inFlight: 0 }]);
  });

  it('tries again elsewhere, and leaves out what fails as often as is declared', async () => {
    const routing = { balancing: 'round-robin', unhealthyThreshold: 1, ejectionDurationMs: 60_000, maxEjectedShare: 0.5 };
    const { time, broken, hosts, sink, ...all } = clients({ ...BOTH, ...routing, circuit: false });
    const client = all[kind]();
    broken.add('west.example');
    await times(20, async () => expect((await time.run(client.get('/'))).status).toBe(200));
    expect(hosts().filter((host) => host === 'west.example')).toHaveLength(1);
    expect(sink.ofType('client.endpoint_changed')).toMatchObject([{ name: 'payments', endpoint: 'west.example', to: 'unhealthy' }]);
    expect(client.options.routing).toMatchObject({ ...routing, healthyThreshold: 2, slowStartMs: 10_000 });
  });

  it('sends a GET that takes long a second time, from the budget of its retries', async () => {
    const { time, fetch, state, sink, ...all } = clients({ ...BOTH, hedgeAfterQuantile: 0.9 });
    const client = all[kind]();
    await times(40, () => time.run(client.get('/')));
    expect(fetch).toHaveBeenCalledTimes(40);
    const { retry } = client.dependency.parts;
    const tokens = retry!.statistics.budgetTokens!;
    const startedAtMs = time.nowMs();
    state.durationMs = SLOW_MS;
    expect((await time.run(client.get('/'))).status).toBe(200);
    expect(time.nowMs() - startedAtMs).toBeLessThan(50);
    expect(fetch).toHaveBeenCalledTimes(42);
    expect(retry!.statistics.budgetTokens).toBe(tokens - 1);
    expect(sink.ofType('client.hedged')).toMatchObject([{ name: 'payments', method: 'GET', won: true }]);
  });

  it('sends a POST once, however long it takes, unless it has a key', async () => {
    const { time, fetch, state, sink, ...all } = clients({ ...BOTH, hedgeAfterQuantile: 0.9 });
    const client = all[kind]();
    await times(40, () => time.run(client.get('/')));
    const post = async (more: object) => {
      state.durationMs = SLOW_MS;
      fetch.mockClear();
      await time.run(client.post('/', { json: {}, ...more }));
      return fetch.mock.calls.length;
    };
    expect([await post({}), await post({ idempotencyKey: 'k' })]).toEqual([1, 2]);
    expect(sink.ofType('client.hedged')).toMatchObject([{ method: 'POST' }]);
  });

  it('does not mind how endpoints are chosen where there is one', async () => {
    const { time, fetch, ...all } = clients({ baseUrl: EAST, balancing: 'local-first', unhealthyThreshold: 1, slowStartMs: 0 });
    await time.run(all[kind]().get('/charges'));
    expect(String(fetch.mock.calls[0]![0])).toBe(`${EAST}/charges`);
  });

  it('has the times and the retries that the stack declares too', () => {
    const { [kind]: client } = clients({ ...BOTH, timeoutMs: 9000, retry: false, bulkhead: false, staleIfErrorMs: 5000 });
    const { options, dependency } = client();
    expect(options).toMatchObject({ timeoutMs: 9000, retry: false, bulkhead: false, staleIfErrorMs: 5000, hedgeAfterQuantile: 0 });
    expect([dependency.parts.hedge, dependency.parts.retry, dependency.parts.bulkhead]).toEqual([undefined, undefined, undefined]);
    expect(dependency.parts.circuit).toBeDefined();
  });
});

describe('what code says of several endpoints', () => {
  const made = (dependency: object, options: ResilienceOptions['dependencies']): ResilientHttpClient => clients(dependency, { dependencies: options! }).within();

  it('comes over what the stack declares, address by address and option by option', () => {
    const other = made({ ...BOTH, unhealthyThreshold: 5, balancing: 'weighted' }, { payments: { endpoints: [{ url: EAST, weight: 3 }], balancing: 'round-robin' } });
    expect(poolOf(other).endpoints).toMatchObject([{ url: EAST, weight: 3 }]);
    expect(other.options.routing).toMatchObject({ unhealthyThreshold: 5, balancing: 'round-robin' });
    const source = singleEndpoint(WEST);
    expect(made({ baseUrl: EAST }, { payments: { endpoints: source } }).endpoints).toBe(source);
    expect(made(BOTH, { payments: { baseUrl: EAST } }).options).toMatchObject({ baseUrl: new URL(EAST), endpoints: undefined });
  });

  it('switches hedging on and, with all protection, off', () => {
    expect(made(BOTH, { payments: { hedgeAfterQuantile: 0.95 } }).dependency.parts.hedge).toBeInstanceOf(Hedge);
    const bare = made({ ...BOTH, hedgeAfterQuantile: 0.95 }, { payments: false });
    expect([bare.dependency.parts.hedge, bare.endpoints instanceof EndpointPool]).toEqual([undefined, true]);
  });

  it('is wanted where only code can know it: the zone', () => {
    const local = { ...BOTH, balancing: 'local-first' };
    expect(errorOf(() => made(local, {})).problems).toEqual(['dependencies.payments.balancing is "local-first", but nobody says where the function is: pass zone']);
    expect(made(local, { payments: { zone: 'a', endpoints: [{ url: EAST, zone: 'a' }, WEST] } }).options.routing.zone).toBe('a');
  });
});
