import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import * as library from '../../lib';
import { BULKHEAD_PARTS } from '../../lib/private/bulkhead-problems';
import { CLOUD_MAP_PARTS } from '../../lib/private/cloud-map-problems';
import { CONTRACT } from '../../lib/private/contract';
import { DEPENDENCY_ADDRESSES, DEPENDENCY_POLICIES } from '../../lib/private/dependency-problems';
import { LIMIT_PARTS } from '../../lib/private/limit-problems';
import { SHEDDING_PARTS } from '../../lib/private/shedding-problems';
import { TIMEOUT_PARTS } from '../../lib/private/timeout-problems';

interface AnyRule {
  readonly type: string;
  readonly description: string;
  readonly values?: readonly string[];
  readonly default?: unknown;
  readonly defaultMs?: number;
  readonly minimum?: number;
  readonly minimumMs?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly maximumMs?: number;
}

const { circuit, rateLimit, limitRule, limitKeyParts, bulkhead, bulkheadLimit, loadShedding, priorities, observability } = CONTRACT.configuration;
const { timeout, timeoutLimit, retry, cloudMap, dependency, dependencyProfiles, maximumEndpoints } = CONTRACT.configuration;

function membersOf(file: string): { name: string; type: string; doc: string }[] {
  const source = readFileSync(join(__dirname, '../../lib', file), 'utf8');
  const found = source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*readonly (\w+)\??: ([^;]*(?:\{[^}]*\})?[^;]*);/g);
  return [...found].map(([, doc = '', name = '', type = '']) => ({ name, type, doc: doc.replaceAll(/^\s*\* ?/gm, '').trim() }));
}

function documentedDefault(doc: string): unknown {
  const text = /@default (.*)$/.exec(doc)?.[1] ?? '';
  const duration = /^Duration\.(millis|seconds)\((\d+)\)$/.exec(text);
  if (duration !== null) return Duration[duration[1] as 'millis' | 'seconds'](Number(duration[2])).toMilliseconds();
  const choice = /^(RateLimit\w+|Bulkhead\w+|LoadShedding\w+|Timeout\w+|Retry\w+|Dependency\w+|CloudMapScheme|ReportLevel)\.(\w+)$/.exec(text);
  if (choice === null) return JSON.parse(text);
  return (library as unknown as Record<string, Record<string, string>>)[choice[1]!]![choice[2]!];
}

function documentedRange(rule: AnyRule): string {
  if (rule.type === 'boolean' || rule.type === 'choice') return '';
  if (rule.type === 'duration') return `A whole number of milliseconds from ${rule.minimumMs} to ${rule.maximumMs}.`;
  const kind = rule.type === 'integer' ? 'A whole number' : 'A number';
  return rule.exclusiveMinimum === undefined
    ? `${kind} from ${rule.minimum} to ${rule.maximum}.`
    : `${kind} above ${rule.exclusiveMinimum} and up to ${rule.maximum}.`;
}

const TYPES: Readonly<Record<string, string>> = { boolean: 'boolean', duration: 'Duration', integer: 'number', number: 'number' };

/** The type of each choice, by struct. */
const CHOICES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  RateLimitOptions: { strategy: 'RateLimitStrategy', onStoreFailure: 'RateLimitStoreFailure' },
  BulkheadOptions: { onStoreFailure: 'BulkheadStoreFailure', refusal: 'BulkheadRefusal' },
  LoadSheddingOptions: { strategy: 'LoadSheddingStrategy' },
  TimeoutOptions: { calculator: 'TimeoutCalculator', answer: 'TimeoutAnswer' },
  RetryOptions: { strategy: 'RetryStrategy', jitter: 'RetryJitter', budget: 'RetryBudget' },
  DependencyOptions: { balancing: 'DependencyBalancing' },
  CloudMapOptions: { scheme: 'CloudMapScheme' },
  ObservabilityOptions: { level: 'ReportLevel' },
};

const typeOf = (struct: string, name: string, { type }: AnyRule) => (type === 'choice' ? CHOICES[struct]?.[name] : TYPES[type]);

