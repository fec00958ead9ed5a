import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CIRCUIT_PROFILES } from '../../runtime/src/circuit-breaker/index.ts';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';
import { STATE_CLIENT_LIMITS } from '../../runtime/src/dynamodb/state-client.ts';
import { HELP } from '../../runtime/src/operator/help.ts';
import { ROOT, linkedFiles, readText } from './pages.ts';

const GUIDES = ['getting-started', 'choosing', 'tuning', 'troubleshooting', 'cost', 'security', 'dynamic-configuration'];
const pathOf = (guide: string) => `docs/guides/${guide}.md`;

/** What a page writes as code within its text. */
const codes = (page: string) => [...page.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** A heading as links name it. */
const anchorOf = (heading: string) => heading.toLowerCase().replaceAll(/[^\w\- ]/g, '').replaceAll(' ', '-');

/** Links of a page that name a heading, of the same page or another. */
const anchors = (page: string) => [...page.matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)].map(([, to = '', anchor = '']) => ({ to, anchor }));

async function headingsOf(path: string): Promise<string[]> {
  const headings = (await readText(path)).matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = '']) => anchorOf(heading.replaceAll('`', '')));
}

const { namespace: _namespace, ...GROUPS } = CONTRACT.metrics;
const METRICS: readonly string[] = Object.values(GROUPS).flatMap(({ names }) => Object.values(names).map(({ name }) => name));
const PREFIX = /^(?:Circuit|RateLimit|Bulkhead|Timeout|Retry|Client|Shedding|LoadScore|Store|Health|Request|Observability|ColdStart|Operation|ActiveRequest)[A-Z]?\w*$/;
/** Names of ours that begin like metrics. */
const NO_METRICS = ['ObservabilityOptions', 'RateLimitedError', 'BulkheadEnforcement', 'HealthCheck', 'TimeoutPresets', 'RetryPresets'];

describe('the table of contents', () => {
  it('has every page of the documentation but single decisions', async () => {
    const links = linkedFiles('docs/README.md', await readText('docs/README.md'));
    const folders = ['', 'guides/', 'patterns/', 'evidence/'];
    const pages = await Promise.all(folders.map(async (folder) => (await readdir(`${ROOT}/docs/${folder}`)).filter((name) => name.endsWith('.md')).map((name) => `docs/${folder}${name}`)));
    expect(links).toEqual(expect.arrayContaining(pages.flat().filter((path) => path !== 'docs/README.md')));
    for (const link of links) await expect(readText(link)).resolves.toBeDefined();
  });

  it('has the guides in their order', async () => {
    const links = linkedFiles('docs/README.md', await readText('docs/README.md'));
    expect(links.slice(0, GUIDES.length)).toEqual(GUIDES.map(pathOf));
  });
});

describe.each(GUIDES)('the guide %s', (guide) => {
  const path = pathOf(guide);

  it('links to headings that exist', async () => {
    for (const { to, anchor } of anchors(await readText(path))) {
      const [target = path] = to === '' ? [] : linkedFiles(path, `](${to})`);
      expect({ target, headings: await headingsOf(target) }).toEqual({ target, headings: expect.arrayContaining([anchor]) });
    }
  });

  it('names commands of operators that exist', async () => {
    const page = await readText(path);
    const full = [...page.matchAll(/^ *npx resilient-lambda-runtime (\w+ [\w-]+)/gm)].map(([, command = '']) => command);
    const short = codes(page).flatMap((code) => /^((?:circuits|limits) [a-z-]+)/.exec(code)?.[1] ?? []);
    for (const command of [...full, ...short]) expect(`${HELP}\n`).toMatch(new RegExp(`  resilient-lambda-runtime ${command}[ \\n]`));
  });

  it('names scripts and variables that exist', async () => {
    const page = await readText(path);
    const { scripts } = JSON.parse(await readText('package.json')) as { scripts: object };
    for (const [, script = ''] of page.matchAll(/npm run (?:-s )?([\w:]+)/g)) expect(Object.keys(scripts)).toContain(script);
    const variables = [...Object.values(CONTRACT.environment), ...Object.values(CONTRACT.overrides)].map(({ name }) => name as string);
    for (const name of codes(page).filter((code) => /^(?!BULKHEAD_FULL)(?:RESILIENCE|CIRCUIT_BREAKER|BULKHEAD|HEALTH_CHECK)_[A-Z_]+$/.test(code))) expect(variables).toContain(name);
  });

  it('names metrics and lines that the runtime emits', async () => {
    const named = codes(await readText(path));
    const metrics = named.filter((code) => PREFIX.test(code) && !NO_METRICS.includes(code));
    expect(metrics.filter((name) => !METRICS.includes(name))).toEqual([]);
    const lines = named.filter((code) => /^(?:circuit|limit|bulkhead|shedding|throttle|timeout|retry|client|store|health|request|observability|configuration)\.[a-z_]+$/.test(code));
    expect(lines.filter((name) => !(name in CONTRACT.logs))).toEqual([]);
  });
});

