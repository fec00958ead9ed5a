import { describe, expect, it } from '@jest/globals';
import { middy } from '../../../runtime/src/middy/middy.ts';
import { createResilience, resilience, type ResilienceOptions } from '../../../runtime/src/resilience/index.ts';
import type { CircuitCreatedEvent } from '../../../runtime/src/circuit-breaker/index.ts';
import { invoke } from '../middy/gates.ts';
import { declared, errorOf, requestOf, times, world, type Sections } from './world.ts';

const DAY_MS = 86_400_000;
const LIMIT = { limits: [{ limit: 1, periodMs: DAY_MS }] };
const STACK: Sections = { limits: { search: LIMIT, orders: LIMIT }, circuits: { payments: { failureThreshold: 3, openDurationMs: 30_000 }, stock: {} } };

function made(options: ResilienceOptions = {}, environment: Readonly<Record<string, string>> = declared(STACK)) {
  const { dependencies, recorded, ...rest } = world(environment);
  const everything = resilience(recorded(options), dependencies);
  const handler = middy().use(everything).handler(async () => ({ statusCode: 200, body: 'of the handler' }));
  const get = async (path: string) => (await invoke(handler, requestOf(path))) as { statusCode: number; headers: Record<string, string>; body: string };
  const created = (name: string) => rest.sink.ofType<CircuitCreatedEvent>('circuit.created').find((event) => event.name === name);
  return { everything, get, created, ...rest };
}

const problemsOf = (options: unknown, environment: Readonly<Record<string, string>> = declared(STACK)) => {
  const { dependencies } = world(environment);
  return errorOf(() => resilience(options as ResilienceOptions, dependencies)).problems;
};

