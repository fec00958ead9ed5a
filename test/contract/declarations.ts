import cdk from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';
import { BULKHEAD_PARTS } from '../../runtime/src/core/bulkhead-schema.ts';
import { LIMIT_PARTS } from '../../runtime/src/core/limit-schema.ts';
import type { OptionRule } from '../../runtime/src/core/option-schema.ts';
import { isRecord } from '../../runtime/src/core/record.ts';

/** Options as a stack writes them, durations as `Duration`. */
export type Options = Readonly<Record<string, unknown>>;

/** What a stack declares for a function: what is meant for the properties of `ResilientFunction`. */
export interface Declarations {
  readonly circuits?: unknown;
  readonly rateLimits?: unknown;
  readonly bulkheads?: unknown;
  readonly dependencies?: unknown;
  readonly requestTimeout?: unknown;
  readonly retry?: unknown;
  readonly loadShedding?: unknown;
  readonly observability?: unknown;
}

type Schema = Readonly<Record<string, OptionRule>>;
type Entry = readonly [name: string, value: unknown];

/** Draws the value of an option. */
type Draw = (rule: OptionRule) => fc.Arbitrary<unknown>;

const { Duration } = cdk;
const SCHEMA = CONTRACT.configuration;
const SCHEMAS: readonly Schema[] = [SCHEMA.circuit, SCHEMA.rateLimit, SCHEMA.limitRule, SCHEMA.bulkhead, SCHEMA.cloudMap, SCHEMA.dependency, SCHEMA.timeout, SCHEMA.retry, SCHEMA.loadShedding, SCHEMA.observability];

/** Every option that a stack gives a `Duration`. */
export const DURATIONS: ReadonlySet<string> = new Set(
  SCHEMAS.flatMap((schema) => Object.entries(schema).flatMap(([name, { type }]) => (type === 'duration' ? [name] : []))),
);

const UNITS = [
  { ms: 1, of: Duration.millis },
  { ms: 1000, of: Duration.seconds },
  { ms: 60_000, of: Duration.minutes },
  { ms: 3_600_000, of: Duration.hours },
  { ms: 86_400_000, of: Duration.days },
] as const;

/** A duration in any unit that holds it. */
function inSomeUnit(ms: fc.Arbitrary<number>): fc.Arbitrary<unknown> {
  return fc.tuple(ms, fc.nat(UNITS.length - 1)).map(([length, largest]) => {
    const unit = UNITS.slice(0, largest + 1).findLast((each) => length % each.ms === 0) ?? UNITS[0];
    return unit.of(length / unit.ms);
  });
}

/** Both ends of a range, and what is between. */
const within = (min: number, max: number): fc.Arbitrary<number> => fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }));

/** A value that the contract allows. */
function allowed(rule: OptionRule): fc.Arbitrary<unknown> {
  if (rule.type === 'boolean') return fc.boolean();
  if (rule.type === 'choice') return fc.constantFrom(...rule.values);
  if (rule.type === 'duration') return inSomeUnit(within(rule.minimumMs, rule.maximumMs));
  const { minimum = 0, exclusiveMinimum, maximum } = rule;
  if (rule.type === 'integer') return within(minimum, maximum);
  // JSON has no negative zero.
  return fc.double({ min: minimum, max: maximum, minExcluded: exclusiveMinimum !== undefined, noNaN: true }).map((value) => value + 0);
}

/** What no option takes, whatever its type. */
const NEVER = [null, [], {}, 'nonsense'];

/**
 * A value that the contract does not allow. Numbers in the place of a `Duration` are left out: to the runtime, which takes
 * milliseconds, they may be good ones.
 */
