import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import builtContract from '../../dist/private/contract.js';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';
import { schemaDefaults } from '../../runtime/src/core/option-schema.ts';
import { BULKHEAD_PARTS } from '../../runtime/src/core/bulkhead-schema.ts';
import { DEPENDENCY_PARTS } from '../../runtime/src/core/dependency-schema.ts';
import { SHEDDING_PARTS } from '../../runtime/src/core/shedding-schema.ts';
import { RETRY_DEFAULTS } from '../../runtime/src/retry/options.ts';
import { ALLOWED, inMilliseconds, WILD, type Declarations, type Options } from './declarations.ts';
import { DOCUMENT } from './document.ts';
import { documentFor, environmentOf, MAXIMUM_BYTES, NO_LOAD, refusedByConstruct, refusedByRuntime, resolvedFrom } from './two-sides.ts';

const SCHEMA = CONTRACT.configuration;
const TIMES = ['operationTimeouts', 'tenantTimeouts'];
const SERVICE_PARTS = ['service', 'path'];
const LIMIT_PARTS = ['limits', 'tenantLimits', 'userLimits', 'by'];

/** Every option that a stack can declare, by what it is of. */
const EVERY_OPTION = [
  ...Object.keys(SCHEMA.circuit).map((option) => `circuits.${option}`),
  ...[...Object.keys(SCHEMA.rateLimit), ...LIMIT_PARTS].map((option) => `rateLimits.${option}`),
  ...[...Object.keys(SCHEMA.bulkhead), ...BULKHEAD_PARTS].map((option) => `bulkheads.${option}`),
  ...[...Object.keys(SCHEMA.dependency), ...DEPENDENCY_PARTS].map((option) => `dependencies.${option}`),
  ...[...Object.keys(SCHEMA.cloudMap), ...SERVICE_PARTS].map((option) => `dependencies.cloudMap.${option}`),
  ...[...Object.keys(SCHEMA.timeout), ...TIMES].map((option) => `requestTimeout.${option}`),
  ...Object.keys(SCHEMA.retry).map((option) => `retry.${option}`),
  ...[...Object.keys(SCHEMA.loadShedding), ...SHEDDING_PARTS].map((option) => `loadShedding.${option}`),
  ...Object.keys(SCHEMA.observability).map((option) => `observability.${option}`),
].sort();

const membersOf = (options: unknown): [string, unknown][] => (typeof options === 'object' && options !== null ? Object.entries(options) : []);

/** The options that are set in declarations, by what they are of. */
function optionsIn({ circuits, rateLimits, bulkheads, dependencies, requestTimeout, retry, loadShedding, observability }: Declarations): string[] {
  const set = (prefix: string, options: unknown) => membersOf(options).flatMap(([name, value]) => (value === undefined ? [] : [`${prefix}.${name}`]));
  const named = (prefix: string, all: unknown) => membersOf(all).flatMap(([, options]) => set(prefix, options));
  return [
    ...[...named('circuits', circuits), ...named('rateLimits', rateLimits), ...named('bulkheads', bulkheads), ...named('dependencies', dependencies)],
    ...membersOf(dependencies).flatMap(([, options]) => set('dependencies.cloudMap', (options as Options)['cloudMap'])),
    ...[...set('requestTimeout', requestTimeout), ...set('retry', retry)],
    ...[...set('loadShedding', loadShedding), ...set('observability', observability)],
  ];
}

/** What the runtime has to make of options of one kind: the default of what is not declared, and what is declared. */
const expected = (schema: Parameters<typeof schemaDefaults>[0], declared: unknown): Options => ({ ...schemaDefaults(schema), ...(inMilliseconds(declared) as Options) });

type Rules = readonly { readonly limit: number; readonly periodMs: number; readonly burst?: number }[];

/** Rules as a policy has them, without what its clock makes of a burst. */
const inOrder = (rules: Rules) => rules.map(({ limit, periodMs }) => ({ limit, periodMs })).sort((a, b) => a.periodMs - b.periodMs);
const inOrderById = (owners: Readonly<Record<string, Rules>> = {}) => new Map(Object.entries(owners).map(([id, rules]) => [id, inOrder(rules)]));

function expectedLimit(name: string, declared: unknown): Options {
  const { limits, tenantLimits, userLimits, by = [], ...plain } = expected(SCHEMA.rateLimit, declared);
  return { ...plain, name, by, rules: inOrder(limits as Rules), tenantRules: inOrderById(tenantLimits as never), userRules: inOrderById(userLimits as never) };
}

function expectedBulkhead(name: string, declared: unknown): Options {
  const { tenantLimits, operationLimits, ...plain } = expected(SCHEMA.bulkhead, declared) as Record<string, number> & Record<(typeof BULKHEAD_PARTS)[number], object | undefined>;
  const { maxConcurrent, defaultTenantLimit, defaultOperationLimit } = plain as Record<string, number>;
  const share = (limit: number, part: number) => (limit === 0 ? Math.max(1, Math.floor(maxConcurrent! / part)) : Math.min(limit, maxConcurrent!));
  const shares = { defaultTenantLimit: share(defaultTenantLimit!, 10), defaultOperationLimit: share(defaultOperationLimit!, 5) };
  const byId = (limits: object | undefined) => new Map(Object.entries(limits ?? {}));
  return { ...plain, ...shares, name, tenantLimits: byId(tenantLimits), operationLimits: byId(operationLimits) };
}