describe('what the code says', () => {
  it('goes over what the stack declares, piece by piece', () => {
    const { everything, created } = made({ circuits: { payments: { failureThreshold: 9 } }, rateLimits: { search: { limits: [{ limit: 7, periodMs: 1000 }] } } });
    expect(created('payments')).toMatchObject({ failureThreshold: 9, openDurationMs: 30_000 });
    expect(created('stock')).toMatchObject({ failureThreshold: 5 });
    expect([everything.limiter('search'), everything.limiter('orders')].map(({ options }) => options.rules[0]?.limit)).toEqual([7, 1]);
  });

  it('leaves what it says to be undefined as it is', () => {
    const { created, everything } = made({ circuits: { payments: { failureThreshold: undefined }, stock: undefined }, rateLimits: { search: { inbound: undefined } }, profile: undefined });
    expect(created('payments')).toMatchObject({ failureThreshold: 3 });
    expect(everything).toHaveLength(5);
  });

  it('puts circuits around the handler, and takes limits away from it', () => {
    const { everything } = made({ circuits: { stock: { inbound: true } }, rateLimits: { search: { inbound: false }, orders: { inbound: false } } });
    expect(everything.map(({ before }) => before.name)).toEqual(['observabilityBefore', 'refusalsBefore', 'healthBefore', 'gateBefore']);
  });

  it('goes over an observability that the stack declares', () => {
    const stack = { observability: { level: 'detailed', sampleRate: 0.5, maxDimensionValues: 7 } };
    const { everything } = made({ observability: { sampleRate: 1, level: undefined } }, declared(stack));
    expect(everything.observability?.options).toMatchObject({ level: 'detailed', sampleRate: 1, maxDimensionValues: 7 });
  });

  it('adds what only code can: fallbacks, headers of limits, paths of health', async () => {
    const { get } = made({
      circuits: { payments: { inbound: true, fallback: () => ({ statusCode: 200, body: 'of the fallback' }) } },
      rateLimits: { search: { headers: 'none' }, orders: { headers: 'draft-6' } },
      health: { paths: { live: '/alive' } },
    });
    await expect(get('/alive')).resolves.toMatchObject({ statusCode: 200, body: expect.stringContaining('alive') });
    const { headers } = await get('/');
    expect(Object.keys(headers).filter((name) => name.toLowerCase().startsWith('ratelimit'))).toEqual(['RateLimit-Policy', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset']);
  });

  it('switches limits and circuits off, which then let everything pass', async () => {
    const { get, everything } = made({ rateLimits: { search: false, orders: false }, circuits: { payments: false } });
    await times(3, () => expect(get('/')).resolves.toMatchObject({ statusCode: 200 }));
    const payments = everything.circuit('payments');
    await times(4, () => expect(payments.execute(() => Promise.reject(new Error('down')))).rejects.toThrow('down'));
    expect(await everything.limiter('search').consume([], 99)).toMatchObject({ admitted: true });
  });

  it('switches health off, so that its paths reach the handler', async () => {
    const { get, everything } = made({ health: false, rateLimits: { search: false, orders: false } });
    await expect(get('/health')).resolves.toMatchObject({ body: 'of the handler' });
    expect(everything.health.options.enabled).toBe(false);
    expect(everything.health.status().checks).toHaveLength(2);
  });

  it('leaves the observability out', async () => {
    const { everything, get, sink } = made({ observability: false, circuits: { payments: false, stock: false } });
    await expect(get('/')).resolves.toMatchObject({ statusCode: 200 });
    expect({ observability: everything.observability, events: sink.events }).toEqual({ observability: undefined, events: [] });
    expect(everything.statistics().observability).toBeUndefined();
    expect(everything.health.status().checks.map(({ name }) => name)).toEqual(['circuits']);
  });

  it('may switch off everything there is', async () => {
    const { everything, get } = made({ observability: false, health: false }, declared({}));
    expect(everything.map(({ before }) => before.name)).toEqual(['refusalsBefore']);
    await expect(get('/health')).resolves.toMatchObject({ body: 'of the handler' });
  });
});

describe('names that the stack does not declare', () => {
  it('are told with those that it does (PX-13)', () => {
    expect(problemsOf({ circuits: { paymets: {} }, rateLimits: { serch: false } })).toEqual([
      'rateLimits.serch is not declared by the stack (declared: search, orders): use a declared name, or add it to the rateLimits of the ResilientFunction',
      'circuits.paymets is not declared by the stack (declared: payments, stock): use a declared name, or add it to the circuits of the ResilientFunction',
    ]);
  });

  it('are told where it declares none', () => {
    expect(problemsOf({ circuits: { payments: {} } }, declared({}))).toEqual([expect.stringContaining('circuits.payments is not declared by the stack (declared: none)')]);
  });

  it.each(['paymets', 'toString', '__proto__', ''])('cannot be taken: %p', (name) => {
    const { everything } = made();
    expect(errorOf(() => everything.circuit(name)).problems).toEqual([
      `circuit is ${JSON.stringify(name)}, which is not declared (declared: payments, stock): use a declared name, add it to the circuits of the ` +
        'ResilientFunction, or, where RESILIENCE_CONFIG is not set, to the circuits of resilience()',
    ]);
    expect(errorOf(() => everything.limiter(name)).message).toContain('(declared: search, orders)');
  });
});

describe('options that cannot be used', () => {
  it.each<[string, unknown, string]>([
    ['no object', null, 'options is null: pass an object'],
    ['an option that does not exist', { limits: {} }, 'options.limits is not an option: use one of profile, identity, observability, health, loadShedding, timeout, retry, rateLimits, circuits, bulkheads, dependencies'],
    ['a profile that does not exist', { profile: 'prod' }, 'profile is "prod": use one of development, staging, production'],
    ['an inherited name as a profile', { profile: 'toString' }, 'profile is "toString": use one of development, staging, production'],
    ['an observability that is true', { observability: true }, 'observability is true: pass an object of options, or false'],
    ['a list of circuits', { circuits: ['payments'] }, 'circuits is an array: pass an object of options by name'],
    ['a circuit that is null', { circuits: { payments: null } }, 'circuits.payments is null: pass an object of options, or false'],
    ['a second name', { circuits: { payments: { name: 'stock' } } }, 'circuits.payments.name is "stock": leave it out, its key is its name'],
    ['a value out of range', { circuits: { payments: { failureThreshold: 0 } } }, 'circuits.payments.failureThreshold is 0: set a whole number from 1 to 1000'],
    ['no flag', { rateLimits: { search: { inbound: 'no' } } }, 'rateLimits.search.inbound is "no": set true or false'],
    ['a header style that does not exist', { rateLimits: { search: { headers: 'all' } } }, 'rateLimits.search.headers'],
    ['limits that would share a key', { rateLimits: { search: { tenantLimits: { acme: LIMIT.limits } } } }, 'rateLimits.search.by is an empty list, although rateLimits.search.tenantLimits gives'],
    ['health out of range', { health: { intervalMs: -1 } }, 'health.intervalMs is -1: set a whole number of milliseconds from 0 to 3600000'],
    ['a path that is none', { health: { paths: { live: 'live' } } }, 'health.paths.live is "live": pass a path such as /live, or false'],
    ['an extractor that is none', { observability: { operationOf: 'x' } }, 'observability.operationOf is "x": pass a function'],
    ['tracing without a tracer', { observability: { tracing: true } }, 'observability.tracing is true, but there is no tracer'],
    ['load shedding that is true', { loadShedding: true }, 'loadShedding is true: pass an object of options, or false'],
    ['a threshold out of range', { loadShedding: { cpuThreshold: 2 } }, 'loadShedding.cpuThreshold is 2: set a number above 0 and up to 1'],
    ['a header that is none', { loadShedding: { priority: 'x-priority' } }, 'loadShedding.priority is "x-priority": set { header }'],
    ['a list of bulkheads', { bulkheads: ['stock'] }, 'bulkheads is an array: pass an object of options by name'],
    ['a bulkhead that the stack does not declare', { bulkheads: { stok: {} } }, 'bulkheads.stok is not declared by the stack (declared: none)'],
    ['an identity of nothing', { identity: { tenant: {} } }, 'identity.tenant'],
  ])('%s', (_what, options, problem) => {
    expect(problemsOf(options)).toEqual([expect.stringContaining(problem)]);
  });

  it('are told all at once, those of the middlewares included', () => {
    const problems = problemsOf({
      profile: 'x',
      observability: { level: 'all' },
      health: { statusHeader: 'yes' },
      rateLimits: { search: { headers: 'all' }, orders: { limits: [] }, serch: {} },
      circuits: { payments: { minimumCalls: 0, shouldTrip: 5 } },
    });
    const places = ['profile', 'observability.level', 'rateLimits.serch', 'rateLimits.orders.limits', 'circuits.payments.shouldTrip', 'circuits.payments.minimumCalls', 'health.statusHeader', 'rateLimits.search.headers'];
    expect(problems.map((problem) => places.find((place) => problem.startsWith(place)))).toEqual(places);
  });

  it('are told once where several pieces miss the same table', () => {
    const { dependencies } = world({ RESILIENCE_CONFIG: declared(STACK)['RESILIENCE_CONFIG']! });
    const { problems } = errorOf(() => createResilience({ observability: false }, { environment: dependencies.environment }));
    expect(problems).toEqual([expect.stringContaining('RESILIENCE_RATE_LIMIT_TABLE is missing'), expect.stringContaining('RESILIENCE_CIRCUIT_TABLE is missing')]);
  });

  it('a document that cannot be used is told as such', () => {
    expect(problemsOf({}, declared({ observability: { level: 'all' } }))).toEqual(['observability.level is "all": use one of essential, detailed']);
  });

  it('what is no problem of options is thrown as it is', () => {
    const environment = new Proxy({}, { get: () => { throw new RangeError('no such thing'); } });
    expect(() => resilience({}, { environment })).toThrow(RangeError);
  });
});

describe('without a stack', () => {
  it('there are the observability and the health, and nothing stands in the way', async () => {
    const { everything, get } = made({}, {});
    await expect(get('/')).resolves.toMatchObject({ statusCode: 200 });
    await expect(get('/health')).resolves.toMatchObject({ statusCode: 200, body: expect.stringContaining('"healthy"') });
    expect(errorOf(() => everything.circuit('payments')).message).toContain('where RESILIENCE_CONFIG is not set');
  });

  it('circuits and limits are those that the code names', async () => {
    const { everything, get } = made({ circuits: { payments: { shared: false } }, rateLimits: { search: { ...LIMIT, shared: false }, off: false } }, {});
    expect([(await get('/')).statusCode, (await get('/')).statusCode]).toEqual([200, 429]);
    expect(everything.circuit('payments').name).toBe('payments');
    expect(await everything.limiter('off').consume([], 5)).toMatchObject({ admitted: true });
  });

  it('what they need is needed all the same', () => {
    const problems = errorOf(() => createResilience({ observability: false, circuits: { payments: {} }, rateLimits: { search: {} } }, { environment: {} })).problems;
    expect(problems).toEqual([
      'rateLimits.search.limits is missing: set at least one { limit, periodMs }',
      expect.stringContaining('RESILIENCE_RATE_LIMIT_TABLE is missing'),
      expect.stringContaining('RESILIENCE_CIRCUIT_TABLE is missing'),
    ]);
  });
});

describe('environment variables (PR-03)', () => {
  it('switch health off, unless the code says otherwise', async () => {
    const environment = { ...declared({}), HEALTH_CHECK_ENABLED: 'false' };
    await expect(made({}, environment).get('/health')).resolves.toMatchObject({ body: 'of the handler' });
    await expect(made({ health: { enabled: true } }, environment).get('/health')).resolves.toMatchObject({ body: expect.stringContaining('"healthy"') });
  });

  it('change circuits that only the code names, and health', () => {
    const environment = { CIRCUIT_BREAKER_FAILURE_THRESHOLD: '2', CIRCUIT_BREAKER_TIMEOUT: '5', HEALTH_CHECK_INTERVAL: '1' };
    const { created, everything } = made({ circuits: { payments: {}, stock: { failureThreshold: 9, openDurationMs: undefined } } }, environment);
    expect(created('payments')).toMatchObject({ failureThreshold: 2, openDurationMs: 5000 });
    expect(created('stock')).toMatchObject({ failureThreshold: 9, openDurationMs: 5000 });
    expect(everything.health.options.intervalMs).toBe(1000);
  });

  it('change circuits that the stack declares', () => {
    const { created } = made({ circuits: { stock: { failureThreshold: 9 } } }, { ...declared(STACK), CIRCUIT_BREAKER_FAILURE_THRESHOLD: '2' });
    expect([created('payments'), created('stock')].map((event) => event?.failureThreshold)).toEqual([2, 9]);
  });
});

describe('createResilience', () => {
  it('runs an operation under all that is inbound, for functions without Middy', async () => {
    const { dependencies, recorded } = world(declared({ limits: { search: LIMIT }, circuits: { self: { inbound: true, failureThreshold: 1 } } }));
    const everything = createResilience(recorded(), dependencies);
    await expect(everything.execute(async () => 'done', { tenant: 'acme' })).resolves.toBe('done');
    await expect(everything.execute(async () => 'done')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(everything.statistics()).toMatchObject({ rateLimits: { search: { total: 2 } }, circuits: { self: { phase: 'closed' } } });
  });

  it('takes the clock, the stores and the environment of this machine where it is given none', async () => {
    const everything = createResilience({ observability: { logging: false, metrics: false }, circuits: { payments: { shared: false } } });
    await expect(everything.circuit('payments').execute(async () => 'done')).resolves.toBe('done');
    await expect(everything.execute(async () => 'done')).resolves.toBe('done');
  });
});