describe('getting started', () => {
  it('is short', async () => {
    const lines = async (path: string) => (await readText(path)).trimEnd().split('\n').length;
    expect(await lines('examples/getting-started-stack.ts')).toBeLessThanOrEqual(20);
    expect(await lines('examples/getting-started.mts')).toBeLessThanOrEqual(10);
  });

  it('installs the packages as they are named and numbered', async () => {
    const page = await readText(pathOf('getting-started'));
    for (const file of ['package.json', 'runtime/package.json']) {
      const { name, version } = JSON.parse(await readText(file)) as { name: string; version: string };
      expect(page).toContain(`./${name}-${version}.tgz`);
    }
  });
});

describe('the handler of getting started', () => {
  const realFetch = globalThis.fetch;
  let isDown = false;

  beforeAll(async () => {
    // The configuration that the page gives for unit tests, quiet.
    const [, shown = ''] = /^RESILIENCE_CONFIG='(.+)'$/m.exec(await readText(pathOf('getting-started'))) ?? [];
    const configuration = JSON.parse(shown) as object;
    process.env['RESILIENCE_CONFIG'] = JSON.stringify({ ...configuration, observability: { logging: false, metrics: false } });
    globalThis.fetch = () => (isDown ? Promise.reject(new Error('stock is down')) : Promise.resolve(new Response('["tea"]')));
  });

  afterAll(() => {
    globalThis.fetch = realFetch;
    delete process.env['RESILIENCE_CONFIG'];
  });

  it('answers, has an answer while the circuit is open, and refuses whoever calls too often', async () => {
    const { handler } = await import('../../examples/getting-started.mts');
    const event = { version: '2.0', rawPath: '/', headers: {}, requestContext: { http: { method: 'GET', path: '/', sourceIp: '203.0.113.8' } } };
    const ask = async () => (await handler(event, {} as never)) as { statusCode: number; body: string };
    await expect(ask()).resolves.toMatchObject({ statusCode: 200, body: '["tea"]' });
    isDown = true;
    for (let failures = 0; failures < CONTRACT.configuration.circuit.failureThreshold.default; failures += 1) await expect(ask()).rejects.toThrow('stock is down');
    await expect(ask()).resolves.toMatchObject({ statusCode: 200, body: '[]' });
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await ask()).statusCode));
    expect(statuses).toContain(429);
  });
});

describe('the guide of tuning', () => {
  it('differs in its scenarios by the options alone, which are the defaults and the profiles', async () => {
    const read = async (name: string) => JSON.parse(await readText(`docs/guides/tuning/${name}.json`)) as { options: object };
    const [{ options: none, ...rest }, conservative, aggressive] = [await read('default'), await read('conservative'), await read('aggressive')];
    expect(none).toEqual({});
    expect(conservative).toEqual({ options: CIRCUIT_PROFILES.conservative, ...rest });
    expect(aggressive).toEqual({ options: CIRCUIT_PROFILES.aggressive, ...rest });
  });
});

