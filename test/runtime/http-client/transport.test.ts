import { ManualClock } from '../../../runtime/src/testing/index.ts';
import { createResilientClient, transportWeaknesses, TRANSPORT_PROFILES, type ClientOptions } from '../../../runtime/src/http-client/index.ts';
import { answer, FaultServer, hang, late } from './fault-server.ts';
import { errorOf, ownSources, QUICK } from './sources.ts';

const NAMES = [Symbol.for('undici.globalDispatcher.2'), Symbol.for('undici.globalDispatcher.1')];
type Agents = Record<symbol, unknown>;
const here = globalThis as unknown as Agents;
// Jest runs tests in a world of their own, into which Node's agent does not come by itself.
const outside = (globalThis.fetch.constructor as FunctionConstructor)('return globalThis')() as Agents;

let server: FaultServer;
beforeEach(async () => {
  server = await FaultServer.start();
  for (const name of NAMES) here[name] = outside[name];
});
afterEach(async () => {
  for (const name of NAMES) here[name] = undefined;
  await server.stop();
});

function made(transport: ClientOptions['transport'], clock = new ManualClock()) {
  return createResilientClient({ name: 'ledger', baseUrl: server.url, retry: QUICK, transport }, { ...ownSources(), clock });
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('connections of a client (HC-15, HC-19)', () => {
  it('are as many as allowed, and are used again', async () => {
    server.will(late(5, answer(200, 'fine')));
    const client = made({ socketsPerHost: 1 });
    const answers = await Promise.all([client.get('/a'), client.get('/b'), client.get('/c')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(server.connections).toBe(1);
    expect(client.hasOwnTransport).toBe(true);
    await client.close();
  });

  it('are not used again after a freeze that was longer than they live', async () => {
    const clock = new ManualClock();
    const client = made({ keepAliveMs: 4000, socketsPerHost: 1 }, clock);
    for (const [pauseMs, connections] of [[0, 1], [4000, 1], [4001, 2]] as const) {
      clock.advance(pauseMs);
      await client.get('/a');
      await turns();
      expect(server.connections).toBe(connections);
    }
    await client.close();
  });

  it('read no head of an answer that is too large, and do not ask for it again', async () => {
    server.will(answer(200, 'fine', { 'x-long': 'x'.repeat(3000) }));
    const client = made({ maxHeaderBytes: 2048 });
    expect(await errorOf(client.get('/a'))).toMatchObject({ name: 'NetworkError', reason: 'UND_ERR_HEADERS_OVERFLOW', statusCode: 502 });
    expect(server.seen).toHaveLength(1);
    await client.close();
  });

  it('wait no longer for the head of an answer than they may, which is a timeout', async () => {
    server.will(hang);
    const client = made({ headersTimeoutMs: 50 });
    const error = await errorOf(client.post('/a'));
    expect(error).toMatchObject({ name: 'NetworkError', reason: 'UND_ERR_HEADERS_TIMEOUT', statusCode: 504, code: 'TIMEOUT' });
    await client.close();
  });

  it('can be made anew after they were closed', async () => {
    const client = made('production');
    await client.get('/a');
    await client.close();
    expect((await client.get('/a')).status).toBe(200);
    await client.close();
  });

  it('are those of the process where nothing is said, and where an agent for a proxy is in place', async () => {
    expect(made(undefined).hasOwnTransport).toBe(false);
    const ProxyAgent = function ProxyAgent(): void {};
    for (const name of NAMES) here[name] = Object.create(ProxyAgent.prototype);
    const client = made('default');
    expect(client.hasOwnTransport).toBe(false);
    expect((await client.get('/a')).status).toBe(200);
  });

  it('are made as the options say', async () => {
    const made: unknown[] = [];
    class Agent {
      readonly isClosed = false;

      constructor(options?: unknown) {
        if (options !== undefined) made.push(options);
      }
    }
    for (const name of NAMES) here[name] = new Agent();
    const sources = { ...ownSources(), fetch: async () => new Response('fine') };
    const client = createResilientClient({ name: 'ledger', baseUrl: server.url, transport: { minTlsVersion: 'TLSv1.3', connectTimeoutMs: 1, requestTimeoutMs: 3 } }, sources);
    await client.get('/a');
    expect(made).toEqual([
      {
        connect: { timeout: 1, minVersion: 'TLSv1.3' },
        headersTimeout: 15_000,
        bodyTimeout: 3,
        connections: 20,
        maxHeaderSize: 1_048_576,
        keepAliveTimeout: 4000,
        keepAliveMaxTimeout: 4000,
        pipelining: 1,
      },
    ]);
  });

  it('give the call its time, unless the client says another', () => {
    expect(made('production').options.timeoutMs).toBe(20_000);
    expect(made(undefined).options.timeoutMs).toBe(30_000);
    expect(createResilientClient({ name: 'ledger', baseUrl: server.url, transport: 'development', timeoutMs: 700 }, ownSources()).options.timeoutMs).toBe(700);
  });
});

describe('the weaknesses of a transport', () => {
  const SOUND: ClientOptions = { name: 'ledger', baseUrl: 'https://ledger.example', transport: 'production' };

  it.each(Object.keys(TRANSPORT_PROFILES) as (keyof typeof TRANSPORT_PROFILES)[])('are none with the profile %s and a shorter attempt', (transport) => {
    const connectTimeoutMs = TRANSPORT_PROFILES[transport].connectTimeoutMs;
    expect(transportWeaknesses({ ...SOUND, transport, attemptTimeoutMs: connectTimeoutMs }, {})).toEqual([]);
  });

  it.each<[string, Partial<ClientOptions>, RegExp]>([
    ['no encryption', { baseUrl: 'http://ledger.example' }, /baseUrl is not encrypted/],
    ['no encryption of one of several', { baseUrl: undefined, endpoints: ['https://ledger.example', 'http://ledger.example'] }, /endpoints are not encrypted/],
    ['no limit of an answer', { maxResponseBytes: 0 }, /maxResponseBytes is 0/],
    ['repeated writes', { retry: { idempotentOnly: false } }, /idempotentOnly is false/],
    ['no total time', { timeoutMs: false }, /^timeoutMs is false/],
    ['no time of an attempt', { attemptTimeoutMs: false }, /attemptTimeoutMs is false/],
    ['an attempt that takes all the time', { timeoutMs: 10_000 }, /attemptTimeoutMs is not below timeoutMs/],
    ['connections of the process', { transport: undefined }, /transport is not set/],
    ['an old TLS', { transport: { minTlsVersion: 'TLSv1.1' } }, /minTlsVersion is TLSv1\.1/],
    ['many connections', { transport: { socketsPerHost: 101 } }, /socketsPerHost is 101/],
    ['long idle connections', { transport: { keepAliveMs: 60_001 } }, /keepAliveMs is 60001/],
    ['long heads', { transport: { maxHeaderBytes: 2_000_000 } }, /maxHeaderBytes is 2000000/],
    ['a connection that outlasts its attempt', { transport: { connectTimeoutMs: 20_000 } }, /connectTimeoutMs is above/],
  ])('show %s, and that alone', (_what, options, weakness) => {
    const found = transportWeaknesses({ ...SOUND, ...options }, {});
    expect(found).toEqual([expect.stringMatching(weakness)]);
  });

  it('show certificates that nobody looks at', () => {
    expect(transportWeaknesses(SOUND, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toEqual([expect.stringMatching(/NODE_TLS_REJECT_UNAUTHORIZED is 0/)]);
  });

  it('are none towards this machine without encryption', () => {
    expect(transportWeaknesses({ ...SOUND, baseUrl: 'http://localhost:3000' }, {})).toEqual([]);
  });
});
