import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import type { Discovery } from '../../../runtime/src/http-client/cloud-map-discovery.ts';
import { cloudMapEndpoints } from '../../../runtime/src/http-client/cloud-map-endpoints.ts';
import type { Instance } from '../../../runtime/src/http-client/cloud-map-instance.ts';
import type { CloudMapEndpointsOptions } from '../../../runtime/src/http-client/cloud-map-options.ts';
import { currentCall, withCall } from '../../../runtime/src/http-client/current-call.ts';
import { NoEndpointError } from '../../../runtime/src/http-client/endpoint-errors.ts';
import type { PickedEndpoint } from '../../../runtime/src/http-client/endpoints.ts';
import type { ClientDiscoveryFailedEvent, ClientEndpointsFoundEvent } from '../../../runtime/src/http-client/routing-events.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { deferred, type Deferred } from '../core/deferred.ts';
import { settle } from '../health/fixture.ts';

const at = (ip: string, more: Record<string, string> = {}, isUnhealthy = false): Instance => ({ id: ip, isUnhealthy, attributes: { AWS_INSTANCE_IPV4: ip, ...more } });

/** A registry whose answers the test gives. */
class FakeDiscovery implements Discovery {
  readonly questions: (Deferred<readonly Instance[]> & { readonly signal: AbortSignal })[] = [];

  discover(signal: AbortSignal): Promise<readonly Instance[]> {
    const question = { ...deferred<readonly Instance[]>(), signal };
    this.questions.push(question);
    return question.promise;
  }

  /** Answers the question asked last. */
  async answer(...instances: Instance[]): Promise<void> {
    this.questions.at(-1)!.resolve(instances);
    await settle();
  }

  async fail(message: string): Promise<void> {
    this.questions.at(-1)!.reject(new Error(message));
    await settle();
  }
}

function create(options: Partial<CloudMapEndpointsOptions> = {}) {
  const clock = new ManualClock();
  const sink = new RecordingSink();
  const discovery = new FakeDiscovery();
  const source = cloudMapEndpoints({ name: 'orders', discovery, ...options }, { clock, sink, random: new SeededRandom(1) });
  const asked = () => discovery.questions.length;
  const urls = () => source.endpoints.map(({ url }) => url);
  const failures = () => sink.ofType<ClientDiscoveryFailedEvent>('client.discovery_failed').map(({ error }) => (error as Error).message);
  const found = () => sink.ofType<ClientEndpointsFoundEvent>('client.endpoints_found').map(({ endpoints, added, removed }) => [endpoints, added, removed]);
  /** Picks where nobody has to wait. */
  const pick = () => source.pick() as PickedEndpoint;
  const known = async (...instances: Instance[]) => {
    const first = source.pick();
    await discovery.answer(...instances);
    (await first).settle({ durationMs: 1, failed: false });
  };
  return { clock, discovery, source, asked, urls, failures, found, pick, known };
}

