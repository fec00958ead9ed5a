import { createResilientClient, ResponseTooLargeError, UrlRefusedError, type ClientOptions, type ResilientHttpClient } from '../../../runtime/src/http-client/index.ts';
import { gzipSync } from 'node:zlib';
import { answer, FaultServer, hangAfterHead, slowBody, truncate, type Behaviour } from './fault-server.ts';
import { errorOf, ownSources, QUICK } from './sources.ts';

let server: FaultServer;
beforeEach(async () => {
  server = await FaultServer.start();
});
afterEach(() => server.stop());

function made(options: Partial<ClientOptions> = {}): ResilientHttpClient {
  return createResilientClient({ name: 'ledger', baseUrl: `${server.url}/v1`, retry: QUICK, ...options }, ownSources());
}

/** A body without an announced length. */
const chunked = (body: string): Behaviour => (_request, response) => {
  response.write(body.slice(0, 1));
  response.end(body.slice(1));
};

const announced = answer(200, 'x'.repeat(101), { 'content-length': '101' });

describe('an answer that is too large (PHC-04)', () => {
  it.each<[string, Behaviour]>([
    ['as its head announces', announced],
    ['as is seen while it is read', chunked('x'.repeat(101))],
    ['as is seen while it is unpacked', (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(101)))],
  ])('is refused %s, and not asked for again', async (_how, behaviour) => {
    server.will(behaviour);
    const client = made({ maxResponseBytes: 100 });
    const error = await errorOf(client.get('/x'));
    expect(error).toBeInstanceOf(ResponseTooLargeError);
    expect(error).toMatchObject({ statusCode: 502, code: 'RESPONSE_TOO_LARGE', maxBytes: 100, publicFields: { service: 'ledger' } });
    expect(server.seen).toHaveLength(1);
    expect(client.dependency.parts.circuit!.snapshot().failures).toBe(0);
    expect(client.statistics).toMatchObject({ failed: 1, succeeded: 0 });
  });

  it('is one byte longer than what is read', async () => {
    server.will(chunked('x'.repeat(100)));
    expect(await (await made({ maxResponseBytes: 100 }).get('/x')).text()).toHaveLength(100);
  });

  it('may be of any size if there is no limit', async () => {
    server.will(answer(200, 'x'.repeat(1_000_000)));
    expect(await (await made({ maxResponseBytes: 0 }).get('/x')).text()).toHaveLength(1_000_000);
  });

  it('stays a failure if it was one, is tried again, and says why it has no body', async () => {
    server.will(answer(503, 'x'.repeat(101)));
    const response = await made({ maxResponseBytes: 100 }).get('/x');
    expect(response.status).toBe(503);
    expect(server.seen).toHaveLength(3);
    expect(await errorOf(response.text())).toBeInstanceOf(ResponseTooLargeError);
  });

  it('is refused while it is handed on, too', async () => {
    server.will(announced, chunked('x'.repeat(101)));
    const client = made({ maxResponseBytes: 100, streamResponses: true });
    expect(await errorOf(client.get('/x'))).toBeInstanceOf(ResponseTooLargeError);
    const response = await client.get('/x');
    expect(await errorOf(response.text())).toBeInstanceOf(ResponseTooLargeError);
  });
});

describe('a body that is handed on', () => {
  it('arrives in pieces, before its end is there', async () => {
    server.will((_request, response) => void response.writeHead(200).write('first'));
    const response = await made().get('/x', { streamResponse: true });
    const reader = response.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('first');
    await reader.cancel();
  });

  it('ends with the time of the call', async () => {
    server.will(hangAfterHead);
    const response = await made({ streamResponses: true, timeoutMs: 400 }).get('/x');
    expect(response.status).toBe(200);
    expect(await errorOf(response.text())).toMatchObject({ name: 'TimedOutError', statusCode: 504, limitMs: 400 });
  });

  it('ends with the time that the request was given', async () => {
    server.will(hangAfterHead);
    const response = await made({ streamResponses: true }).get('/x', { timeoutMs: 400 });
    expect(await errorOf(response.text())).toMatchObject({ name: 'TimedOutError', limitMs: 400 });
  });

  it('ends when its caller gives up', async () => {
    server.will(hangAfterHead);
    const caller = new AbortController();
    const response = await made({ streamResponses: true }).get('/x', { signal: caller.signal });
    const reason = new Error('enough');
    const read = errorOf(response.text());
    caller.abort(reason);
    expect(await read).toBe(reason);
  });

  it('is read whole in the attempt if it is that of a failure, so that it can be tried again', async () => {
    server.will(answer(503, 'down'), slowBody(10));
    expect(await (await made({ streamResponses: true }).get('/x')).text()).toBe('abcd');
    expect(server.seen).toHaveLength(2);
  });

  it('says by an error of ours that it has broken off', async () => {
    server.will(truncate);
    const response = await made({ streamResponses: true }).get('/x');
    expect(await errorOf(response.text())).toMatchObject({ name: 'NetworkError', statusCode: 502 });
  });
});