function refused(rule: OptionRule): fc.Arbitrary<unknown> {
  if (rule.type === 'boolean') return fc.constantFrom(...NEVER, 0, 1, 'true');
  if (rule.type === 'choice') return fc.constantFrom(...NEVER, 1, true, rule.values[0]!.toUpperCase());
  if (rule.type === 'duration') {
    const { minimumMs, maximumMs } = rule;
    const lengths = [minimumMs + 0.5, maximumMs + 1, ...(minimumMs > 0 ? [minimumMs - 1] : [])];
    return fc.constantFrom(...NEVER, true, ...lengths.map((length) => Duration.millis(length)));
  }
  const { minimum, exclusiveMinimum, maximum } = rule;
  const beyond = [maximum + 1, minimum === undefined ? exclusiveMinimum! : minimum - 1, NaN, Infinity, String(maximum)];
  return fc.constantFrom(...NEVER, true, ...beyond, ...(rule.type === 'integer' ? [maximum - 0.5] : []));
}

/** Mostly what is allowed. */
const wild: Draw = (rule) => fc.oneof({ weight: 4, arbitrary: allowed(rule) }, { weight: 1, arbitrary: refused(rule) });

/** Mostly one, sometimes the other. */
const mostly = <Usual, Odd>(usual: fc.Arbitrary<Usual>, odd: fc.Arbitrary<Odd>): fc.Arbitrary<Usual | Odd> =>
  fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: odd });

/** Each of some arbitraries, in their order. */
const each = <Value>(arbitraries: readonly fc.Arbitrary<Value>[]): fc.Arbitrary<Value[]> => fc.tuple(...arbitraries);

/** A few options of a schema. */
function someOf(schema: Schema, draw: Draw): fc.Arbitrary<Entry[]> {
  const rules = Object.entries(schema);
  return fc.subarray(rules, { maxLength: Math.min(6, rules.length) }).chain((chosen) =>
    each(chosen.map(([name, rule]) => mostly(draw(rule), fc.constant(undefined)).map((value): Entry => [name, value]))),
  );
}

/** Own members only, `__proto__` too. */
const optionsOf = (entries: readonly Entry[]): Options => Object.fromEntries(entries);

const UNKNOWN = fc.constantFrom<Entry>(['timeouts', 1], ['Enabled', true], ['constructor', 1], ['__proto__', {}]);
const withUnknown = (entries: fc.Arbitrary<Entry[]>): fc.Arbitrary<Options> =>
  fc.tuple(entries, mostly(fc.constant([]), UNKNOWN.map((entry) => [entry]))).map(([known, unknown]) => optionsOf([...known, ...unknown]));

const ODD = fc.constantFrom(null, 5, 'nonsense', [], true);

/** Names that the contract allows; the last of them are those of members that every object has. */
const NAMES = mostly(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,9}$/), fc.constantFrom('a'.repeat(64), 'constructor', 'toString', 'hasOwnProperty'));
/** Without spaces, which end the path in a sentence. */
const BAD_NAMES = fc.constantFrom('', '1a', 'a.b', 'a#b', '-a', 'ä', '__proto__', 'a'.repeat(65));
/** Any text names a tenant or a user. */
const IDS = fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.constantFrom('', 'constructor', '${x}', 'a b', '"', '\ud800'));
const NAMED = IDS.filter((id) => id !== '' && id !== '__proto__');
const PLAIN_IDS = fc.constantFrom('acme', '', '__proto__', 'constructor', 'a.b');

const byName = (options: fc.Arbitrary<unknown>, names: fc.Arbitrary<string>, selector: (entry: Entry) => string): fc.Arbitrary<Options> =>
  fc.uniqueArray(fc.tuple(names, options), { maxLength: 3, selector }).map(optionsOf);
const ignoringCase = ([name]: Entry) => name.toLowerCase();
const exactly = ([name]: Entry) => name;

const { limit: LIMIT, period: PERIOD, burst: BURST } = SCHEMA.limitRule;
const msOf = (period: unknown) => (period as cdk.Duration).toMilliseconds();

/** A list of limits that the contract allows. */
function allowedRules(burst: boolean): fc.Arbitrary<Options[]> {
  const parts = { limit: allowed(LIMIT), period: allowed(PERIOD), ...(burst ? { burst: allowed(BURST) } : {}) };
  const rules = fc.record(parts, { requiredKeys: ['limit', 'period'] });
  return fc.uniqueArray(rules, { minLength: 1, maxLength: 3, selector: ({ period }) => msOf(period) });
}

