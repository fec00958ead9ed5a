import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';
import { HELP } from '../../runtime/src/operator/help.ts';
import { readText } from './pages.ts';

const { circuitBreaker, rateLimit, store } = CONTRACT.metrics;
const { circuit, rateLimit: limit } = CONTRACT.configuration;

interface Rule {
  readonly type: string;
  readonly description: string;
  readonly default?: unknown;
  readonly defaultMs?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minimumMs?: number;
  readonly maximumMs?: number;
  readonly values?: readonly string[];
}

/** Options that are no single value: what they say is written in the constructs. */
const LIMIT_PARTS = ['limits', 'tenantLimits', 'userLimits', 'by'];

const PAGES = [
  { path: 'docs/patterns/circuit-breaker.md', parts: [] as string[], options: circuit, metrics: circuitBreaker.names },
  { path: 'docs/patterns/rate-limit.md', parts: LIMIT_PARTS, options: limit, metrics: rateLimit.names },
] as const;

const UNITS: readonly (readonly [unit: string, milliseconds: number])[] = [['h', 3_600_000], ['min', 60_000], ['s', 1000], ['ms', 1]];

/** A duration as the pages write it. */
function durationText(durationMs: number): string {
  if (durationMs === 0) return '0';
  const [unit, milliseconds] = UNITS.find(([, each]) => durationMs % each === 0) ?? ['ms', 1];
  return `${durationMs / milliseconds} ${unit}`;
}

/** The range of an option as the pages write it. */
function rangeText(rule: Rule): string {
  if (rule.type === 'boolean') return 'true, false';
  if (rule.values !== undefined) return rule.values.join(', ');
  if (rule.type === 'duration') return `${durationText(rule.minimumMs ?? 0)} to ${durationText(rule.maximumMs ?? 0)}`;
  return rule.minimum === undefined ? `above ${rule.exclusiveMinimum}, up to ${rule.maximum}` : `${rule.minimum} to ${rule.maximum}`;
}

/** The options that a page lists, in its order. */
async function optionRows(path: string) {
  const rows = (await readText(path)).matchAll(/^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm);
  return [...rows].map(([, name = '', shown = '', range = '', meaning = '']) => ({ name, shown, range, meaning }));
}

describe.each(PAGES)('$path', ({ path, parts, options, metrics }) => {
  const rules = Object.entries<Rule>(options);

  it('lists every option of the contract, in its order', async () => {
    expect((await optionRows(path)).map(({ name }) => name)).toEqual([...parts, ...rules.map(([name]) => name)]);
  });

  it.each(rules)('says of %s what the contract does: default, range and words', async (option, rule) => {
    const { shown, range, meaning } = (await optionRows(path)).find(({ name }) => name === option)!;
    const defaultText = rule.defaultMs === undefined ? String(rule.default) : durationText(rule.defaultMs);
    expect({ shown, range, meaning }).toEqual({ shown: defaultText, range: rangeText(rule), meaning: rule.description });
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