describe('the guide of troubleshooting', () => {
  it('has a row for every reason of a store error', async () => {
    const [, union = ''] = /StoreErrorReason = ([^;]+);/.exec(await readText('runtime/src/core/events.ts')) ?? [];
    const [, section = ''] = (await readText(pathOf('troubleshooting'))).split('\n## Store errors\n');
    const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` \|/gm)].map(([, reason = '']) => reason);
    expect(rows.filter((row) => row !== 'reason').sort()).toEqual([...union.matchAll(/'(\w+)'/g)].map(([, reason]) => reason).sort());
    expect(section).toContain(`longer than ${STATE_CLIENT_LIMITS.requestTimeoutMs} ms`);
  });
});

describe('the guide of security', () => {
  const { circuit, rateLimit, bulkhead } = CONTRACT.tables;

  it('names the actions that are granted, and how long items stay', async () => {
    const page = await readText(pathOf('security'));
    const actions = (list: readonly string[]) => list.map((action) => `\`${action}\``).join(', ');
    expect(page).toContain(`| circuits | ${actions(circuit.actions)} |`);
    expect(page).toContain(`| rate limits | ${actions(rateLimit.actions)} |`);
    expect(page).toContain(`| bulkheads | ${actions(bulkhead.actions)} |`);
    expect(page).toContain(`| ${bulkhead.timeToLiveDays} day after the end of the latest slot`);
    expect(page).toContain(`| ${circuit.timeToLiveDays} days after the last change`);
    expect(page).toContain(`| ${rateLimit.timeToLiveDays} day after`);
    expect(HELP.replaceAll('\n', ' ')).toContain('list needs dynamodb:Scan, show dynamodb:GetItem, and the others dynamodb:GetItem and dynamodb:UpdateItem');
  });

  it('names all that the packages depend on', async () => {
    interface Manifest {
      readonly dependencies?: Readonly<Record<string, string>>;
      readonly peerDependencies: Readonly<Record<string, string>>;
      readonly scripts: Readonly<Record<string, string>>;
    }
    const [lib, runtime] = await Promise.all(['package.json', 'runtime/package.json'].map(async (file) => JSON.parse(await readText(file)) as Manifest));
    expect(Object.keys(lib!.dependencies ?? {})).toEqual([]);
    expect(Object.keys(lib!.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    expect(Object.keys(runtime!.dependencies ?? {}).filter((name) => !name.startsWith('@aws-sdk/'))).toEqual([]);
    const peers = ['@aws-lambda-powertools/logger', '@aws-lambda-powertools/metrics', '@aws-lambda-powertools/tracer', '@aws-sdk/client-appconfigdata', '@aws-sdk/client-servicediscovery', '@middy/core', '@opentelemetry/api'];
    expect(Object.keys(runtime!.peerDependencies).sort()).toEqual(peers);
    for (const { scripts } of [lib!, runtime!]) expect(Object.keys(scripts).filter((name) => /^(?:pre|post)?install$|^prepare$/.test(name))).toEqual([]);
  });
});

describe('adding a pattern', () => {
  it('names files that exist', async () => {
    const [, section = ''] = (await readText('CONTRIBUTING.md')).split('\n## Adding a pattern\n');
    const paths = codes(section.split('\n## ')[0] ?? '').filter((code) => /^[\w-]+\/.*\.\w+$/.test(code) && !code.includes('NAME'));
    expect(paths.length).toBeGreaterThan(20);
    for (const path of paths) await expect(readText(path)).resolves.toBeDefined();
  });

  it('names lists that tests are written by', async () => {
    const lists = [['DECLARATIONS', 'test/contract/contract.test.ts'], ['EXPECTED', 'test/lib/resilience-alarms.test.ts'], ['PAGES', 'test/docs/patterns.test.ts'], ['PAGES', 'test/docs/snippets.test.ts'], ['LISTS', 'test/docs/features.test.ts'], ['POLICIES', 'test/simulation/scenario-rules.ts'], ['FLEETS', 'test/simulation/simulate.ts'], ['PROOFS', 'test/simulation/proofs.ts']];
    const page = await readText('CONTRIBUTING.md');
    for (const [list = '', file = ''] of lists) {
      expect(page).toContain(`\`${list}\``);
      expect(await readText(file)).toContain(`const ${list}`);
    }
  });
});