/** Rate limits that the contract allows. */
const ALLOWED_LIMIT = fc.constantFrom(undefined, ...SCHEMA.rateLimit.strategy.values).chain((strategy) => {
  const rules = allowedRules(strategy === undefined || strategy === 'token-bucket');
  const owners = fc.option(byName(rules, IDS, exactly), { nil: undefined });
  const { strategy: _drawn, maxShards: _power, ...plain } = SCHEMA.rateLimit;
  return fc
    .record({
      limits: rules,
      tenantLimits: owners,
      userLimits: owners,
      by: fc.option(fc.shuffledSubarray([...SCHEMA.limitKeyParts]), { nil: undefined }),
      maxShards: fc.option(fc.nat(6).map((power) => 2 ** power), { nil: undefined }),
      plain: someOf(plain, allowed),
    })
    .map(({ plain: rest, by, ...parts }) => {
      const own = [parts.tenantLimits && ('tenant' as const), parts.userLimits && ('user' as const)].filter((part) => part !== undefined);
      return { ...parts, by: by && [...new Set([...own, ...by])], strategy, ...optionsOf(rest) };
    });
});

/** A number, or none, so that both come up. */
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined });

/** Limits of single tenants or operations, and the option without which nothing looks at them. */
const ownLimits = (part: (typeof BULKHEAD_PARTS)[number], isOn: 'perTenant' | 'perOperation', slots: number): fc.Arbitrary<Options> =>
  fc.oneof(
    maybe(fc.boolean()).map((on) => ({ [isOn]: on })),
    byName(within(1, slots), IDS, exactly).map((limits) => ({ [part]: limits, [isOn]: true })),
  );

/** Bulkheads that the contract allows. */
const ALLOWED_BULKHEAD = maybe(allowed(SCHEMA.bulkhead.maxConcurrent) as fc.Arbitrary<number>).chain((maxConcurrent) => {
  const slots = maxConcurrent ?? SCHEMA.bulkhead.maxConcurrent.default;
  const { maxConcurrent: _slots, minConcurrent: _least, perTenant: _tenants, perOperation: _operations, ...plain } = SCHEMA.bulkhead;
  return fc
    .tuple(ownLimits('tenantLimits', 'perTenant', slots), ownLimits('operationLimits', 'perOperation', slots), maybe(within(1, slots)), someOf(plain, allowed))
    .map(([tenants, operations, minConcurrent, rest]) => ({ maxConcurrent, minConcurrent, ...tenants, ...operations, ...optionsOf(rest) }));
});

const CAPS = byName(allowed(SCHEMA.loadShedding.maxRate), fc.constantFrom(...SCHEMA.priorities), exactly);

/** Load shedding that the contract allows. */
const ALLOWED_SHEDDING = maybe(allowed(SCHEMA.loadShedding.maxRate) as fc.Arbitrary<number>).chain((maxRate) => {
  const { minRate: _least, maxRate: _most, ...plain } = SCHEMA.loadShedding;
  const minRate = maybe(fc.double({ min: 0, max: maxRate ?? SCHEMA.loadShedding.maxRate.default, noNaN: true }).map((value) => value + 0));
  return fc.record({ minRate, priorityRateCaps: maybe(CAPS), rest: someOf(plain, allowed) }).map(({ rest, ...parts }) => ({ maxRate, ...parts, ...optionsOf(rest) }));
});

/** Times of single operations or tenants that the contract allows. */
const TIMES = maybe(byName(inSomeUnit(within(SCHEMA.timeoutLimit.minimumMs, SCHEMA.timeoutLimit.maximumMs)), NAMED, exactly));

