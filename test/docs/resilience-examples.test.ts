import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DOCUMENT } from '../contract/document.ts';
import { RESILIENCE_PROFILES } from '../../runtime/src/resilience/index.ts';
import { readText } from './pages.ts';

const PAGE = 'docs/patterns/resilience.md';
const VARIABLES = {
  RESILIENCE_CONFIG: JSON.stringify({
    version: 1,
    limits: { orders: { shared: false, by: ['tenant'], limits: [{ limit: 3, periodMs: 86_400_000 }] } },
    circuits: { stock: { shared: false, failureThreshold: 2 } },
    observability: { logging: false, metrics: false },
  }),
  CIRCUIT_BREAKER_TIMEOUT: '90',
};

const requestOf = (path: string, tenant: string) => ({
  version: '2.0',
  rawPath: path,
  headers: {},
  requestContext: { stage: '$default', http: { method: 'GET', path }, authorizer: { jwt: { claims: { 'custom:tenant': tenant } } } },
});

describe('the example of everything in one line', () => {
  const realFetch = globalThis.fetch;
  let isDown = false;

  beforeAll(() => {
    Object.assign(process.env, VARIABLES);
    globalThis.fetch = () => (isDown ? Promise.reject(new Error('stock is down')) : Promise.resolve(new Response('reserved')));
  });

  afterAll(() => {
    globalThis.fetch = realFetch;
    delete process.env['RESILIENCE_CONFIG'];
    delete process.env['CIRCUIT_BREAKER_TIMEOUT'];
  });

  it('limits tenants, protects its dependency and answers health requests', async () => {
    const { handler } = await import('../../examples/resilient.mts');
    const ask = async (path: string, tenant = 'acme') => (await handler(requestOf(path, tenant), {} as never)) as { statusCode: number; body: string; headers?: object };
    await expect(ask('/')).resolves.toMatchObject({ statusCode: 200, body: 'reserved', headers: { 'RateLimit-Policy': expect.any(String) } });
    isDown = true;
    for (const tenant of ['globex', 'globex']) await expect(ask('/', tenant)).rejects.toThrow('stock is down');
    await expect(ask('/', 'globex')).resolves.toMatchObject({ statusCode: 503, body: '{"reserved":"later"}' });
    const [limited, others, health] = [await ask('/', 'globex'), await ask('/live'), await ask('/health')];
    expect([limited, others, health].map(({ statusCode }) => statusCode)).toEqual([429, 200, 200]);
  });
});

/** Rows of the table of a page whose first column is code. */
async function rowsUnder(heading: string): Promise<string[][]> {
  const [, section = ''] = (await readText(PAGE)).split(`\n## ${heading}\n`);
  const rows = (section.split('\n## ')[0] ?? '').match(/^\| `.*\|$/gm) ?? [];
  return rows.map((row) => row.slice(2, -2).split(' | ').map((cell) => cell.trim()));
}

describe(PAGE, () => {
  it('lists the environment variables of the contract, in its words', async () => {
    const expected = Object.values(DOCUMENT.overrides).map((rule) => [
      `\`${rule.name}\``,
      rule.type === 'boolean' ? 'true, false' : `${rule.minimum} to ${rule.maximum}`,
      rule.description,
    ]);
    await expect(rowsUnder('Environment variables')).resolves.toEqual(expected);
  });

  it('lists what profiles set, and nothing else', async () => {
    const rows = await rowsUnder('Profiles');
    const paths = rows.map(([path = '']) => path.replaceAll('`', ''));
    const shown = (path: string) =>
      Object.values(RESILIENCE_PROFILES).map((profile) => {
        const [piece = '', option = ''] = path.split('.');
        const options = (profile as unknown as Record<string, Record<string, boolean | number | string>>)[piece];
        return String(options?.[option] ?? 'default');
      });
    expect(rows.map((row) => row.slice(1, 4))).toEqual(paths.map(shown));
    const all = Object.values(RESILIENCE_PROFILES).flatMap((profile) =>
      Object.entries(profile).flatMap(([piece, options]) => Object.keys(options as object).map((option) => `${piece}.${option}`)),
    );
    expect([...paths].sort()).toEqual([...new Set(all)].sort());
  });
});
