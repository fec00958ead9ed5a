import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import type { OptionRule } from '../../../runtime/src/core/option-schema.ts';
import { resilience } from '../../../runtime/src/resilience/index.ts';
import { declared, world, type Sections } from './world.ts';

const { circuit, rateLimit, bulkhead, loadShedding, observability, timeout, retry, dependency, limitRule, limitKeyParts, maximumRulesPerKey, priorities } = CONTRACT.configuration;

/** A value that a rule of the contract allows. */
function valueOf(rule: OptionRule): fc.Arbitrary<unknown> {
  if (rule.type === 'boolean') return fc.boolean();
  if (rule.type === 'choice') return fc.constantFrom(...rule.values);
  if (rule.type === 'duration') return fc.integer({ min: rule.minimumMs, max: rule.maximumMs });
  if (rule.type === 'integer') return fc.integer({ min: rule.minimum ?? 0, max: rule.maximum });
  const minExcluded = rule.exclusiveMinimum !== undefined;
  return fc.double({ min: rule.minimum ?? rule.exclusiveMinimum ?? 0, minExcluded, max: rule.maximum, noNaN: true });
}

const keyOf = (name: string, { type }: OptionRule) => (type === 'duration' ? `${name}Ms` : name);

/** Any of the options that a schema of the contract allows; `fixed` stands in for some. */
function optionsOf(schema: Readonly<Record<string, OptionRule>>, fixed: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}) {
  const values = Object.entries(schema).map(([name, rule]) => [keyOf(name, rule), fixed[name] ?? valueOf(rule)]);
  return fc.record(Object.fromEntries(values) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] });
}

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,12}$/).filter((text) => !(text in {}));

/** Things by name; names that differ only in letter case are refused. */
const named = (options: fc.Arbitrary<object>): fc.Arbitrary<Record<string, object>> =>
  fc.uniqueArray(fc.tuple(name, options), { maxLength: 4, selector: ([key]) => key.toLowerCase() }).map((entries) => Object.fromEntries(entries));

/** Limits of different periods; windows have no burst. */
const rules = (hasBurst: boolean) =>
  fc.uniqueArray(
    fc.record({ limit: valueOf(limitRule.limit), periodMs: valueOf(limitRule.period), ...(hasBurst && { burst: valueOf(limitRule.burst) }) }),
    { minLength: 1, maxLength: maximumRulesPerKey, selector: ({ periodMs }) => periodMs },
  );

const limit = fc
  .record({
    plain: optionsOf(rateLimit, { maxShards: fc.integer({ min: 0, max: 6 }).map((power) => 2 ** power), strategy: fc.constant(undefined) }),
    strategy: fc.constantFrom(...rateLimit.strategy.values),
    by: fc.subarray([...limitKeyParts]),
  })
  .chain(({ plain, strategy, by }) => {
    const map = fc.dictionary(name, rules(strategy === 'token-bucket'), { maxKeys: 2 });
    // Whoever has limits of his own needs a key of his own.
    const own = { ...(by.includes('tenant') && { tenantLimits: map }), ...(by.includes('user') && { userLimits: map }) };
    return fc.record({ limits: rules(strategy === 'token-bucket'), ...own }).map((limits) => ({ ...plain, strategy, by, ...limits }));
  });

const slots = valueOf(bulkhead.maxConcurrent) as fc.Arbitrary<number>;

const room = slots.chain((maxConcurrent) => {
  const upTo = fc.integer({ min: 1, max: maxConcurrent });
  const limits = fc.dictionary(name, upTo, { maxKeys: 2 });
  const plain = optionsOf(bulkhead, { maxConcurrent: fc.constant(maxConcurrent), minConcurrent: upTo, perTenant: fc.constant(true), perOperation: fc.constant(true) });
  return fc
    .record({ plain, tenantLimits: limits, operationLimits: limits })
    .map(({ plain: options, ...own }) => ({ ...options, maxConcurrent, perTenant: true, perOperation: true, ...own }));
});

const shedding = (valueOf(loadShedding.maxRate) as fc.Arbitrary<number>).chain((maxRate) =>
  fc
    .record({
      plain: optionsOf(loadShedding, { minRate: fc.double({ min: 0, max: maxRate, noNaN: true }), maxRate: fc.constant(maxRate) }),
      priorityRateCaps: fc.dictionary(fc.constantFrom(...priorities), valueOf(loadShedding.maxRate)),
    })
    .map(({ plain, priorityRateCaps }) => ({ ...plain, maxRate, priorityRateCaps })),
);

