import { afterEach, describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { setDefaultSink } from '../../../runtime/src/core/sources.ts';
import { createDynamicResilience, DynamicResilience, dynamicResilience, type DynamicResilienceOptions } from '../../../runtime/src/dynamic/index.ts';
import { createCircuitBreaker } from '../../../runtime/src/circuit-breaker/index.ts';
import { LoadShedder } from '../../../runtime/src/load-shedding/index.ts';
import { RecordingSink } from '../../../runtime/src/testing/index.ts';
import { deferred } from '../core/deferred.ts';
import { FakeAppConfig, hang, serviceError } from './fake-appconfig.ts';
import type { Sections } from '../resilience/world.ts';
import { documentOf, dynamicWorld, PLACE } from './world.ts';

const BASE: Sections = { circuits: { payments: {} } };
const { configuration, dynamicConfiguration } = CONTRACT.environment;

function starting(base: Sections | undefined = BASE, options: DynamicResilienceOptions = {}) {
  const { recorded, dependencies, ...rest } = dynamicWorld(base);
  const start = () => createDynamicResilience({ ...options, ...recorded(options) }, dependencies);
  return { start, dependencies, ...rest };
}

async function problemsOf(made: Promise<unknown>): Promise<readonly string[]> {
  const error = await made.then(() => new Error('it was made'), (reason: unknown) => reason);
  if (error instanceof ConfigurationError) return error.problems;
  throw error;
}

describe('the start of a function whose configuration may change', () => {
  it('is with the latest document, and makes everything once (PR-05)', async () => {
    const { start, source, typesOf } = starting();
    source.publish({ circuits: { mail: {} } });
    const made = await start();
    expect(made).toBeInstanceOf(DynamicResilience);
    expect(made.circuit('mail').name).toBe('mail');
    expect(typesOf()).toEqual(['circuit.created']);
  });

  it('is with what was deployed if nobody answers in time, with one warning (PR-05)', async () => {
    const { start, source, sleeping, reported } = starting(BASE, { startTimeoutMs: 700 });
    source.answerWith(() => new Promise(() => undefined));
    const made = start();
    expect(sleeping.waits).toEqual([700]);
    sleeping.wakeAll();
    expect((await made).circuit('payments').name).toBe('payments');
    expect(source.signal?.aborted).toBe(true);
    expect(reported('unavailable')).toEqual([expect.objectContaining({ name: PLACE, error: expect.objectContaining({ message: 'no answer within 700 ms' }) })]);
  });

  it('waits a second and a half by default (PR-05)', async () => {
    const { start, source, sleeping } = starting();
    const answer = deferred<string | undefined>();
    source.answerWith(() => answer.promise);
    const made = start();
    expect(sleeping.waits).toEqual([1500]);
    answer.resolve(documentOf(BASE));
    await made;
    expect(sleeping.waits).toEqual([]);
  });

  it('is with what was deployed if nothing has been put into AppConfig yet (PR-05)', async () => {
    const { start, reported } = starting();
    expect((await start()).circuit('payments').name).toBe('payments');
    expect(reported('unavailable')).toHaveLength(1);
  });

  it('is with what was deployed if the latest document cannot be used, which is not told again (PR-05)', async () => {
    const { start, source, clock, reported } = starting();
    source.publish({ circuits: { payments: { failureThreshold: 0 } } });
    const made = await start();
    expect(made.circuit('payments').name).toBe('payments');
    source.publish({ circuits: { payments: { failureThreshold: 0 } } });
    clock.advance(60_000);
    await made.execute(() => 1);
    expect(source.asked).toBe(2);
    expect(reported('refused')).toEqual([expect.objectContaining({ error: expect.any(ConfigurationError) })]);
    expect(reported('unavailable')).toEqual([]);
  });

  it('is with the latest document alone where it is too large for the environment (PR-05)', async () => {
    const { start, source } = dynamicStartWithoutBase();
    const circuits = Object.fromEntries(Array.from({ length: CONTRACT.configuration.maximumCircuits }, (_, index) => [`circuit-${index}`, { failureThreshold: 7 }]));
    source.publish({ circuits });
    expect((await start()).circuit('circuit-49').name).toBe('circuit-49');
  });

  it.each([
    ['does not answer', () => Promise.reject(new Error('denied')), 'Error: denied'],
    ['has none', () => Promise.resolve(undefined), 'no configuration has been deployed yet'],
  ])('fails where AppConfig %s and the environment has no document (PR-05)', async (_what, answer, seen) => {
    const { start, source } = dynamicStartWithoutBase();
    source.answerWith(answer);
    const problems = await problemsOf(start());
    expect(problems).toEqual([expect.stringContaining(`AppConfig gave none (${seen}), and ${configuration.name} is not set`)]);
  });

  it('fails with the problems of the document where there is no other (PR-05)', async () => {
    const { start, source } = dynamicStartWithoutBase();
    source.publish({ circuits: { payments: { failureThreshold: 0 } } });
    expect(await problemsOf(start())).toEqual([expect.stringContaining('circuits.payments.failureThreshold is 0')]);
  });

  it('fails with every problem at once, before anybody is asked (PR-05)', async () => {
    const { source, dependencies } = starting();
    const options = { pollIntervalMs: 1000, startTimeoutMs: 20_000, profil: 'production', circuits: { mail: {} } };
    for (const make of [createDynamicResilience, dynamicResilience]) {
      expect(await problemsOf(make(options as object, dependencies))).toEqual([
        'options.pollIntervalMs is 1000: set a whole number of milliseconds from 15000 to 86400000',
        'options.startTimeoutMs is 20000: set a whole number of milliseconds from 100 to 9000',
        expect.stringContaining('options.profil is not an option'),
        expect.stringContaining('circuits.mail is not declared by the stack (declared: payments)'),
      ]);
    }
    expect(source.asked).toBe(0);
  });

  it.each([undefined, '', 'shop', 'shop/live', 'shop/live/checkout/more', 'shop//checkout'])('fails where the environment says %p of the place (PR-05)', async (place) => {
    const { dependencies } = starting();
    const environment = { ...dependencies.environment, [dynamicConfiguration.name]: place };
    const found = place === undefined || place === '' ? 'missing' : JSON.stringify(place);
    expect(await problemsOf(createDynamicResilience({}, { ...dependencies, environment, source: undefined }))).toEqual([
      `the environment variable ${dynamicConfiguration.name} is ${found}: deploy the function as a ResilientFunction with dynamicConfig, ` +
        'set the variable to APPLICATION/ENVIRONMENT/PROFILE, or use resilience(), which needs none',
    ]);
  });

  it('says what is wrong with options that are none (PR-05)', async () => {
    const { dependencies } = starting();
    expect(await problemsOf(createDynamicResilience(7 as never, dependencies))).toEqual([expect.stringContaining('options is 7')]);
  });

  it('has no observability where it is left out, and reports to the sink of the environment (PR-05)', async () => {
    const { source, dependencies, clock } = starting();
    const heard = new RecordingSink();
    const before = setDefaultSink(heard);
    source.publish(BASE);
    const made = await createDynamicResilience({ observability: false }, dependencies);
    source.publish({ circuits: { payments: { failureThreshold: 1 } } });
    clock.advance(60_000);
    await made.execute(() => 1);
    expect(made.observability).toBeUndefined();
    expect(made.statistics().observability).toBeUndefined();
    expect(heard.events.map(({ type }) => type)).toEqual(['circuit.created', 'circuit.created', 'configuration.changed']);
    setDefaultSink(before);
  });

  it('leads the events of everything to whichever observability there is (PR-05)', async () => {
    const { start, source, clock, sink, dependencies } = starting();
    source.publish(BASE);
    const made = await start();
    source.publish({ ...BASE, observability: { level: 'detailed' } });
    clock.advance(60_000);
    await made.execute(() => 1);
    sink.events.length = 0;
    createCircuitBreaker({ name: 'payments' }, { environment: dependencies.environment!, store: dependencies.circuitStore! });
    expect(sink.events).toEqual([expect.objectContaining({ type: 'circuit.created' })]);
  });
});

function dynamicStartWithoutBase() {
  const { recorded, dependencies, ...rest } = dynamicWorld(undefined);
  return { ...rest, start: () => createDynamicResilience(recorded(), dependencies) };
}

describe('a function without Middy', () => {
  it('asks alongside what it executes, and follows the configuration (PR-05)', async () => {
    const { start, source, clock } = starting({ limits: { search: { limits: [{ limit: 1, periodMs: 86_400_000 }] } } });
    const made = await start();
    const search = made.limiter('search');
    await made.execute(() => 1);
    await expect(made.execute(() => 1)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    source.publish({ limits: { search: { dryRun: true, limits: [{ limit: 5, periodMs: 86_400_000 }] } } });
    clock.advance(60_000);
    await expect(made.execute(() => 1)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await expect(made.execute(() => 2)).resolves.toBe(2);
    expect((await search.peek([])).status.limit).toBe(5);
    expect(made.statistics().rateLimits['search']).toMatchObject({ admitted: 0, total: 1 });
  });

  it('gets bulkheads and load shedding with a configuration that has them, and loses them with one that has none (PR-05)', async () => {
    const { start, source, clock, reported } = starting({});
    const made = await start();
    const change = async (sections: Sections): Promise<void> => {
      source.publish(sections);
      clock.advance(60_000);
      await made.execute(() => 1);
    };
    expect(made.loadShedder).toBeUndefined();
    await change({ loadShedding: {}, bulkheads: { database: { shared: false, maxConcurrent: 2 } } });
    const [shedder, database] = [made.loadShedder, made.bulkhead('database')];
    expect(shedder).toBeInstanceOf(LoadShedder);
    await change({ loadShedding: {}, bulkheads: { database: { shared: false, maxConcurrent: 3 } } });
    expect(made.loadShedder).toBe(shedder);
    expect(database.options.maxConcurrent).toBe(3);
    await change({ bulkheads: { database: { shared: false, maxConcurrent: 3 } } });
    expect(made.loadShedder).toBeUndefined();
    expect(reported('changed').map(({ changed }) => changed)).toEqual(['bulkheads.database, loadShedding', 'bulkheads.database', 'loadShedding']);
  });

  it('waits for nobody once the time of the call is up (PR-05)', async () => {
    const { start, source, clock } = starting();
    const made = await start();
    clock.advance(60_000);
    await made.execute(() => 1, { deadlineMs: clock.nowMs() + 60 });
    expect(source.asked).toBe(1);
  });
});

describe('a function beside a real AppConfig client', () => {
  const appConfig = new FakeAppConfig();
  afterEach(() => appConfig.close());

  it('starts with what is deployed, follows it, and goes on while AppConfig fails (PR-05)', async () => {
    await appConfig.start();
    const { dependencies, clock, sleeping, reported, recorded } = dynamicWorld(BASE);
    const over = { ...dependencies, source: undefined };
    appConfig.publish(documentOf({ circuits: { payments: { failureThreshold: 1 } } }));
    const made = await createDynamicResilience({ ...recorded(), pollIntervalMs: 15_000 }, over);
    const poll = async () => {
      clock.advance(15_000);
      await made.execute(() => 1);
    };
    appConfig.publish(documentOf({ circuits: { payments: { failureThreshold: 2 } } }));
    await poll();
    expect(reported('changed')).toEqual([expect.objectContaining({ name: PLACE, changed: 'circuits.payments' })]);
    appConfig.inject(serviceError(403, 'AccessDeniedException'));
    await poll();
    const reached = deferred();
    appConfig.inject((...exchange) => {
      hang(...exchange);
      reached.resolve(undefined);
    });
    const hanging = poll();
    await reached.promise;
    sleeping.wakeAll();
    await hanging;
    expect(reported('unavailable')).toEqual([
      expect.objectContaining({ error: expect.objectContaining({ name: 'AccessDeniedException' }) }),
      expect.objectContaining({ error: expect.objectContaining({ message: 'no answer within 500 ms' }) }),
    ]);
    await poll();
    expect(reported('unavailable')).toHaveLength(2);
    expect(appConfig.sessions).toHaveLength(1);
  });
});