/** Timeouts that the contract allows. */
const ALLOWED_TIMEOUT = maybe(allowed(SCHEMA.timeout.maxTimeout)).chain((maxTimeout) => {
  const { minTimeout: least, maxTimeout: most, ...plain } = SCHEMA.timeout;
  const maximumMs = maxTimeout === undefined ? most.defaultMs : msOf(maxTimeout);
  // Its default is more than the longest times.
  const minTimeout = allowed({ ...least, maximumMs });
  const shortest = maximumMs < least.defaultMs ? minTimeout : maybe(minTimeout);
  return fc
    .record({ minTimeout: shortest, operationTimeouts: TIMES, tenantTimeouts: TIMES, rest: someOf(plain, allowed) })
    .map(({ rest, ...parts }) => ({ maxTimeout, ...parts, ...optionsOf(rest) }));
});

const ADDRESSES = fc.constantFrom('https://a.example', 'http://b.example:8080/v1/', 'HTTPS://C.example/@', 'http://[::1]/');
const BAD_ADDRESSES = fc.constantFrom(null, 5, '', 'nonsense', 'ftp://a.example', 'https:a.example', 'https://', 'https://me:secret@a.example', 'https://a.example/?b', 'https://a.example#', 'https://a.example/b c');
const MANY_ADDRESSES = Array.from({ length: SCHEMA.maximumEndpoints + 1 }, (_, index) => `https://n${index}.example`);

const { inbound: _circuit, ...CIRCUIT_OF_DEPENDENCY } = SCHEMA.circuit;
const { inbound: _bulkhead, ...BULKHEAD_OF_DEPENDENCY } = SCHEMA.bulkhead;
const { attemptTimeout: _attempt, totalTimeout: _total, ...RETRY_OF_DEPENDENCY } = SCHEMA.retry;
const PROFILE = maybe(fc.constantFrom(...SCHEMA.dependencyProfiles));

/** As much of a service in AWS Cloud Map as the constructs look at. */
const serviceOf = (namespaceName: string, serviceName: string) => ({ serviceName, serviceArn: 'arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-1', namespace: { namespaceName } });
const SERVICES = fc.constantFrom(serviceOf('shop.local', 'stock'), serviceOf('a', 'b'));
const PATHS = fc.constantFrom('', '/', '/v1/items');
const BAD_PATHS = fc.constantFrom(null, 5, 'v1', '/v1?a', '/v1#a', '/v 1');

/** Services in AWS Cloud Map that the contract allows. */
const ALLOWED_SERVICE = maybe(allowed(SCHEMA.cloudMap.maxStale)).chain((maxStale) => {
  const { cache, maxStale: most, ...plain } = SCHEMA.cloudMap;
  const maximumMs = maxStale === undefined ? most.defaultMs : msOf(maxStale);
  const fresh = allowed({ ...cache, maximumMs: Math.min(cache.maximumMs, maximumMs) });
  // Its default is more than the shortest times.
  const parts = { service: SERVICES, path: maybe(PATHS), cache: maximumMs < cache.defaultMs ? fresh : maybe(fresh), rest: someOf(plain, allowed) };
  return fc.record(parts).map(({ rest, ...own }): Options => ({ maxStale, ...own, ...optionsOf(rest) }));
});

/** Dependencies that the contract allows. */
const ALLOWED_DEPENDENCY = maybe(allowed(SCHEMA.dependency.timeout)).chain((timeout) => {
  const { timeout: total, attemptTimeout, ...plain } = SCHEMA.dependency;
  const maximumMs = timeout === undefined ? total.defaultMs : msOf(timeout);
  const where = fc.oneof(
    ADDRESSES.map((baseUrl) => ({ baseUrl })),
    fc.uniqueArray(ADDRESSES, { minLength: 1 }).map((endpoints) => ({ endpoints })),
    ALLOWED_SERVICE.map((cloudMap) => ({ cloudMap })),
  );
  return fc
    .record({
      where,
      attemptTimeout: maybe(allowed({ ...attemptTimeout, maximumMs })),
      profile: PROFILE,
      retry: maybe(someOf(RETRY_OF_DEPENDENCY, allowed).map(optionsOf)),
      circuit: maybe(someOf(CIRCUIT_OF_DEPENDENCY, allowed).map(optionsOf)),
      bulkhead: maybe(ALLOWED_BULKHEAD.map(({ inbound: _inbound, ...own }: Options) => own)),
      rest: someOf(plain, allowed),
    })
    .map(({ where: addresses, rest, ...parts }) => ({ ...addresses, timeout, ...parts, ...optionsOf(rest) }));
});

