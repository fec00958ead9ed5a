import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';
import { FakeAppConfig } from '../runtime/dynamic/fake-appconfig.ts';
import { readText } from './pages.ts';

const PAGE = 'docs/guides/dynamic-configuration.md';
const { configuration, dynamicConfiguration } = CONTRACT.environment;
const documentOf = (failureThreshold: number) =>
  JSON.stringify({ version: CONTRACT.version, circuits: { payments: { shared: false, failureThreshold } }, observability: { logging: false, metrics: false } });

describe('the example of a configuration that changes (PR-05)', () => {
  const realFetch = globalThis.fetch;
  const appConfig = new FakeAppConfig();

  beforeAll(async () => {
    await appConfig.start();
    Object.assign(process.env, { [configuration.name]: documentOf(5), [dynamicConfiguration.name]: 'shop/live/charge' });
    globalThis.fetch = () => Promise.reject(new Error('payments are down'));
  });

  afterAll(async () => {
    globalThis.fetch = realFetch;
    delete process.env['RESILIENCE_CONFIG'];
    delete process.env['RESILIENCE_DYNAMIC_CONFIG'];
    await appConfig.close();
  });

  it('has what AppConfig says when it starts, over what was deployed', async () => {
    appConfig.publish(documentOf(2));
    const { handler } = await import('../../examples/dynamic.mts');
    const ask = () => handler({}, {} as never) as Promise<unknown>;
    await expect(ask()).rejects.toThrow('payments are down');
    await expect(ask()).rejects.toThrow('payments are down');
    await expect(ask()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
  });
});

describe(PAGE, () => {
  it('says of every option what the runtime does: default and range', async () => {
    const source = await readText('runtime/src/dynamic/options.ts');
    const page = await readText(PAGE);
    const rules = [...source.matchAll(/(\w+): \{ type: 'duration', minimumMs: ([\d_]+), maximumMs: ([\d_]+), defaultMs: ([\d_]+) \}/g)];
    expect(rules).toHaveLength(2);
    for (const [, name, ...numbers] of rules) {
      const [minimum, maximum, byDefault] = numbers.map((text) => text.replaceAll('_', ''));
      expect(page).toContain(`| \`${name}Ms\` | ${byDefault} | ${minimum} to ${maximum} |`);
    }
  });
});