describe('a redirection', () => {
  const to = (location: string, status = 302): Behaviour => answer(status, '', { location });
  const credentials = { headers: { authorization: 'Bearer secret', 'x-api-key': 'secret', cookie: 'a=1' } };

  it('on the same host is followed with all headers', async () => {
    server.will(to('/v2/there'), answer(200, 'there'));
    const response = await made().get('/x', credentials);
    expect(await response.text()).toBe('there');
    expect(response).toMatchObject({ redirected: true, url: `${server.url}/v2/there` });
    expect(server.seen).toMatchObject([{ path: '/v1/x' }, { path: '/v2/there', headers: { 'x-api-key': 'secret' } }]);
  });

  it.each([['https://evil.example/x'], ['//evil.example/x'], ['http://127.0.0.1:1/x'], ['http://user:pw@127.0.0.1/x'], ['file:///etc/passwd'], ['http://[']])(
    'to %s is refused, so that no credentials get there',
    async (location) => {
      server.will(to(location));
      const client = made();
      const error = await errorOf(client.get('/x', credentials));
      expect(error).toBeInstanceOf(UrlRefusedError);
      expect(error).toMatchObject({ reason: 'redirect_outside', expose: false });
      expect(server.seen).toHaveLength(1);
      expect(client.dependency.parts.circuit!.snapshot().failures).toBe(0);
    },
  );

  it('to another one of our servers carries nothing there', async () => {
    const other = await FaultServer.start();
    server.will(to(`${other.url}/x`));
    expect(await errorOf(made().get('/x', credentials))).toBeInstanceOf(UrlRefusedError);
    expect(other.seen).toEqual([]);
    await other.stop();
  });

  it('has a body that is let go of, and read if it is short so that its connection can be used again', async () => {
    const ended: string[] = [];
    const body = (size: number): ReadableStream => {
      let left = size;
      return new ReadableStream({
        pull(controller) {
          if (left === 0) return (ended.push('read'), controller.close());
          left -= 1;
          controller.enqueue(new Uint8Array(1000));
        },
        cancel: () => void ended.push('cancelled'),
      });
    };
    const answers = [new Response(body(60), { status: 302, headers: { location: '/v1/b' } }), new Response(body(70), { status: 302, headers: { location: '/v1/c' } })];
    const sources = { ...ownSources(), fetch: async () => answers.shift() ?? new Response('fine') };
    const client = createResilientClient({ name: 'ledger', baseUrl: `${server.url}/v1` }, sources);
    await client.get('/a');
    expect(ended).toEqual(['read', 'cancelled']);
  });

  it('goes on for five steps at most', async () => {
    server.will(to('/v1/again'));
    expect(await errorOf(made().get('/x'))).toMatchObject({ name: 'UrlRefusedError', reason: 'redirect_limit' });
    expect(server.seen).toHaveLength(6);
  });

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [302, 'PUT', 'PUT', 'abc'],
    [307, 'POST', 'POST', 'abc'],
    [308, 'POST', 'POST', 'abc'],
  ])('with %d makes of %s a %s', async (status, method, then, body) => {
    server.will(to('/v1/there', status), answer(200));
    await made().request(method, '/x', { body: 'abc', headers: { 'content-type': 'text/plain' } });
    expect(server.seen[1]).toMatchObject({ method: then, path: '/v1/there', body });
    expect(server.seen[1]!.headers['content-type']).toBe(body === '' ? undefined : 'text/plain');
  });

  it('that needs a stream again is refused', async () => {
    server.will(to('/v1/there', 307));
    expect(await errorOf(made().put('/x', { body: new Blob(['abc']).stream() }))).toMatchObject({ reason: 'redirect_body' });
  });

  it('is handed out, or an error, if the caller wants that', async () => {
    server.will(to('https://elsewhere.example/x'));
    const response = await made().get('/x', { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, 'https://elsewhere.example/x']);
    server.will(to('/v1/there'));
    expect(await errorOf(made().get('/x', { redirect: 'error' }))).toBeInstanceOf(UrlRefusedError);
    expect(server.seen).toHaveLength(1);
  });
});
