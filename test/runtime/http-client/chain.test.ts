import { deadlineFromHeader } from '../../../runtime/src/core/deadline.ts';
import { createResilientClient, withCall, type ClientOptions, type ResilientHttpClient } from '../../../runtime/src/http-client/index.ts';
import { isResilienceError } from '../../../runtime/src/core/errors.ts';
import { SeededRandom } from '../../../runtime/src/testing/index.ts';
import { ownSources } from './sources.ts';
import { VirtualTime } from './virtual-time.ts';

type Service = (url: string, headers: Headers) => Promise<Response>;

/** A service that asks the next one through a client, and answers what comes of it as our middlewares would. */
function layer(name: string, next: Service, options: Partial<ClientOptions>, time: VirtualTime, workMs = 0): { client: ResilientHttpClient; service: Service } {
  const fetch = (async (url: string, init: RequestInit) => next(url, init.headers as Headers)) as typeof globalThis.fetch;
  const sources = { ...ownSources(), random: new SeededRandom(7), clock: time, sleep: time.sleep, fetch };
  const client = createResilientClient({ name, baseUrl: 'https://next.example', ...options }, sources);
  const service: Service = async (_url, headers) => {
    const deadlineMs = deadlineFromHeader([headers.get('x-deadline-ms') ?? ''], time.nowMs());
    if (workMs > 0) await time.sleep(workMs);
    try {
      return await withCall({ ...(deadlineMs !== undefined && { deadlineMs }) }, () => client.get('/'));
    } catch (error) {
      if (!isResilienceError(error)) throw error;
      return new Response(error.message, { status: error.statusCode, headers: error.headers });
    }
  };
  return { client, service };
}

/** Requests that reach a dead service at the end of three layers, for each request at their beginning. */
async function amplification(options: Partial<ClientOptions>, requests: number): Promise<number> {
  const time = new VirtualTime();
  let reached = 0;
  let service: Service = async () => {
    reached += 1;
    return new Response('dead', { status: 503 });
  };
  for (const name of ['third', 'second', 'first']) service = layer(name, service, options, time).service;
  await time.run((async () => {
    for (let sent = 0; sent < requests; sent += 1) {
      await service('', new Headers());
      await time.sleep(100);
    }
  })());
  expect(time.timers).toBe(0);
  return reached / requests;
}

const NO_BUDGET = { retry: { budget: 'none' } } as const;

describe('a dead service at the end of three layers with retries (PRT-15)', () => {
  it('gets 27 requests for one, if there are neither budgets nor circuits', async () => {
    expect(await amplification({ ...NO_BUDGET, circuit: false }, 10)).toBe(27);
  });

  it('gets no more than 1.5 with budgets alone', async () => {
    const reached = await amplification({ circuit: false }, 300);
    expect(reached).toBeGreaterThan(1);
    expect(reached).toBeLessThanOrEqual(1.5);
  });

  it('gets no more than 0.2 with circuits too', async () => {
    const reached = await amplification({}, 300);
    expect(reached).toBeGreaterThan(0);
    expect(reached).toBeLessThanOrEqual(0.2);
  });
});

describe('a budget of one second through three services (PX-07)', () => {
  it('leaves none of them at work when it is over', async () => {
    const time = new VirtualTime();
    const startMs = time.nowMs();
    const marks: { readonly hop: string; readonly atMs: number; readonly leftMs: number }[] = [];
    const ended: Record<string, number> = {};
    const watched = (hop: string, service: Service): Service => async (url, headers) => {
      marks.push({ hop, atMs: time.nowMs() - startMs, leftMs: Number(headers.get('x-deadline-ms')) });
      const answered = await service(url, headers);
      ended[hop] = time.nowMs() - startMs;
      return answered;
    };
    const options = { timeoutMs: 5000, attemptTimeoutMs: 5000 };
    const third = watched('third', () => new Promise(() => undefined));
    const second = watched('second', layer('third', third, options, time, 200).service);
    const first = watched('first', layer('second', second, options, time, 200).service);
    const { client } = layer('first', first, options, time);

    const error = await time.run(client.get('/', { timeoutMs: 1000 }).catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ name: 'TimedOutError', statusCode: 504 });
    expect(time.nowMs() - startMs).toBe(1000);
    expect(marks).toEqual([
      { hop: 'first', atMs: 0, leftMs: 1000 },
      { hop: 'second', atMs: 200, leftMs: 800 },
      { hop: 'third', atMs: 400, leftMs: 600 },
    ]);
    // The others end by what the header told them, not because anybody closed their connections.
    await time.run((async () => {
      while (ended['first'] === undefined || ended['second'] === undefined) await new Promise((resolve) => setImmediate(resolve));
    })());
    expect(ended).toEqual({ first: 1000, second: 1000 });
    expect(time.timers).toBe(0);
  });

  it('lets a service refuse what it has no time for', async () => {
    const time = new VirtualTime();
    let reached = 0;
    const last: Service = async () => {
      reached += 1;
      return new Response('fine');
    };
    const { service } = layer('last', last, {}, time);
    const response = await time.run(service('', new Headers({ 'x-deadline-ms': '0' })));
    expect([response.status, reached]).toEqual([504, 0]);
  });
});