/** Without the circuits and bulkheads that dependencies bring along themselves: names are declared once. */
function onceEach(declarations: Declarations): Declarations {
  const { dependencies } = declarations;
  if (!isRecord(dependencies)) return declarations;
  const once = (section: 'circuits' | 'bulkheads', policy: 'circuit' | 'bulkhead') => {
    const { [section]: declared } = declarations;
    if (!isRecord(declared)) return {};
    const brought = Object.entries(dependencies).flatMap(([name, options]) => (isRecord(options) && isRecord(options[policy]) ? [name] : []));
    return { [section]: Object.fromEntries(Object.entries(declared).filter(([name]) => !brought.includes(name))) };
  };
  return { ...declarations, ...once('circuits', 'circuit'), ...once('bulkheads', 'bulkhead') };
}

/** Declarations that the contract allows. */
export const ALLOWED: fc.Arbitrary<Declarations> = fc.record(
  {
    circuits: byName(someOf(SCHEMA.circuit, allowed).map(optionsOf), NAMES, ignoringCase),
    rateLimits: byName(ALLOWED_LIMIT, NAMES, ignoringCase),
    bulkheads: byName(ALLOWED_BULKHEAD, NAMES, ignoringCase),
    // Of names that differ from those of others not only in letter case.
    dependencies: byName(ALLOWED_DEPENDENCY, fc.constantFrom('payments-api', 'mail-api', 'constructor'), exactly),
    requestTimeout: ALLOWED_TIMEOUT,
    retry: someOf(SCHEMA.retry, allowed).map(optionsOf),
    loadShedding: ALLOWED_SHEDDING,
    observability: someOf(SCHEMA.observability, allowed).map(optionsOf),
  },
  { requiredKeys: [] },
).map(onceEach);

/** Few lengths, so that some are the same, and some that are none. */
const WILD_PERIOD = mostly(fc.constantFrom(1, 1000, 60_000).map((ms) => Duration.millis(ms)), refused(PERIOD));
const LEFT_OUT = fc.constant<Entry[]>([]);
const WILD_RULE = withUnknown(
  each<Entry[]>([
    mostly(wild(LIMIT).map((limit): Entry[] => [['limit', limit]]), LEFT_OUT),
    mostly(WILD_PERIOD.map((period): Entry[] => [['period', period]]), LEFT_OUT),
    fc.oneof(LEFT_OUT, wild(BURST).map((burst): Entry[] => [['burst', burst]])),
  ]).map((parts) => parts.flat()),
);
const WILD_RULES = mostly(fc.array(mostly(WILD_RULE, ODD), { minLength: 1, maxLength: SCHEMA.maximumRulesPerKey }), fc.oneof(ODD, fc.constant(Array(5).fill({}))));
const WILD_OWNERS = mostly(byName(WILD_RULES, PLAIN_IDS, exactly), ODD);
const WILD_BY = mostly(fc.array(mostly(fc.constantFrom<unknown>(...SCHEMA.limitKeyParts), ODD), { maxLength: 3 }), ODD);
const WILD_PARTS: Readonly<Record<(typeof LIMIT_PARTS)[number], fc.Arbitrary<unknown>>> = {
  limits: WILD_RULES,
  tenantLimits: WILD_OWNERS,
  userLimits: WILD_OWNERS,
  by: WILD_BY,
};
const WILD_LIMIT = withUnknown(
  fc
    .tuple(
      fc.subarray([...LIMIT_PARTS]).chain((chosen) => each(chosen.map((part) => WILD_PARTS[part].map((value): Entry => [part, value])))),
      someOf(SCHEMA.rateLimit, wild),
    )
    .map((parts) => parts.flat()),
);

