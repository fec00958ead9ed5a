import { describe, expect, it } from '@jest/globals';
import { DOCUMENT } from '../contract/document.ts';
import { CLIENT_PROFILES, TRANSPORT_PROFILES } from '../../runtime/src/http-client/index.ts';
import { THROTTLE_DEFAULTS } from '../../runtime/src/load-shedding/index.ts';
import { HELP } from '../../runtime/src/operator/help.ts';
import { defaultText, optionRows, rangeText, type Rule } from './option-tables.ts';
import { readText } from './pages.ts';

const { circuitBreaker, rateLimit, bulkhead, loadShedding, loadSheddingPriority, timeout, retry, client, store } = DOCUMENT.metrics;
const { configuration } = DOCUMENT;

/** Options that are no single value: what they say is written in the constructs. */
const LIMIT_PARTS = ['limits', 'tenantLimits', 'userLimits', 'by'];
const BULKHEAD_PARTS = ['tenantLimits', 'operationLimits', 'enforcement'];
const TIMEOUT_PARTS = ['operationTimeouts', 'tenantTimeouts'];
const ADDRESSES = ['baseUrl', 'endpoints', 'cloudMap'];
const DEPENDENCY_PARTS = ['profile', 'retry', 'circuit', 'bulkhead'];

interface PatternPage {
  readonly path: string;
  /** Options that are no single value, before and after the others. */
  readonly first?: readonly string[];
  readonly last?: readonly string[];
  readonly options: Readonly<Record<string, Rule>>;
  readonly metrics: readonly Readonly<Record<string, { readonly name: string }>>[];
  /** Whether operators have commands. */
  readonly isOperated: boolean;
}

const PAGES: readonly PatternPage[] = [
  { path: 'docs/patterns/circuit-breaker.md', options: configuration.circuit, metrics: [circuitBreaker.names, store.names], isOperated: true },
  { path: 'docs/patterns/rate-limit.md', first: LIMIT_PARTS, options: configuration.rateLimit, metrics: [rateLimit.names, store.names], isOperated: true },
  { path: 'docs/patterns/bulkhead.md', last: BULKHEAD_PARTS, options: configuration.bulkhead, metrics: [bulkhead.names, store.names], isOperated: false },
  {
    path: 'docs/patterns/load-shedding.md',
    last: ['priorityRateCaps'],
    options: configuration.loadShedding,
    metrics: [loadShedding.names, loadSheddingPriority.names],
    isOperated: false,
  },
  { path: 'docs/patterns/timeout.md', last: TIMEOUT_PARTS, options: configuration.timeout, metrics: [timeout.names], isOperated: false },
  { path: 'docs/patterns/retry.md', options: configuration.retry, metrics: [retry.names], isOperated: false },
  {
    path: 'docs/patterns/http-client.md',
    first: ADDRESSES,
    last: DEPENDENCY_PARTS,
    options: configuration.dependency,
    metrics: [client.names],
    isOperated: false,
  },
];

describe.each(PAGES)('$path', ({ path, first = [], last = [], options, metrics, isOperated }) => {
  const rules = Object.entries(options);

  it('lists every option of the contract, in its order', async () => {
    expect((await optionRows(path)).map(({ name }) => name)).toEqual([...first, ...rules.map(([name]) => name), ...last]);
  });

  it.each(rules)('says of %s what the contract does: default, range and words', async (option, rule) => {
    const { shown, range, meaning } = (await optionRows(path)).find(({ name }) => name === option)!;
    expect({ shown, range, meaning }).toEqual({ shown: defaultText(rule), range: rangeText(rule), meaning: rule.description });
  });

  it('names every metric of the contract', async () => {
    const page = await readText(path);
    for (const { name } of metrics.flatMap((group) => Object.values(group))) expect(page).toContain(`\`${name}\``);
  });

  it('names commands of operators that exist', async () => {
    const commands = (await readText(path)).match(/^npx resilient-lambda-runtime \w+ [\w-]+/gm) ?? [];
    expect(commands.length > 3).toBe(isOperated);
    for (const command of commands) expect(`${HELP}\n`).toMatch(new RegExp(`  ${command.slice('npx '.length)}[ \\n]`));
  });
});

