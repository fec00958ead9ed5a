import { createResilientClient, UrlRefusedError } from '../../../runtime/src/http-client/index.ts';
import { errorOf, ownSources } from './sources.ts';

const BASE = 'https://api.example.com/v1';

function recording(baseUrl = BASE) {
  const sent: string[] = [];
  const fetch = async (url: unknown): Promise<Response> => {
    sent.push(url as string);
    return new Response('fine');
  };
  return { sent, client: createResilientClient({ name: 'ledger', baseUrl }, { ...ownSources(), fetch }) };
}

describe('the address of a request', () => {
  it.each([
    ['/orders', 'https://api.example.com/v1/orders'],
    ['orders', 'https://api.example.com/v1/orders'],
    ['', 'https://api.example.com/v1'],
    ['/', 'https://api.example.com/v1/'],
    ['?page=2', 'https://api.example.com/v1?page=2'],
    ['/orders?next=//x.example&up=../..#part', 'https://api.example.com/v1/orders?next=//x.example&up=../..'],
    ['/a/./b/../c', 'https://api.example.com/v1/a/c'],
    ['/caf\u00e9 au lait', 'https://api.example.com/v1/caf%C3%A9%20au%20lait'],
    ['/v1:batch', 'https://api.example.com/v1/v1:batch'],
    ['/a%2Fb', 'https://api.example.com/v1/a%2Fb'],
    ['/..a/b..', 'https://api.example.com/v1/..a/b..'],
    ['https://api.example.com/v1/orders?x=1', 'https://api.example.com/v1/orders?x=1'],
    ['https://API.example.com:443/v1', 'https://api.example.com/v1'],
  ])('is %j under the base address', async (input, url) => {
    const { sent, client } = recording();
    await client.get(input);
    expect(sent).toEqual([url]);
  });

  it.each([
    ['//evil.example/x'],
    ['///evil.example/x'],
    ['/\\evil.example/x'],
    ['\\\\evil.example'],
    ['/\t/evil.example'],
    ['\n//evil.example'],
    ['https://evil.example/v1/orders'],
    ['https://api.example.com.evil.example/v1/orders'],
    ['https://api.example.com@evil.example/v1/orders'],
    ['https://user:secret@api.example.com/v1/orders'],
    ['http://api.example.com/v1/orders'],
    ['https://api.example.com:8443/v1/orders'],
    ['https://api.example.com/v2/orders'],
    ['https://api.example.com/v1evil'],
    ['https://api.example.com/v1/../admin'],
    ['file:///etc/passwd'],
    ['javascript:alert(1)'],
    ['../admin'],
    ['/../admin'],
    ['/orders/../../admin'],
    ['/%2e%2e/admin'],
    ['/orders/%2E%2e/%2e%2E/admin'],
    ['/orders/..%2f..%2fadmin'],
    ['/orders/%252e%252e%252fadmin'],
    ['/orders/..%5c..%5cadmin'],
    ['/..;/admin'],
  ])('is refused as %j, and nothing is sent', async (input) => {
    const { sent, client } = recording();
    const error = await errorOf(client.get(input));
    expect(error).toBeInstanceOf(UrlRefusedError);
    expect(error).toMatchObject({ code: 'URL_REFUSED', statusCode: 500, expose: false });
    expect(sent).toEqual([]);
    expect(client.statistics.calls).toBe(0);
  });

  it('may be that of a URL or of a Request', async () => {
    const { sent, client } = recording();
    await client.fetch(new URL(`${BASE}/one`));
    await client.fetch(new Request(`${BASE}/two`));
    expect(sent).toEqual([`${BASE}/one`, `${BASE}/two`]);
  });

  it('keeps to the root where the base is one', async () => {
    const { sent, client } = recording('https://api.example.com');
    await client.get('orders');
    await client.get('');
    expect(sent).toEqual(['https://api.example.com/orders', 'https://api.example.com']);
  });

  it('is a path only where there are several endpoints', async () => {
    const sent: string[] = [];
    const fetch = async (url: unknown): Promise<Response> => {
      sent.push(url as string);
      return new Response('fine');
    };
    const endpoints = { pick: () => ({ url: 'https://b.example/base/', settle: () => undefined }) };
    const client = createResilientClient({ name: 'ledger', endpoints }, { ...ownSources(), fetch });
    await client.get('/orders');
    expect(sent).toEqual(['https://b.example/base/orders']);
    expect(await errorOf(client.get('https://b.example/base/orders'))).toBeInstanceOf(UrlRefusedError);
  });
});