describe.each<[string, string, Readonly<Record<string, AnyRule>>, readonly string[], readonly string[]]>([
  ['CircuitOptions', 'circuit-options.ts', circuit, [], []],
  ['RateLimitOptions', 'rate-limit-options.ts', rateLimit, LIMIT_PARTS, []],
  ['BulkheadOptions', 'bulkhead-options.ts', bulkhead, [], BULKHEAD_PARTS],
  ['LoadSheddingOptions', 'load-shedding-options.ts', loadShedding, [], SHEDDING_PARTS],
  ['TimeoutOptions', 'timeout-options.ts', timeout, [], TIMEOUT_PARTS],
  ['RetryOptions', 'retry-options.ts', retry, [], []],
  ['DependencyOptions', 'dependency-options.ts', dependency, DEPENDENCY_ADDRESSES, DEPENDENCY_POLICIES],
  ['CloudMapOptions', 'cloud-map-options.ts', cloudMap, CLOUD_MAP_PARTS, []],
  ['ObservabilityOptions', 'observability-options.ts', observability, [], []],
])('%s', (struct, file, rules, before, after) => {
  const members = membersOf(file);

  test('has the options of the contract, in its order', () => {
    expect(members.map(({ name }) => name)).toEqual([...before, ...Object.keys(rules), ...after]);
  });

  test.each(members.filter(({ name }) => ![...before, ...after].includes(name)))('$name is documented as the contract states it', ({ name, type, doc }) => {
    const rule = rules[name]!;
    expect(doc.split('\n')[0]).toBe(rule.description);
    expect(documentedDefault(doc)).toBe(rule.default ?? rule.defaultMs);
    expect(type).toBe(typeOf(struct, name, rule));
    expect(doc).toContain(documentedRange(rule));
  });
});

describe('LimitRule', () => {
  const members = membersOf('limit-rule.ts');
  const rules: Readonly<Record<string, AnyRule>> = limitRule;

  test('has the options of the contract, in its order', () => {
    expect(members.map(({ name }) => name)).toEqual(Object.keys(rules));
  });

  test.each(members)('$name is documented as the contract states it', ({ name, type, doc }) => {
    expect(doc.split('\n')[0]).toBe(rules[name]!.description);
    expect(doc).toContain(documentedRange(rules[name]!));
    expect(type).toBe(typeOf('LimitRule', name, rules[name]!));
  });
});

test('RateLimitOptions says how many limits a key may have', () => {
  const limits = membersOf('rate-limit-options.ts').find(({ name }) => name === 'limits');
  expect(limits?.doc).toContain(`1 to ${CONTRACT.configuration.maximumRulesPerKey} limits of different periods.`);
  expect(limits?.type).toBe('LimitRule[]');
});

test('BulkheadOptions says how many slots a tenant or an operation may have', () => {
  for (const name of ['tenantLimits', 'operationLimits']) {
    const limits = membersOf('bulkhead-options.ts').find((member) => member.name === name);
    expect(limits?.doc).toContain(`Whole numbers from ${bulkheadLimit.minimum} to ${bulkheadLimit.maximum}, up to \`maxConcurrent\`.`);
  }
});

test('TimeoutOptions says how long an operation or a tenant may take', () => {
  for (const name of TIMEOUT_PARTS) {
    const times = membersOf('timeout-options.ts').find((member) => member.name === name);
    expect(times?.doc).toContain(`Whole numbers of milliseconds from ${timeoutLimit.minimumMs} to ${timeoutLimit.maximumMs}.`);
  }
});

test('DependencyOptions says how many endpoints there may be', () => {
  const endpoints = membersOf('dependency-options.ts').find(({ name }) => name === 'endpoints');
  expect(endpoints?.doc).toContain(`: 1 to ${maximumEndpoints}.`);
});

test('LoadSheddingOptions says which priorities there are', () => {
  const caps = membersOf('load-shedding-options.ts').find(({ name }) => name === 'priorityRateCaps');
  expect(caps?.doc).toContain(`by priority: ${priorities.slice(0, -1).join(', ')} or ${priorities.at(-1)}.`);
});

test.each([
  ['RateLimitStrategy', library.RateLimitStrategy, rateLimit.strategy.values],
  ['RateLimitStoreFailure', library.RateLimitStoreFailure, rateLimit.onStoreFailure.values],
  ['BulkheadStoreFailure', library.BulkheadStoreFailure, bulkhead.onStoreFailure.values],
  ['BulkheadRefusal', library.BulkheadRefusal, bulkhead.refusal.values],
  ['LoadSheddingStrategy', library.LoadSheddingStrategy, loadShedding.strategy.values],
  ['TimeoutCalculator', library.TimeoutCalculator, timeout.calculator.values],
  ['TimeoutAnswer', library.TimeoutAnswer, timeout.answer.values],
  ['RetryStrategy', library.RetryStrategy, retry.strategy.values],
  ['RetryJitter', library.RetryJitter, retry.jitter.values],
  ['RetryBudget', library.RetryBudget, retry.budget.values],
  ['DependencyBalancing', library.DependencyBalancing, dependency.balancing.values],
  ['CloudMapScheme', library.CloudMapScheme, cloudMap.scheme.values],
  ['DependencyProfile', library.DependencyProfile, dependencyProfiles],
  ['ReportLevel', library.ReportLevel, observability.level.values],
  ['RateLimitKeyPart', library.RateLimitKeyPart, limitKeyParts],
])('%s has the values of the contract, in its order', (_name, values: Record<string, string>, expected) => {
  expect(Object.values(values)).toEqual(expected);
  expect(Object.keys(values)).toEqual(expected.map((value) => value.toUpperCase().replaceAll('-', '_')));
});
