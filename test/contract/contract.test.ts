import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { BULKHEAD_DEFAULTS } from '../../runtime/src/bulkhead/options.ts';
import { CIRCUIT_BREAKER_DEFAULTS } from '../../runtime/src/circuit-breaker/options.ts';
import { readConfiguration, type Configuration } from '../../runtime/src/config/configuration.ts';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';
import { BULKHEAD_PARTS } from '../../runtime/src/core/bulkhead-schema.ts';
import { LIMIT_PARTS } from '../../runtime/src/core/limit-schema.ts';
import { schemaDefaults, schemaProblems, type OptionRule } from '../../runtime/src/core/option-schema.ts';
import { SHEDDING_PARTS } from '../../runtime/src/core/shedding-schema.ts';
import { TIMEOUT_PARTS } from '../../runtime/src/core/timeout-schema.ts';
import { checkedDynamicOptions } from '../../runtime/src/dynamic/options.ts';
import { CLIENT_DEFAULTS } from '../../runtime/src/http-client/client-options.ts';
import { resolvedCloudMap } from '../../runtime/src/http-client/cloud-map-options.ts';
import { DEPENDENCY_DEFAULTS } from '../../runtime/src/http-client/dependency-options.ts';
import { ROUTING_DEFAULTS } from '../../runtime/src/http-client/endpoint-options.ts';
import { resolveHedgeOptions } from '../../runtime/src/http-client/hedging-options.ts';
import { CLIENT_PROFILES } from '../../runtime/src/http-client/profiles.ts';
import { LOAD_SHEDDING_DEFAULTS } from '../../runtime/src/load-shedding/options.ts';
import { RATE_LIMIT_DEFAULTS } from '../../runtime/src/rate-limit/options.ts';
import { RETRY_DEFAULTS } from '../../runtime/src/retry/options.ts';
import { TIMEOUT_DEFAULTS } from '../../runtime/src/timeout/options.ts';
import { CONTRACT_COPIES, renderCopy } from '../../scripts/generate-contract.ts';
import { DOCUMENT } from './document.ts';

type Schema = Readonly<Record<string, OptionRule>>;

const keyOf = (name: string, rule: OptionRule) => (rule.type === 'duration' ? `${name}Ms` : name);
const defaultOf = (rule: OptionRule) => (rule.type === 'duration' ? rule.defaultMs : rule.default);

describe('the copies of the contract', () => {
  it.each(Object.entries(CONTRACT_COPIES))('in %s is what `npm run contract` writes', (_package, copy) => {
    expect(readFileSync(copy.file, 'utf8')).toBe(renderCopy(copy));
  });

  it.each([
    ['lib', '{\n  "version": 7,\n  "a": {\n    "description": "Words.",\n    "default": 1\n  },\n  "instruments": {}\n}'],
    ['runtime', '{\n  "version": 7,\n  "a": {\n    "default": 1\n  }\n}'],
    ['opentelemetry', '{}'],
  ] as const)('for %s hold what it needs of the document, and nothing else', (name, content) => {
    const text = renderCopy(CONTRACT_COPIES[name]!, '{"version":7,"a":{"description":"Words.","default":1},"instruments":{}}');
    expect(text).toContain(` = ${content} as const;`);
  });
});

const VARIABLES = [...Object.values(CONTRACT.environment), ...Object.values(CONTRACT.overrides)];

describe('environment variables', () => {
  it('are all read by the runtime, and no others', () => {
    const read = new Set<unknown>();
    const environment = new Proxy({}, { get: (_target, name) => void read.add(name) });
    readConfiguration(environment);
    checkedDynamicOptions({}, environment, false);
    expect([...read].sort()).toEqual(VARIABLES.map(({ name }) => name).sort());
  });

  it('have names that Lambda accepts and does not reserve', () => {
    for (const { name } of VARIABLES) {
      expect(name).toMatch(/^[A-Z][A-Z0-9_]+$/);
      expect(name).not.toMatch(/^(AWS|LAMBDA|_)/);
    }
  });
});

const { name: sheddingName, ...sheddingDefaults } = LOAD_SHEDDING_DEFAULTS;
const { name: timeoutName, ...timeoutDefaults } = TIMEOUT_DEFAULTS;
const { name: retryName } = RETRY_DEFAULTS;