/** Numbers of which some are more than there are slots. */
const WILD_SLOTS = mostly(fc.constantFrom(1, 2, 10, 11), refused(SCHEMA.bulkhead.maxConcurrent));
const WILD_SLOT_LIMITS = mostly(byName(WILD_SLOTS, PLAIN_IDS, exactly), ODD);
const WILD_BULKHEAD = withUnknown(
  fc
    .tuple(
      fc.subarray([...BULKHEAD_PARTS]).chain((chosen) => each(chosen.map((part) => WILD_SLOT_LIMITS.map((value): Entry => [part, value])))),
      fc.subarray(['maxConcurrent', 'minConcurrent']).chain((chosen) => each(chosen.map((name) => WILD_SLOTS.map((value): Entry => [name, value])))),
      someOf(SCHEMA.bulkhead, wild),
    )
    .map((parts) => parts.flat()),
);
const WILD_CAPS = mostly(byName(wild(SCHEMA.loadShedding.maxRate), mostly(fc.constantFrom<string>(...SCHEMA.priorities), BAD_NAMES), exactly), ODD);
const WILD_SHEDDING = withUnknown(
  fc.tuple(fc.oneof(LEFT_OUT, WILD_CAPS.map((value): Entry[] => [['priorityRateCaps', value]])), someOf(SCHEMA.loadShedding, wild)).map((parts) => parts.flat()),
);
const TIME_RULE: OptionRule = { type: 'duration', ...SCHEMA.timeoutLimit, defaultMs: SCHEMA.timeoutLimit.minimumMs };
/** One problem for a name that templates lose, not two. */
const WILD_TIMES = mostly(byName(wild(TIME_RULE), PLAIN_IDS, exactly).map((times) => Object.fromEntries(Object.entries(times).map(([name, time]) => [name, name === '__proto__' ? Duration.millis(1) : time]))), ODD);
const WILD_TIMEOUT = withUnknown(
  fc
    .tuple(
      fc.subarray(['operationTimeouts', 'tenantTimeouts']).chain((chosen) => each(chosen.map((name) => WILD_TIMES.map((value): Entry => [name, value])))),
      someOf(SCHEMA.timeout, wild),
    )
    .map((parts) => parts.flat()),
);
const WILD_NAMES = mostly(fc.constantFrom('payments', 'Payments', 'stock'), BAD_NAMES);
const GOOD_NAMES = fc.constantFrom('payments', 'Payments', 'stock');

/** What is no options. Neither text nor false: in the document they have a meaning. */
const NO_OPTIONS = fc.constantFrom(null, 5, [], true);
const WILD_ENDPOINTS = mostly(
  fc.uniqueArray(mostly<unknown, unknown>(ADDRESSES, BAD_ADDRESSES), { minLength: 1, maxLength: 3 }),
  fc.constantFrom<unknown>(null, {}, [], 'https://a.example', ['https://a.example', 'https://a.example'], MANY_ADDRESSES),
);
const WILD_SERVICE = mostly(
  withUnknown(
    each<Entry[]>([
      mostly(mostly<unknown, unknown>(SERVICES, ODD), fc.constant(undefined)).map((service): Entry[] => [['service', service]]),
      fc.oneof(LEFT_OUT, mostly<unknown, unknown>(PATHS, BAD_PATHS).map((path): Entry[] => [['path', path]])),
      someOf(SCHEMA.cloudMap, wild),
    ]).map((parts) => parts.flat()),
  ),
  ODD,
);
/** What is right by itself, but not beside the others. */
const PLACES: Options = { baseUrl: 'https://a.example', endpoints: ['https://b.example'], cloudMap: { service: serviceOf('shop.local', 'stock') } };
const WILD_WHERE = fc.oneof(
  { weight: 8, arbitrary: mostly<unknown, unknown>(ADDRESSES, BAD_ADDRESSES).map((baseUrl): Options => ({ baseUrl })) },
  { weight: 4, arbitrary: WILD_ENDPOINTS.map((endpoints): Options => ({ endpoints })) },
  { weight: 4, arbitrary: WILD_SERVICE.map((cloudMap): Options => ({ cloudMap })) },
  { weight: 1, arbitrary: fc.subarray(['baseUrl', 'endpoints', 'cloudMap']).map((places): Options => Object.fromEntries(places.map((place) => [place, PLACES[place]]))) },
);
const WILD_DEPENDENCY = fc
  .record({
    where: WILD_WHERE,
    profile: PROFILE,
    retry: maybe(mostly(withUnknown(someOf(RETRY_OF_DEPENDENCY, wild)), NO_OPTIONS)),
    options: withUnknown(someOf(SCHEMA.dependency, wild)),
  })
  .map(({ where, options, ...parts }): Options => ({ ...where, ...parts, ...options }));
