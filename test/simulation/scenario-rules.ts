import { PRIORITIES } from '../../runtime/src/core/call-context.ts';
import { schemaProblems, show, type OptionSchema } from '../../runtime/src/core/option-schema.ts';

/** When requests arrive: at random, or evenly spaced. */
export type Arrivals = (typeof ARRIVALS)[number];

/** Which idle environment takes a request: any, or the one that became idle last. */
export type Routing = (typeof ROUTINGS)[number];

/** What is simulated. */
export type PolicyName = (typeof POLICIES)[number];

/** Whose calls share a capacity: those of one environment, or those of all. */
export type SharedBy = (typeof SHARERS)[number];

/** How requests are spread over the keys: evenly, or the n-th key 1 / n to the power of the exponent as often as the first. */
export type Distribution = (typeof DISTRIBUTIONS)[number];

const ARRIVALS = ['poisson', 'steady'] as const;
const ROUTINGS = ['random', 'most-recently-used'] as const;
const POLICIES = ['circuit-breaker', 'rate-limit', 'bulkhead', 'load-shedding', 'dependency'] as const;
const DISTRIBUTIONS = ['uniform', 'zipf'] as const;
const SHARERS = ['environment', 'fleet'] as const;
const SHARE = { type: 'number', minimum: 0, maximum: 1, default: 0 } as const;
const PER_MINUTE = { type: 'number', minimum: 0, maximum: 60_000, default: 0 } as const;
const SECONDS = { type: 'number', minimum: 0, maximum: 86_400, default: 0 } as const;
const LONGEST_MS = 60_000;

/** What the plain fields of a scenario may hold, and their defaults. */
export const SECTIONS = {
  scenario: { durationSeconds: { type: 'number', minimum: 1, maximum: 86_400, default: 180 } },
  fleet: {
    environments: { type: 'integer', minimum: 1, maximum: 50_000, default: 50 },
    requestsPerSecond: { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000, default: 1000 },
    /** Requests that an environment serves at once. */
    concurrency: { type: 'integer', minimum: 1, maximum: 100_000, default: 1 },
    /** Requests that wait for each of these places, on average, before more are dropped. */
    linePerPlace: { type: 'integer', minimum: 0, maximum: 1_000_000, default: 10 },
    /** After this time the platform ends an environment that still serves the request; 0 is never. */
    timeout: { type: 'duration', minimumMs: 0, maximumMs: 900_000, defaultMs: 0 },
  },
  call: {
    duration: { type: 'duration', minimumMs: 0, maximumMs: LONGEST_MS, defaultMs: 40 },
    jitter: { ...SHARE, default: 0.5 },
    /** After this time since it was sent nobody waits for the answer to a request; 0 is never. */
    patience: { type: 'duration', minimumMs: 0, maximumMs: 900_000, defaultMs: 0 },
  },
  capacity: {
    knee: { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000, default: 1 },
    contention: { ...SHARE, default: 0.1 },
  },
  store: {
    latency: { type: 'duration', minimumMs: 0, maximumMs: LONGEST_MS, defaultMs: 4 },
    lostReplyRate: SHARE,
    throttleRate: SHARE,
    /** What DynamoDB takes of one item, which lies on one partition. */
    itemWritesPerSecond: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 1000 },
  },
  demand: {
    keys: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 1 },
    exponent: { type: 'number', exclusiveMinimum: 0, maximum: 10, default: 1.1 },
  },
  environmentFaults: {
    crashesPerMinute: PER_MINUTE,
    clockSkew: { type: 'duration', minimumMs: 0, maximumMs: LONGEST_MS, defaultMs: 0 },
    freezesPerMinute: PER_MINUTE,
  },
  window: { fromSeconds: SECONDS, toSeconds: SECONDS },
  traffic: { factor: { type: 'number', minimum: 0, maximum: 1000, default: 1 } },
  fault: {
    failureRate: { ...SHARE, default: 1 },
    slowBy: { type: 'duration', minimumMs: 0, maximumMs: LONGEST_MS, defaultMs: 0 },
    /** Share of the calls that are slow. */
    slowRate: { ...SHARE, default: 1 },
  },
  /** What befalls calls that a policy makes itself, which notices. */
  outboundFault: {
    /** Whether calls that begin are never answered. */
    hangs: { type: 'boolean', default: false },
    /** How long answers of calls that fail ask to stay away; 0 asks for nothing. */
    retryAfter: { type: 'duration', minimumMs: 0, maximumMs: LONGEST_MS, defaultMs: 0 },
    /** Whether answers of calls that fail ask to come back at the end of the fault, all at the same instant. */
    retryAtEnd: { type: 'boolean', default: false },
  },
} as const satisfies Record<string, OptionSchema>;