describe('options that are no single value', () => {
  it.each([
    ['rate-limit', 'rate-limit', LIMIT_PARTS],
    ['bulkhead', 'bulkhead', BULKHEAD_PARTS],
    ['load-shedding', 'load-shedding', ['priorityRateCaps']],
    ['timeout', 'timeout', TIMEOUT_PARTS],
    ['http-client', 'dependency', [...ADDRESSES, ...DEPENDENCY_PARTS]],
  ])('of %s are said to be what the construct does', async (page, options, parts) => {
    const source = await readText(`lib/${options}-options.ts`);
    const rows = await optionRows(`docs/patterns/${page}.md`);
    for (const part of parts) {
      const [, words] = new RegExp(String.raw`/\*\*\n   \* ([^\n]+)\n(?:   \*[^\n]*\n)*?   \*/\n  readonly ${part}\??:`).exec(source) ?? [];
      expect({ part, meaning: rows.find(({ name }) => name === part)?.meaning }).toEqual({ part, meaning: words });
    }
  });
});

describe('the page of the outbound client', () => {
  it('says of the limits of connections what the runtime does, for each profile', async () => {
    const rows = [...(await readText('docs/patterns/http-client.md')).matchAll(/^\| `(\w+)` \| [^|]+ \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)];
    const profiles = ['default', 'production', 'development'] as const;
    const expected = Object.keys(TRANSPORT_PROFILES.default).map((option) => [
      option,
      ...profiles.map((profile) => TRANSPORT_PROFILES[profile][option as keyof typeof TRANSPORT_PROFILES.default].toLocaleString('en')),
    ]);
    expect(rows.map(([, option, ...values]) => [option, ...values])).toEqual(expected);
  });

  it('has every profile with what it switches on', async () => {
    const rows = [...(await readText('docs/patterns/http-client.md')).matchAll(/^\| `([a-z-]+)`(?: \(`CLIENT_PROFILES\.\w+`\))? \| ([^|]+) \| [^|]+ \|$/gm)];
    const words = { retry: 'retries', circuit: 'circuit', bulkhead: 'bulkhead' };
    const expected = Object.values(CLIENT_PROFILES).map((profile) => Object.entries(profile).flatMap(([part, isOn]) => (isOn ? [words[part as keyof typeof words]] : [])));
    const shown = rows.filter(([, name = '']) => DOCUMENT.configuration.dependencyProfiles.some((known) => known === name));
    expect(shown.map(([, name]) => name)).toEqual([...DOCUMENT.configuration.dependencyProfiles]);
    expect(shown.map(([, , on = '']) => on.split(', '))).toEqual(expected);
  });

  it('names every balancing', async () => {
    const page = await readText('docs/patterns/http-client.md');
    for (const balancing of DOCUMENT.configuration.dependency.balancing.values) expect(page).toContain(`\n| \`${balancing}\` |`);
  });
});

describe('the page of load shedding', () => {
  it('says of every option of the throttle what the runtime does', async () => {
    const rows = [...(await readText('docs/patterns/load-shedding.md')).matchAll(/^\| `(\w+)` \| (true|[\d.]+(?: \w+)?)(?:, from [^|]+)? \| [^|]+ \|$/gm)];
    const defaults = Object.entries(THROTTLE_DEFAULTS).map(([name, value]) => [name, defaultText(name.endsWith('Ms') ? { type: 'duration', description: '', defaultMs: Number(value) } : { type: 'value', description: '', default: value })]);
    expect(rows.map(([, name, shown]) => [name, shown])).toEqual(defaults);
  });
});
