import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';
import { THROTTLE_DEFAULTS } from '../../runtime/src/load-shedding/index.ts';
import { HELP } from '../../runtime/src/operator/help.ts';
import { defaultText, optionRows, rangeText, type Rule } from './option-tables.ts';
import { readText } from './pages.ts';

const { circuitBreaker, rateLimit, bulkhead, loadShedding, loadSheddingPriority, store } = CONTRACT.metrics;
const { configuration } = CONTRACT;

/** Options that are no single value: what they say is written in the constructs. */
const LIMIT_PARTS = ['limits', 'tenantLimits', 'userLimits', 'by'];
const BULKHEAD_PARTS = ['tenantLimits', 'operationLimits', 'enforcement'];

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
    ['rate-limit', LIMIT_PARTS],
    ['bulkhead', BULKHEAD_PARTS],
    ['load-shedding', ['priorityRateCaps']],
  ])('of %s are said to be what the construct does', async (pattern, parts) => {
    const source = await readText(`lib/${pattern}-options.ts`);
    const rows = await optionRows(`docs/patterns/${pattern}.md`);
    for (const part of parts) {
      const [, words] = new RegExp(String.raw`/\*\*\n   \* ([^\n]+)\n(?:   \*[^\n]*\n)*?   \*/\n  readonly ${part}\??:`).exec(source) ?? [];
      expect({ part, meaning: rows.find(({ name }) => name === part)?.meaning }).toEqual({ part, meaning: words });
    }
  });
});

describe('the page of load shedding', () => {
  it('says of every option of the throttle what the runtime does', async () => {
    const rows = [...(await readText('docs/patterns/load-shedding.md')).matchAll(/^\| `(\w+)` \| (true|[\d.]+(?: \w+)?)(?:, from [^|]+)? \| [^|]+ \|$/gm)];
    const defaults = Object.entries(THROTTLE_DEFAULTS).map(([name, value]) => [name, defaultText(name.endsWith('Ms') ? { type: 'duration', description: '', defaultMs: Number(value) } : { type: 'value', description: '', default: value })]);
    expect(rows.map(([, name, shown]) => [name, shown])).toEqual(defaults);
  });
});