type Fields = Readonly<Record<string, unknown>>;

const PARTS = ['policy', 'options', 'fleet', 'call', 'capacity', 'store', 'environmentFaults', 'demand', 'traffic', 'faults'];

/** Every problem of a scenario, each as one sentence that names the field, the value seen and the remedy. */
export function scenarioProblems(scenario: unknown): string[] {
  if (!isFields(scenario)) return [`scenario is ${show(scenario)}: pass an object with a policy`];
  const { policy, options, fleet, call, capacity, store, environmentFaults, demand, traffic, faults, ...plain } = scenario;
  return [
    ...choiceProblems('scenario.policy', policy, POLICIES, true),
    ...schemaProblems(SECTIONS.scenario, plain, 'scenario', PARTS),
    ...(options === undefined || isFields(options) ? [] : [`scenario.options is ${show(options)}: pass an object`]),
    ...sectionProblems('scenario.fleet', fleet, fleetProblems),
    ...sectionProblems('scenario.call', call, (path, fields) => schemaProblems(SECTIONS.call, fields, path)),
    ...sectionProblems('scenario.capacity', capacity, capacityProblems),
    ...sectionProblems('scenario.store', store, storeProblems),
    ...sectionProblems('scenario.environmentFaults', environmentFaults, (path, fields) =>
      schemaProblems(SECTIONS.environmentFaults, fields, path),
    ),
    ...keyProblems(policy, demand),
    ...frozenProblems(capacity, environmentFaults),
    ...listProblems('scenario.traffic', traffic, trafficProblems),
    ...listProblems('scenario.faults', faults, policy === 'dependency' ? outboundFaultProblems : faultProblems),
  ];
}

function fleetProblems(path: string, { arrivals, routing, ...plain }: Fields): string[] {
  return [
    ...choiceProblems(`${path}.arrivals`, arrivals, ARRIVALS),
    ...choiceProblems(`${path}.routing`, routing, ROUTINGS),
    ...schemaProblems(SECTIONS.fleet, plain, path, ['arrivals', 'routing']),
  ];
}

function storeProblems(path: string, { outages, ...plain }: Fields): string[] {
  const known = schemaProblems(SECTIONS.store, plain, path, ['outages']);
  return [...known, ...listProblems(`${path}.outages`, outages, (each, fields) => windowProblems(each, fields, {}))];
}

function capacityProblems(path: string, { sharedBy, ...plain }: Fields): string[] {
  return [...choiceProblems(`${path}.sharedBy`, sharedBy, SHARERS), ...schemaProblems(SECTIONS.capacity, plain, path, ['sharedBy'])];
}

function frozenProblems(capacity: unknown, faults: unknown): string[] {
  const freezes = isFields(faults) ? faults['freezesPerMinute'] : undefined;
  if (capacity === undefined || freezes === undefined || freezes === 0) return [];
  return [`scenario.environmentFaults.freezesPerMinute is ${show(freezes)}: leave it out, calls that share a capacity are not frozen`];
}

function keyProblems(policy: unknown, demand: unknown): string[] {
  if (policy !== 'circuit-breaker') return sectionProblems('scenario.demand', demand, demandProblems);
  return demand === undefined ? [] : [`scenario.demand is ${show(demand)}: leave it out, a circuit breaker has no keys`];
}