const shortened = (valueOf(timeout.maxTimeout) as fc.Arbitrary<number>).chain((maxTimeoutMs) =>
  fc
    .record({
      // What the load is has to be known, and a document may hold no load shedding.
      plain: optionsOf(timeout, { calculator: fc.constantFrom('fixed', 'adaptive', 'priority'), maxTimeout: fc.constant(maxTimeoutMs), minTimeout: fc.integer({ min: 1, max: Math.min(100, maxTimeoutMs) }) }),
      limits: fc.record({ operationTimeoutsMs: fc.dictionary(name, valueOf(timeout.timeout)), tenantTimeoutsMs: fc.dictionary(name, valueOf(timeout.timeout)) }),
    })
    .map(({ plain, limits }) => ({ minTimeoutMs: 1, ...plain, maxTimeoutMs, ...limits })),
);

const { attemptTimeout: _attempt, totalTimeout: _total, ...again } = retry;
const { timeout: callTimeout, attemptTimeout, maxResponseBytes, propagateDeadline, staleIfError } = dependency;
const client = fc.record({
  plain: optionsOf({ timeout: callTimeout, attemptTimeout, maxResponseBytes, propagateDeadline, staleIfError }),
  retry: fc.oneof(fc.constant(false), optionsOf(again)),
  circuit: fc.constantFrom(undefined, false),
  bulkhead: fc.constantFrom(undefined, false),
}).map(({ plain, ...policies }) => ({ ...withinTotal(plain), ...policies, baseUrl: 'https://payments.example' }));

/** No attempt may be longer than all of them. */
function withinTotal<Plain extends { readonly attemptTimeoutMs?: unknown; readonly timeoutMs?: unknown }>(plain: Plain): Plain {
  const { attemptTimeoutMs, timeoutMs = dependency.timeout.defaultMs } = plain;
  return attemptTimeoutMs === undefined ? plain : { ...plain, attemptTimeoutMs: Math.min(Number(attemptTimeoutMs), Number(timeoutMs)) };
}

const stack: fc.Arbitrary<Sections> = fc.record(
  {
    circuits: named(optionsOf(circuit)),
    limits: named(limit),
    bulkheads: named(room),
    loadShedding: shedding,
    timeout: shortened,
    retry: optionsOf(retry),
    dependencies: named(client),
    // A stack cannot hand over a tracer.
    observability: optionsOf(observability, { tracing: fc.constant(false), logging: fc.constant(false), metrics: fc.constant(false) }),
  },
  { requiredKeys: [] },
);

const inboundOf = (options: object | undefined, byDefault: boolean): number =>
  Object.values(options ?? {}).filter((each: { readonly inbound?: boolean }) => each.inbound ?? byDefault).length;

describe('resilience() of whatever a stack may declare', () => {
  it('accepts every document of the contract, and makes every piece of it', () => {
    fc.assert(
      fc.property(stack, (sections) => {
        const { dependencies } = world(declared(sections));
        const everything = resilience({ observability: { logging: false, metrics: false } }, dependencies);
        const circuits = Object.keys(sections.circuits ?? {});
        const limits = Object.keys(sections.limits ?? {});
        expect(circuits.map((each) => everything.circuit(each).name)).toEqual(circuits);
        expect(limits.map((each) => everything.limiter(each).name)).toEqual(limits);
        const bulkheads = Object.keys(sections.bulkheads ?? {});
        expect(bulkheads.map((each) => everything.bulkhead(each).name)).toEqual(bulkheads);
        const clients = Object.keys(sections.dependencies ?? {});
        expect(clients.map((each) => everything.client(each).name)).toEqual(clients);
        const inbound = [
          inboundOf(sections.limits, rateLimit.inbound.default),
          inboundOf(sections.circuits, circuit.inbound.default),
          inboundOf(sections.bulkheads, bulkhead.inbound.default),
        ];
        const single = [sections.loadShedding, sections.timeout, sections.retry, clients[0]].filter((each) => each !== undefined).length;
        expect(everything).toHaveLength(inbound.reduce((sum, count) => sum + count, 3 + single));
        expect(everything.observability?.options).toMatchObject({ ...sections.observability, logging: false, metrics: false });
      }),
      { numRuns: 200 },
    );
  });
});