/** What is set where nobody says anything, of options that a stack can declare too. */
function declarable(schema: Schema, ...defaults: readonly object[]): Readonly<Record<string, unknown>> {
  const all: Readonly<Record<string, unknown>> = Object.assign({}, ...defaults);
  return Object.fromEntries(Object.entries(schema).map(([name, rule]) => [keyOf(name, rule), all[keyOf(name, rule)]]));
}

/** What a stack can declare, and where its options are documented. */
const DECLARATIONS = [
  {
    of: 'a circuit',
    schema: CONTRACT.configuration.circuit as Schema,
    defaults: CIRCUIT_BREAKER_DEFAULTS as Readonly<Record<string, unknown>>,
    read: (declared: object) => readDocument({ circuits: declared }).circuits,
    source: '../../runtime/src/circuit-breaker/options.ts',
    documented: 'DeclaredCircuitOptions',
    parts: [] as readonly string[],
  },
  {
    of: 'a rate limit',
    schema: CONTRACT.configuration.rateLimit as Schema,
    defaults: RATE_LIMIT_DEFAULTS as Readonly<Record<string, unknown>>,
    read: (declared: object) => readDocument({ limits: declared }).rateLimits,
    source: '../../runtime/src/rate-limit/options.ts',
    documented: 'DeclaredRateLimitOptions',
    parts: LIMIT_PARTS as readonly string[],
  },
  {
    of: 'a bulkhead',
    schema: CONTRACT.configuration.bulkhead as Schema,
    defaults: BULKHEAD_DEFAULTS as Readonly<Record<string, unknown>>,
    read: (declared: object) => readDocument({ bulkheads: declared }).bulkheads,
    source: '../../runtime/src/bulkhead/options.ts',
    documented: 'DeclaredBulkheadOptions',
    parts: BULKHEAD_PARTS as readonly string[],
  },
  {
    of: 'load shedding',
    schema: CONTRACT.configuration.loadShedding as Schema,
    defaults: sheddingDefaults as Readonly<Record<string, unknown>>,
    // A function sheds its load or does not: there is one of it, without a name.
    read: ({ payments }: { readonly payments?: object }) => ({ payments: readDocument({ loadShedding: payments }).loadShedding }),
    source: '../../runtime/src/load-shedding/options.ts',
    documented: 'DeclaredLoadSheddingOptions',
    parts: SHEDDING_PARTS as readonly string[],
  },
  {
    of: 'a timeout',
    schema: CONTRACT.configuration.timeout as Schema,
    defaults: timeoutDefaults as Readonly<Record<string, unknown>>,
    read: ({ payments }: { readonly payments?: object }) => ({ payments: readDocument({ timeout: payments }).timeout }),
    source: '../../runtime/src/timeout/options.ts',
    documented: 'DeclaredTimeoutOptions',
    parts: TIMEOUT_PARTS as readonly string[],
  },
  {
    of: 'a retry',
    schema: CONTRACT.configuration.retry as Schema,
    defaults: declarable(CONTRACT.configuration.retry, RETRY_DEFAULTS),
    read: ({ payments }: { readonly payments?: object }) => ({ payments: readDocument({ retry: payments }).retry }),
    source: '../../runtime/src/retry/options.ts',
    documented: 'DeclaredRetryOptions',
    parts: [] as readonly string[],
  },
];

/** What a client is made of has its options in several places. */
const DEPENDENCY = {
  of: 'a dependency',
  schema: CONTRACT.configuration.dependency as Schema,
  defaults: declarable(CONTRACT.configuration.dependency, DEPENDENCY_DEFAULTS, CLIENT_DEFAULTS, ROUTING_DEFAULTS, resolveHedgeOptions({ name: 'payments' })),
  read: (declared: object) => readDocument({ dependencies: declared }).dependencies,
};

/** A service in AWS Cloud Map, whose names nothing stands in for. */
const CLOUD_MAP = {
  of: 'a service in AWS Cloud Map',
  schema: CONTRACT.configuration.cloudMap as Schema,
  defaults: declarable(CONTRACT.configuration.cloudMap, resolvedCloudMap({}, {} as never)),
  read: ({ payments }: { readonly payments?: object }) => {
    const { cloudMap } = readDocument({ dependencies: { payments: { cloudMap: { namespace: 'shop', service: 'stock', ...payments } } } }).dependencies!['payments']!;
    const { namespace: _namespace, service: _service, ...rest } = cloudMap as Readonly<Record<string, unknown>>;
    return { payments: rest };
  },
};