describe('endpoints that are discovered', () => {
  it('are waited for by the first requests only, which share one question', async () => {
    const { discovery, source, asked, pick } = create();
    const first = [source.pick(), source.pick(), source.pick()];
    expect(asked()).toBe(1);
    await discovery.answer(at('10.0.0.1'));
    for (const picked of first) expect((await picked).url).toBe('http://10.0.0.1');
    expect(pick().url).toBe('http://10.0.0.1');
    expect(asked()).toBe(1);
  });

  it('may be asked for before the first request', async () => {
    const { discovery, source, pick } = create();
    const ready = source.refresh();
    await discovery.answer(at('10.0.0.1'));
    await ready;
    expect(pick().url).toBe('http://10.0.0.1');
  });

  it('are told of when they are others than before', async () => {
    const { clock, discovery, source, found } = create();
    for (const ips of [['10.0.0.1', '10.0.0.2'], ['10.0.0.2', '10.0.0.1'], ['10.0.0.2', '10.0.0.3', '10.0.0.4']]) {
      const asked = source.refresh();
      await discovery.answer(...ips.map((ip) => at(ip)));
      await asked;
      clock.advance(60_000);
    }
    expect(found()).toEqual([[2, 2, 0], [3, 2, 1]]);
  });

  it('are asked for by nobody in particular: the end of one request is not that of a question for all', async () => {
    const callers: unknown[] = [];
    const discovery: Discovery = {
      discover: () => {
        callers.push(currentCall());
        return Promise.resolve([at('10.0.0.1')]);
      },
    };
    const source = cloudMapEndpoints({ name: 'orders', discovery }, { clock: new ManualClock(), sink: new RecordingSink(), random: new SeededRandom(1) });
    await withCall({ tenant: 'acme', deadlineMs: 1 }, () => source.pick());
    expect(callers).toEqual([{}]);
  });

  it('are chosen by key as others are', async () => {
    const { source, known } = create({ balancing: 'consistent-hash' });
    await known(at('10.0.0.1'), at('10.0.0.2'), at('10.0.0.3'));
    const chosen = (key: string) => new Set(Array.from({ length: 10 }, () => (source.pick(undefined, key) as PickedEndpoint).url));
    const all = Array.from({ length: 30 }, (_, index) => chosen(`key-${index}`));
    expect(all.map(({ size }) => size)).toEqual(all.map(() => 1));
    expect(new Set(all.flatMap((each) => [...each])).size).toBe(3);
  });

  it('are asked for anew alongside a request when the answer is not fresh, one question at a time', async () => {
    const { clock, discovery, asked, pick, known, urls } = create();
    await known(at('10.0.0.1'));
    clock.advance(3999);
    pick();
    expect(asked()).toBe(1);
    clock.advance(1001);
    expect([pick().url, pick().url, pick().url]).toEqual(['http://10.0.0.1', 'http://10.0.0.1', 'http://10.0.0.1']);
    expect(asked()).toBe(2);
    await discovery.answer(at('10.0.0.2'), at('10.0.0.1'));
    expect(urls()).toEqual(['http://10.0.0.1', 'http://10.0.0.2']);
    pick();
    expect(asked()).toBe(2);
  });

  it('stay as they were while nobody answers, until they are too old (PHR-06)', async () => {
    const { clock, discovery, source, asked, pick, known, failures } = create({ maxStaleMs: 20_000 });
    await known(at('10.0.0.1'));
    clock.advance(5000);
    expect(pick().url).toBe('http://10.0.0.1');
    await discovery.fail('throttled');
    expect(failures()).toEqual(['throttled']);
    // Nobody asks again at once.
    clock.advance(999);
    expect(pick().url).toBe('http://10.0.0.1');
    expect(asked()).toBe(2);
    clock.advance(1);
    expect(pick().url).toBe('http://10.0.0.1');
    expect(asked()).toBe(3);
    await discovery.fail('throttled');
    clock.advance(13_999);
    expect(pick().url).toBe('http://10.0.0.1');
    await discovery.fail('down');
    clock.advance(1);
    await expect(source.pick()).rejects.toThrow(NoEndpointError);
    expect(asked()).toBe(4);
    await expect(source.pick()).rejects.toMatchObject({ code: 'NO_ENDPOINT', statusCode: 503, publicFields: { service: 'orders' }, cause: new Error('down') });
  });

  it('are asked for again when there were none, and then serve', async () => {
    const { clock, discovery, source, failures } = create();
    const first = source.pick() as Promise<PickedEndpoint>;
    first.catch(() => undefined);
    await discovery.fail('denied');
    await expect(first).rejects.toThrow('no endpoint of orders is known');
    clock.advance(1000);
    const second = source.pick();
    await discovery.answer(at('10.0.0.1'));
    expect((await second).url).toBe('http://10.0.0.1');
    expect(failures()).toEqual(['denied']);
  });

  it('are asked for anew if the question was lost in a freeze, whose late answer counts for nothing (PX-03)', async () => {
    const { clock, discovery, source, pick, known, urls, failures } = create();
    await known(at('10.0.0.1'));
    clock.advance(5000);
    pick();
    const lost = discovery.questions.at(-1)!;
    clock.advance(3_600_000);
    const waiting = source.pick();
    expect(lost.signal.aborted).toBe(true);
    expect(discovery.questions).toHaveLength(3);
    lost.reject(new Error('aborted'));
    await settle();
    await discovery.answer(at('10.0.0.3'));
    expect((await waiting).url).toBe('http://10.0.0.3');
    expect(urls()).toEqual(['http://10.0.0.3']);
    expect(failures()).toEqual([]);
  });

  it('do not leave those behind who waited for a question that was lost', async () => {
    const { clock, discovery, source } = create();
    const early = source.pick();
    const [lost] = discovery.questions;
    clock.advance(5000);
    const later = source.pick();
    lost!.resolve([at('10.0.0.9')]);
    await settle();
    await discovery.answer(at('10.0.0.1'));
    expect((await early).url).toBe('http://10.0.0.1');
    expect((await later).url).toBe('http://10.0.0.1');
  });

  it('do not go back to an answer that came late', async () => {
    const { clock, discovery, source, urls } = create();
    void source.pick();
    const [lost] = discovery.questions;
    clock.advance(5000);
    void source.pick();
    await discovery.answer(at('10.0.0.1'));
    lost!.resolve([at('10.0.0.9')]);
    await settle();
    expect(urls()).toEqual(['http://10.0.0.1']);
  });

  it('are as old as the question was', async () => {
    const { clock, discovery, source, pick } = create({ maxStaleMs: 20_000 });
    const first = source.pick();
    clock.advance(4000);
    await discovery.answer(at('10.0.0.1'));
    await first;
    clock.advance(15_999);
    expect(pick().url).toBe('http://10.0.0.1');
    await discovery.fail('down');
    clock.advance(1);
    await expect(source.pick()).rejects.toThrow(NoEndpointError);
  });

  it('are the healthy ones, or all if none is', async () => {
    const { clock, discovery, pick, known, urls } = create();
    await known(at('10.0.0.1', {}, true), at('10.0.0.2'));
    expect(urls()).toEqual(['http://10.0.0.2']);
    clock.advance(5000);
    pick();
    await discovery.answer(at('10.0.0.1', {}, true), at('10.0.0.2', {}, true));
    expect(urls()).toEqual(['http://10.0.0.1', 'http://10.0.0.2']);
  });

  it('do not vanish because of an empty answer', async () => {
    const { clock, discovery, pick, known, urls, failures } = create({ filters: { tenant: 'acme' } });
    await known(at('10.0.0.1', { tenant: 'acme' }));
    clock.advance(5000);
    pick();
    await discovery.answer(at('10.0.0.2', { tenant: 'other' }));
    expect(urls()).toEqual(['http://10.0.0.1']);
    expect(failures()).toEqual(['none of 1 instances can be used']);
  });

  it.each([
    [{ tenant: 'acme' }, '1'],
    [{ version: '2' }, '2'],
    [{ tags: ['canary'] }, '3'],
    [{ region: 'eu-west-1' }, '4'],
    [{ attributes: { team: 'a' } }, '5'],
  ])('are those that %j lets through, whoever else asks for others (PHR-06)', async (filters, last) => {
    const { known, urls } = create({ filters });
    const others = create();
    const all = [{ tenant: 'acme' }, { version: '2' }, { tags: 'blue,canary' }, { region: 'eu-west-1' }, { team: 'a' }].map((attributes, index) =>
      at(`10.0.0.${index + 1}`, attributes as unknown as Record<string, string>),
    );
    await others.known(...all);
    await known(...all);
    expect(urls()).toEqual([`http://10.0.0.${last}`]);
    expect(others.urls()).toHaveLength(5);
  });

  it('are those with a heartbeat, where that is asked for (PHR-07)', async () => {
    const { clock, known, urls } = create({ heartbeatLifeMs: 30_000 });
    const beat = (agoMs: number) => ({ heartbeatAtMs: String(clock.nowMs() - agoMs) });
    await known(at('10.0.0.1', beat(29_000)), at('10.0.0.2', beat(31_000)), at('10.0.0.3'));
    expect(urls()).toEqual(['http://10.0.0.1']);
  });

  it('keep what is known of their health from answer to answer', async () => {
    const { clock, discovery, source, pick, known } = create();
    await known(at('10.0.0.1'), at('10.0.0.2'));
    for (let call = 0; call < 60; call += 1) {
      const { url, settle: end } = pick();
      end({ durationMs: 5, failed: url.endsWith('.2') });
    }
    clock.advance(5000);
    pick();
    await discovery.answer(at('10.0.0.2'), at('10.0.0.1'));
    expect(source.endpoints.map(({ url, status }) => [url, status])).toEqual([
      ['http://10.0.0.1', 'healthy'],
      ['http://10.0.0.2', 'unhealthy'],
    ]);
  });

  it('are named once, however often they are registered', async () => {
    const { known, urls } = create();
    await known(at('10.0.0.1'), { ...at('10.0.0.1'), id: 'other' });
    expect(urls()).toEqual(['http://10.0.0.1']);
  });

  it('are asked for at different times by different environments', async () => {
    const times = new Set<number>();
    for (let seed = 0; seed < 20; seed += 1) {
      const clock = new ManualClock(0);
      const discovery = new FakeDiscovery();
      const source = cloudMapEndpoints({ name: 'orders', discovery }, { clock, sink: new RecordingSink(), random: new SeededRandom(seed) });
      void source.pick();
      await discovery.answer(at('10.0.0.1'));
      for (; discovery.questions.length === 1; clock.advance(50)) void source.pick();
      times.add(clock.nowMs());
    }
    expect(times.size).toBeGreaterThan(8);
    expect(Math.min(...times)).toBeGreaterThan(4000);
    expect(Math.max(...times)).toBeLessThanOrEqual(5050);
  });
});