function expectedShedding(declared: unknown): Options {
  const { priorityRateCaps, ...plain } = expected(SCHEMA.loadShedding, declared);
  const caps = { critical: 0, high: 1, normal: 1, low: 1, background: 1, ...(priorityRateCaps as object | undefined) };
  return { ...plain, name: 'load-shedding', weights: { cpu: 0.3, memory: 0.3, latency: 0.3, errors: 0.1 }, priorityRateCaps: caps };
}

function expectedTimeout(declared: unknown): Options {
  const { operationTimeoutsMs = {}, tenantTimeoutsMs = {}, ...plain } = expected(SCHEMA.timeout, declared) as Record<string, object | undefined>;
  const byName = (times: object) => new Map(Object.entries(times));
  return { ...plain, name: 'timeout', load: NO_LOAD, operationTimeoutsMs: byName(operationTimeoutsMs), tenantTimeoutsMs: byName(tenantTimeoutsMs) };
}

const withoutCapacity = (options: ReturnType<typeof resolvedFrom>['rateLimits'][string]) => {
  const byId = (rules: ReadonlyMap<string, Rules>) => new Map([...rules].map(([id, own]) => [id, inOrder(own)]));
  return { ...options, rules: inOrder(options.rules), tenantRules: byId(options.tenantRules), userRules: byId(options.userRules) };
};

const mapped = (all: unknown, map: (name: string, options: unknown) => unknown) => Object.fromEntries(membersOf(all).map(([name, options]) => [name, map(name, options)]));
const fits = (declarations: Declarations) => Buffer.byteLength(documentFor(declarations)) <= MAXIMUM_BYTES;

it('the constructs were built with the contract of the sources (`npm run build:lib`)', () => {
  expect(builtContract.CONTRACT).toEqual(DOCUMENT);
});

describe('a configuration that is valid', () => {
  const tried = new Set<string>();
  const inEveryCase = (check: (declarations: Declarations) => void, numRuns: number) =>
    fc.assert(fc.property(ALLOWED.filter(fits), (declarations) => {
      optionsIn(declarations).forEach((option) => tried.add(option));
      check(declarations);
    }), { numRuns, seed: 20_261_121 });

  it('is what the runtime reads from the template, unchanged (PX-13)', () => {
    inEveryCase((declarations) => {
      const { circuits, rateLimits, bulkheads, dependencies, timeout, retry, loadShedding, observability } = resolvedFrom(environmentOf(declarations));
      const written = JSON.parse(documentFor(declarations)) as Declarations;
      expect(circuits).toEqual(mapped(written.circuits, (name, options) => ({ ...expected(SCHEMA.circuit, options), name })));
      expect(mapped(rateLimits, (_name, options) => withoutCapacity(options as never))).toEqual(mapped(declarations.rateLimits, expectedLimit));
      expect(bulkheads).toEqual(mapped(written.bulkheads, expectedBulkhead));
      expect(dependencies ?? {}).toEqual(written.dependencies ?? {});
      expect(timeout).toEqual(declarations.requestTimeout && expectedTimeout(declarations.requestTimeout));
      expect(retry).toEqual(declarations.retry && { ...RETRY_DEFAULTS, ...expected(SCHEMA.retry, declarations.retry) });
      expect(loadShedding).toEqual(declarations.loadShedding && expectedShedding(declarations.loadShedding));
      expect(observability).toEqual({ ...expected(SCHEMA.observability, declarations.observability), sinks: [], redactPaths: [] });
    }, 150);
    // It decides what the document says.
    expect([...tried].sort()).toEqual([...EVERY_OPTION, 'dependencies.profile'].sort());
  });

  it('is written the same way, whatever the order of the options', () => {
    inEveryCase((declarations) => {
      const reversed = (options: unknown) => Object.fromEntries(membersOf(options).reverse());
      const { circuits, dependencies, requestTimeout, retry, loadShedding, observability } = declarations;
      const turned = {
        ...declarations,
        circuits: mapped(circuits, (_name, options) => reversed(options)),
        dependencies: mapped(dependencies, (_name, options) => reversed(options)),
        requestTimeout: requestTimeout && reversed(requestTimeout),
        retry: retry && reversed(retry),
        loadShedding: loadShedding && reversed(loadShedding),
        observability: reversed(observability),
      };
      expect(environmentOf(turned)).toEqual(environmentOf(declarations));
    }, 30);
  });
});

describe('any configuration', () => {
  it('is refused on both sides for the same options, or on neither (PX-13)', () => {
    const refused = new Set<string>();
    let [taken, multiple] = [0, 0];
    fc.assert(fc.property(WILD.filter(fits), (declarations) => {
      const byConstruct = refusedByConstruct(declarations);
      expect(refusedByRuntime(declarations)).toEqual(byConstruct);
      if (byConstruct.length === 0) taken += 1;
      if (byConstruct.length > 1) multiple += 1;
      byConstruct.forEach((path) => refused.add(path.replace(/^(circuits|rateLimits|bulkheads|dependencies)\.[^.]*\./, '$1.')));
    }), { numRuns: 2500, seed: 20_261_121 });
    // A property whose case never comes up proves nothing (PX-18).
    expect(EVERY_OPTION.filter((option) => !refused.has(option))).toEqual([]);
    expect(Math.min(taken, multiple)).toBeGreaterThan(100);
  });
});