function readDocument(sections: object): Configuration {
  return readConfiguration({ [CONTRACT.environment.configuration.name]: JSON.stringify({ version: CONTRACT.version, ...sections }) });
}

it('dependencies have the same profiles in the constructs and in the runtime', () => {
  const spelled = Object.keys(CLIENT_PROFILES).map((name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  expect(spelled).toEqual([...CONTRACT.configuration.dependencyProfiles]);
});

describe.each([...DECLARATIONS, DEPENDENCY, CLOUD_MAP])('options of $of', ({ schema, defaults, read }) => {
  it('and their defaults are those of the runtime (PX-13)', () => {
    expect(defaults).toEqual(Object.fromEntries(Object.entries(schema).map(([name, rule]) => [keyOf(name, rule), defaultOf(rule)])));
  });

  it('are all read from the document that the stack writes', () => {
    expect(read({ payments: defaults })).toEqual({ payments: defaults });
  });

  it('have defaults within their own bounds', () => {
    expect(schemaProblems(schema, defaults, 'defaults')).toEqual([]);
  });
});

it('load shedding, the timeout and the retry have names of their own, which no stack declares', () => {
  expect([sheddingName, timeoutName, retryName]).toEqual(['load-shedding', 'timeout', 'retry']);
});

describe('the parts of a timeout and of a dependency that are no plain values', () => {
  it('are read from the document as the examples of the constructs have them', () => {
    const timeout = { operationTimeoutsMs: { 'GET /orders/{id}': 2000 }, tenantTimeoutsMs: { acme: 60_000 } };
    const named = { circuits: { payments: {} }, bulkheads: { payments: {} } };
    const own = { endpoints: ['https://a.example', 'https://b.example/v1'], retry: { maxAttempts: 2 } };
    const stock = { cloudMap: { namespace: 'shop', service: 'stock', path: '/v1', port: 8080 }, retry: false, circuit: false, bulkhead: false };
    const dependencies = { stock, payments: { ...own, circuit: 'payments', bulkhead: 'payments' }, mail: { baseUrl: 'http://mail.example', retry: false, circuit: false, bulkhead: false } };
    expect(readDocument({ timeout, dependencies, ...named })).toMatchObject({ timeout, dependencies });
  });
});

describe('the parts of a bulkhead and of load shedding that are no plain values', () => {
  it('are read from the document as the examples of the constructs have them', () => {
    const bulkheads = { stock: { perTenant: true, tenantLimits: { acme: 5 }, perOperation: true, operationLimits: { charge: 3 } } };
    const loadShedding = { priorityRateCaps: Object.fromEntries(CONTRACT.configuration.priorities.map((priority) => [priority, 0.5])) };
    expect(readDocument({ bulkheads, loadShedding })).toMatchObject({ bulkheads, loadShedding });
  });
});

describe('the parts of a rate limit that are no plain values', () => {
  it('are read from the document as the example of the construct has them', () => {
    const limits = { api: { limits: [{ limit: 100, periodMs: 60_000, burst: 5 }], tenantLimits: { acme: [{ limit: 1, periodMs: 1 }] }, userLimits: {}, by: [...CONTRACT.configuration.limitKeyParts] } };
    expect(readDocument({ limits }).rateLimits).toEqual(limits);
  });

  it('have rules whose defaults are within their own bounds', () => {
    expect(schemaProblems(CONTRACT.configuration.limitRule, schemaDefaults(CONTRACT.configuration.limitRule), 'rule')).toEqual([]);
  });
});

/** A quantity as the doc comments write it, as a number or in milliseconds. */
function quantity(text: string): number {
  const UNITS: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, days: 86_400_000 };
  const [amount, unit] = text.split(' ');
  return Number(amount) * (unit === undefined ? 1 : UNITS[unit]!);
}

/** The doc comment of every member of an interface. */
function documentedMembers(file: string, name: string): Map<string, string> {
  const source = readFileSync(new URL(file, import.meta.url), 'utf8');
  const body = new RegExp(String.raw`export interface ${name} \{(.*?)\n\}`, 's').exec(source)![1]!;
  const documented = body.matchAll(/\/\*\*\s((?:(?!\*\/).)*?)\s\*\/\s+readonly (\w+)\??:/gs);
  return new Map([...documented].map(([, comment, member]) => [member!, comment!.replaceAll(/\s*\n\s*\* ?/g, ' ').replace(/^\s*\* /, '').trim()]));
}

const textOf = (rule: OptionRule) => rule.type === 'boolean' || rule.type === 'choice';

/** The bounds that a doc comment states, as quantities. */
function statedBounds(comment: string): { bounds: number[]; exclusive: boolean } {
  const QUANTITY = String.raw`(\d+(?:\.\d+)?(?: (?:ms|s|min|h|days))?)`;
  const [, from, above, to] = new RegExp(`(?:${QUANTITY} to|above ${QUANTITY}, up to) ${QUANTITY}[.,;:]`).exec(comment)!;
  return { bounds: [quantity((from ?? above)!), quantity(to!)], exclusive: above !== undefined };
}

/** The bounds that a rule states, in the form of `statedBounds`. */
function boundsOf(rule: OptionRule): { bounds: unknown[]; exclusive: boolean } {
  if (rule.type === 'duration') return { bounds: [rule.minimumMs, rule.maximumMs], exclusive: false };
  if (rule.type === 'boolean' || rule.type === 'choice') throw new Error('no bounds');
  return { bounds: [rule.minimum ?? rule.exclusiveMinimum, rule.maximum], exclusive: rule.exclusiveMinimum !== undefined };
}

const entriesOf = (schema: Schema) => Object.entries(schema).map(([name, rule]) => ({ option: keyOf(name, rule), rule }));

describe.each(DECLARATIONS)('the doc comments of the options of $of', ({ schema, defaults, source, documented, parts }) => {
  const comments = documentedMembers(source, documented);

  it('exist for every option, and for no other', () => {
    expect([...comments.keys()].sort()).toEqual([...Object.keys(defaults), ...parts].sort());
    expect([...comments.keys()].filter((name) => !parts.includes(name))).toEqual(Object.keys(defaults));
  });

  it.each(entriesOf(schema))('$option: state the default of the contract', ({ option, rule }) => {
    const stated = / Default `?([^.:`]+(?:\.\d+)?)`?[.:]/.exec(comments.get(option)!)![1]!;
    expect(textOf(rule) ? stated : quantity(stated)).toBe(textOf(rule) ? String(defaultOf(rule)) : defaultOf(rule));
  });

  it.each(entriesOf(schema).filter(({ rule }) => !textOf(rule)))('$option: state the bounds of the contract', ({ option, rule }) => {
    expect(statedBounds(comments.get(option)!)).toEqual(boundsOf(rule));
  });
});

describe('the doc comments of a limit', () => {
  const comments = documentedMembers('../../runtime/src/rate-limit/options.ts', 'LimitRule');

  it('exist for all it may hold', () => {
    expect([...comments.keys()]).toEqual(entriesOf(CONTRACT.configuration.limitRule).map(({ option }) => option));
  });

  it.each(entriesOf(CONTRACT.configuration.limitRule))('$option: state the bounds of the contract', ({ option, rule }) => {
    expect(statedBounds(comments.get(option)!)).toEqual(boundsOf(rule));
  });
});

describe('metrics', () => {
  const { namespace, ...groups } = DOCUMENT.metrics;
  const all = Object.values(groups).flatMap(({ names }) => Object.values(names));

  it('have names in PascalCase, each once', () => {
    for (const { name } of all) expect(name).toMatch(/^([A-Z][a-z0-9]+)+$/);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(namespace).toMatch(/^([A-Z][a-z0-9]+)+$/);
  });

  it('have units that CloudWatch knows, and a description for the dashboard', () => {
    for (const { unit, description } of all) {
      expect(['Count', 'None', 'Milliseconds', 'Percent', 'Seconds', 'Bytes']).toContain(unit);
      expect(description).toMatch(/^[A-Z].+\.$/);
    }
  });

  it('begin with the service, and have few dimensions (POB-01)', () => {
    for (const { dimensions } of Object.values(groups)) {
      expect(dimensions[0]).toBe('service');
      expect(dimensions.length).toBeLessThanOrEqual(2);
      expect(dimensions.filter((dimension) => /tenant|user|key|path/i.test(dimension))).toEqual([]);
    }
  });
});

describe('tables', () => {
  it('have a TTL, and grant no action that reads or deletes many items', () => {
    for (const { timeToLiveAttribute, timeToLiveDays, partitionKey, actions } of Object.values(CONTRACT.tables)) {
      expect(timeToLiveAttribute).not.toBe(partitionKey);
      expect(timeToLiveDays).toBeGreaterThan(0);
      for (const action of actions) expect(action).toMatch(/^dynamodb:(Get|Update|Put|Delete)Item$/);
    }
  });
});