describe('the options of endpoints that are discovered', () => {
  it('are refused with every problem at once (PX-13)', () => {
    const given = {
      name: '9', discovery: {}, cacheMs: 99, maxStaleMs: 50, heartbeatLifeMs: -1, port: 65_536, scheme: 'ftp', path: 'v1', balancing: 'best', ttl: 5, filters: { tenant: 5, tags: 'a', attributes: { a: 1 }, zone: 'a' },
    } as unknown as CloudMapEndpointsOptions;
    let problems: readonly string[] = [];
    try {
      cloudMapEndpoints(given);
    } catch (error) {
      problems = (error as ConfigurationError).problems;
    }
    expect(problems.map((problem) => problem.split(/ is | again/)[0])).toEqual([
      'options.ttl', 'options.name', 'options.balancing', 'options.discovery', 'options.scheme', 'options.port', 'options.cacheMs', 'options.maxStaleMs', 'options.heartbeatLifeMs', 'options.cacheMs',
      'options.path', 'options.filters.tenant', 'options.filters.tags', 'options.filters.attributes', 'options.filters.zone',
    ]);
    expect(() => cloudMapEndpoints(undefined as unknown as CloudMapEndpointsOptions)).toThrow('pass an object with a name and a discovery');
    expect(() => cloudMapEndpoints({ ...given, filters: 'a' } as unknown as CloudMapEndpointsOptions)).toThrow('options.filters is "a": pass an object');
  });

  it('say how addresses are made', async () => {
    const { known, urls } = create({ scheme: 'https', port: 8443, path: '/v1' });
    await known(at('10.0.0.1'), at('10.0.0.2', { AWS_INSTANCE_PORT: '9000' }));
    expect(urls()).toEqual(['https://10.0.0.1:8443/v1', 'https://10.0.0.2:9000/v1']);
  });
});