function demandProblems(path: string, { distribution, tenants, priorities, ...plain }: Fields): string[] {
  const known = [
    ...choiceProblems(`${path}.distribution`, distribution, DISTRIBUTIONS),
    ...schemaProblems(SECTIONS.demand, plain, path, ['distribution', 'tenants', 'priorities']),
    ...sectionProblems(`${path}.tenants`, tenants, weightProblems),
    ...sectionProblems(`${path}.priorities`, priorities, (each, weights) => [
      ...weightProblems(each, weights),
      ...Object.keys(weights).flatMap((name) => choiceProblems(`${each}.${name}`, name, Object.keys(PRIORITIES))),
    ]),
    ...(tenants !== undefined && plain['keys'] !== undefined ? [`${path}.keys is ${show(plain['keys'])}: leave it out, the tenants are listed`] : []),
  ];
  if (plain['exponent'] === undefined || distribution === 'zipf') return known;
  return [...known, `${path}.exponent is ${show(plain['exponent'])}: leave it out, or set the distribution to "zipf"`];
}

function weightProblems(path: string, weights: Fields): string[] {
  return Object.entries(weights)
    .filter(([, weight]) => typeof weight !== 'number' || !(weight > 0 && weight < Infinity))
    .map(([name, weight]) => `${path}.${name} is ${show(weight)}: set how often it is met next to the others, a number above 0`);
}

function trafficProblems(path: string, fields: Fields): string[] {
  const missing = fields['factor'] === undefined ? [`${path}.factor is missing: say how many times the traffic it is`] : [];
  return [...missing, ...windowProblems(path, fields, SECTIONS.traffic)];
}

function outboundFaultProblems(path: string, fields: Fields): string[] {
  return faultProblems(path, fields, { ...SECTIONS.fault, ...SECTIONS.outboundFault });
}

function faultProblems(path: string, { environments, ...plain }: Fields, schema: OptionSchema = SECTIONS.fault): string[] {
  const known = windowProblems(path, plain, schema, ['environments']);
  if (environments === undefined || environments === 'all' || isIndex(environments)) return known;
  if (Array.isArray(environments) && environments.every(isIndex)) return known;
  const remedy = 'set "all", how many of the first ones, or a list of indexes';
  return [...known, `${path}.environments is ${show(environments)}: ${remedy}`];
}

function windowProblems(path: string, fields: Fields, schema: OptionSchema, others: readonly string[] = []): string[] {
  const problems = schemaProblems({ ...SECTIONS.window, ...schema }, fields, path, others);
  const { fromSeconds, toSeconds } = fields;
  const missing = ['fromSeconds', 'toSeconds'].filter((name) => fields[name] === undefined);
  problems.push(...missing.map((name) => `${path}.${name} is missing: set a number of seconds`));
  if (typeof fromSeconds === 'number' && typeof toSeconds === 'number' && toSeconds <= fromSeconds) {
    problems.push(`${path}.toSeconds is ${show(toSeconds)}: set a time after fromSeconds`);
  }
  return problems;
}

function choiceProblems(path: string, value: unknown, choices: readonly string[], required = false): string[] {
  if (value === undefined && !required) return [];
  return choices.some((choice) => choice === value) ? [] : [`${path} is ${show(value)}: use one of ${choices.join(', ')}`];
}

function sectionProblems(path: string, value: unknown, check: (path: string, fields: Fields) => string[]): string[] {
  if (value === undefined) return [];
  return isFields(value) ? check(path, value) : [`${path} is ${show(value)}: pass an object`];
}

function listProblems(path: string, value: unknown, check: (path: string, fields: Fields) => string[]): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [`${path} is ${show(value)}: pass an array`];
  return value.flatMap((each: unknown, index) => {
    const eachPath = `${path}[${index}]`;
    return isFields(each) ? check(eachPath, each) : [`${eachPath} is ${show(each)}: pass an object`];
  });
}

function isIndex(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
