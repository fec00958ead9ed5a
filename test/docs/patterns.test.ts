import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';
import { HELP } from '../../runtime/src/operator/help.ts';
import { defaultText, optionRows, rangeText, type Rule } from './option-tables.ts';
import { readText } from './pages.ts';

const { circuitBreaker, rateLimit, store } = CONTRACT.metrics;
const { circuit, rateLimit: limit } = CONTRACT.configuration;

/** Options that are no single value: what they say is written in the constructs. */
const LIMIT_PARTS = ['limits', 'tenantLimits', 'userLimits', 'by'];

const PAGES = [
  { path: 'docs/patterns/circuit-breaker.md', parts: [] as string[], options: circuit, metrics: circuitBreaker.names },
  { path: 'docs/patterns/rate-limit.md', parts: LIMIT_PARTS, options: limit, metrics: rateLimit.names },
] as const;

describe.each(PAGES)('$path', ({ path, parts, options, metrics }) => {
  const rules = Object.entries<Rule>(options);

  it('lists every option of the contract, in its order', async () => {
    expect((await optionRows(path)).map(({ name }) => name)).toEqual([...parts, ...rules.map(([name]) => name)]);
  });

  it.each(rules)('says of %s what the contract does: default, range and words', async (option, rule) => {
    const { shown, range, meaning } = (await optionRows(path)).find(({ name }) => name === option)!;
    expect({ shown, range, meaning }).toEqual({ shown: defaultText(rule), range: rangeText(rule), meaning: rule.description });
  });

  it('names every metric of the contract', async () => {
    const page = await readText(path);
    for (const { name } of [...Object.values(metrics), ...Object.values(store.names)]) expect(page).toContain(`\`${name}\``);
  });

  it('names commands of operators that exist', async () => {
    const commands = (await readText(path)).match(/^npx resilient-lambda-runtime \w+ [\w-]+/gm) ?? [];
    expect(commands.length).toBeGreaterThan(3);
    for (const command of commands) expect(`${HELP}\n`).toMatch(new RegExp(`  ${command.slice('npx '.length)}[ \\n]`));
  });
});

describe('the page of the rate limiter', () => {
  it.each(LIMIT_PARTS)('says of %s what the construct does', async (part) => {
    const source = await readText('lib/rate-limit-options.ts');
    const [, words] = new RegExp(String.raw`/\*\*\n   \* ([^\n]+)\n(?:   \*[^\n]*\n)*?   \*/\n  readonly ${part}\??:`).exec(source) ?? [];
    const { meaning } = (await optionRows('docs/patterns/rate-limit.md')).find(({ name }) => name === part)!;
    expect(meaning).toBe(words);
  });
});