const WILD_POLICIES = fc.record({
  circuit: maybe(mostly(withUnknown(someOf(CIRCUIT_OF_DEPENDENCY, wild)), NO_OPTIONS)),
  bulkhead: maybe(mostly(withUnknown(someOf(BULKHEAD_OF_DEPENDENCY, wild)), NO_OPTIONS)),
});
const WILD_DEPENDENCIES = fc.oneof(
  { weight: 8, arbitrary: byName(mostly(fc.tuple(WILD_DEPENDENCY, WILD_POLICIES).map((parts) => Object.assign({}, ...parts) as Options), ODD), GOOD_NAMES, exactly) },
  // What has no name that can be used has no circuit and no bulkhead of that name either.
  { weight: 1, arbitrary: byName(WILD_DEPENDENCY, BAD_NAMES, exactly) },
  { weight: 1, arbitrary: ODD },
);
const tooMany = (options: Options) => Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`n${index}`, options]));

const WILD_SECTIONS: Required<Record<keyof Declarations, fc.Arbitrary<unknown>>> = {
  circuits: mostly(byName(mostly(withUnknown(someOf(SCHEMA.circuit, wild)), ODD), WILD_NAMES, exactly), fc.oneof(ODD, fc.constant(tooMany({})))),
  rateLimits: mostly(byName(mostly(WILD_LIMIT, ODD), WILD_NAMES, exactly), ODD),
  bulkheads: mostly(byName(mostly(WILD_BULKHEAD, ODD), WILD_NAMES, exactly), ODD),
  dependencies: WILD_DEPENDENCIES,
  requestTimeout: mostly(WILD_TIMEOUT, ODD),
  retry: mostly(withUnknown(someOf(SCHEMA.retry, wild)), ODD),
  loadShedding: mostly(WILD_SHEDDING, ODD),
  observability: mostly(withUnknown(someOf(SCHEMA.observability, wild)), ODD),
};

/** Declarations of which some are allowed and most are not: of few things, or nearly none would be. */
export const WILD: fc.Arbitrary<Declarations> = fc
  .subarray(Object.keys(WILD_SECTIONS) as (keyof Declarations)[], { maxLength: 2 })
  .chain((chosen): fc.Arbitrary<Declarations> => fc.record(Object.fromEntries(chosen.map((section) => [section, WILD_SECTIONS[section]]))))
  .filter(canHoldPolicies)
  .map(onceEach);

/** Whether the document can say what dependencies bring along: not where something else is in the place of circuits or bulkheads. */
function canHoldPolicies({ dependencies, circuits = {}, bulkheads = {} }: Declarations): boolean {
  return !isRecord(dependencies) || (isRecord(circuits) && isRecord(bulkheads));
}

/** The options of the timeout that hold times by name. */
const TIMES_BY_NAME: ReadonlySet<string> = new Set(['operationTimeouts', 'tenantTimeouts']);

/** Options in the words of the runtime: durations in milliseconds under a name that says so, and nothing that is undefined. */
export function inMilliseconds(options: unknown): unknown {
  if (Array.isArray(options)) return options.map(inMilliseconds);
  if (typeof options !== 'object' || options === null) return options;
  const set = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    set.map(([name, value]) => {
      const text = DURATIONS.has(name) || TIMES_BY_NAME.has(name) ? `${name}Ms` : name;
      return [text, value instanceof Duration ? value.toMilliseconds({ integral: false }) : inMilliseconds(value)];
    }),
  );
}
