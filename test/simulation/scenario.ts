import { ConfigurationError } from '../../runtime/src/core/errors.ts';
import type { Priority } from '../../runtime/src/core/call-context.ts';
import type { OptionValues } from '../../runtime/src/core/option-schema.ts';
import { schemaDefaults } from '../../runtime/src/core/option-schema.ts';
import { scenarioProblems, SECTIONS, type Arrivals, type Distribution, type PolicyName, type Routing, type SharedBy } from './scenario-rules.ts';

type Section<Name extends keyof typeof SECTIONS> = OptionValues<(typeof SECTIONS)[Name]>;

/** A stretch of time as a scenario states it. */
export interface WindowOptions {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** Which environments a fault befalls: all, the first so many, or those with these indexes. */
export type AffectedEnvironments = 'all' | number | readonly number[];

/** A scenario as a file states it. Only the policy has to be said. */
export interface Scenario<Policy extends PolicyName = PolicyName> {
  readonly policy: Policy;
  /** The options of the policy itself. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly fleet?: Partial<Section<'fleet'>> & { readonly arrivals?: Arrivals; readonly routing?: Routing };
  readonly call?: Partial<Section<'call'>>;
  /** What calls share, so that they grow slower when they are many. Nothing unless set. */
  readonly capacity?: Partial<Section<'capacity'>> & { readonly sharedBy?: SharedBy };
  readonly store?: Partial<Section<'store'>> & { readonly outages?: readonly WindowOptions[] };
  readonly environmentFaults?: Partial<Section<'environmentFaults'>>;
  /** Whose requests they are: how many keys there are, and how often each is met. One unless set. Not for a circuit breaker. */
  readonly demand?: Partial<Section<'demand'>> & {
    readonly distribution?: Distribution;
    /** Tenants by name, and how often each is met next to the others. */
    readonly tenants?: Readonly<Record<string, number>>;
    /** The same of priorities. Requests say none unless set. */
    readonly priorities?: Readonly<Partial<Record<Priority, number>>>;
  };
  /** Stretches in which so many times the requests arrive. */
  readonly traffic?: readonly (WindowOptions & { readonly factor: number })[];
  /** Stretches in which the protected dependency fails or is slow. */
  readonly faults?: readonly (WindowOptions & Partial<Section<'fault'> & Section<'outboundFault'>> & { readonly environments?: AffectedEnvironments })[];
  readonly durationSeconds?: number;
}

/** A stretch of time, its end excluded. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A fault with everything filled in. */
export type ResolvedFault = TimeWindow & Section<'fault'> & Section<'outboundFault'> & { readonly environments: AffectedEnvironments };

/** A scenario with everything filled in and all times in milliseconds. */
export interface ResolvedScenario {
  readonly policy: PolicyName;
  readonly options: Readonly<Record<string, unknown>>;
  readonly fleet: Section<'fleet'> & { readonly arrivals: Arrivals; readonly routing: Routing };
  readonly call: Section<'call'>;
  readonly capacity: (Section<'capacity'> & { readonly sharedBy: SharedBy }) | undefined;
  readonly store: Omit<Section<'store'>, 'itemWritesPerSecond'> & {
    readonly outages: readonly TimeWindow[];
    /** Writes of one item in a second beyond which the store throttles; it never does if undefined. */
    readonly itemWritesPerSecond: number | undefined;
  };
  readonly environmentFaults: Section<'environmentFaults'>;
  readonly demand: Section<'demand'> & {
    readonly distribution: Distribution;
    readonly tenants: Readonly<Record<string, number>> | undefined;
    readonly priorities: Readonly<Partial<Record<Priority, number>>>;
  };
  readonly traffic: readonly (TimeWindow & { readonly factor: number })[];
  readonly faults: readonly ResolvedFault[];
  readonly durationMs: number;
}

const FAULT_DEFAULTS = { environments: 'all', ...schemaDefaults(SECTIONS.fault), ...schemaDefaults(SECTIONS.outboundFault) } as const;

/**
 * Fills in the defaults.
 *
 * @throws ConfigurationError with every problem at once: unknown fields, wrong types, values out of range.
 */
export function resolveScenario(scenario: Scenario): ResolvedScenario {
  const problems = scenarioProblems(scenario);
  if (problems.length > 0) throw new ConfigurationError('the scenario cannot be simulated', problems);
  const { policy, options = {}, fleet, call, capacity, store, environmentFaults, demand, traffic = [], faults = [] } = scenario;
  return {
    policy,
    options,
    fleet: { arrivals: 'poisson', routing: 'random', ...schemaDefaults(SECTIONS.fleet), ...fleet },
    call: { ...schemaDefaults(SECTIONS.call), ...call },
    capacity: capacity && { sharedBy: 'environment', ...schemaDefaults(SECTIONS.capacity), ...capacity },
    store: resolveStore(policy, store),
    environmentFaults: { ...schemaDefaults(SECTIONS.environmentFaults), ...environmentFaults },
    demand: { distribution: 'uniform', tenants: undefined, priorities: {}, ...schemaDefaults(SECTIONS.demand), ...demand },
    traffic: traffic.map((window) => ({ ...timeWindow(window), factor: window.factor })),
    faults: faults.map((fault) => ({ ...FAULT_DEFAULTS, ...fault, ...timeWindow(fault) })),
    durationMs: (scenario.durationSeconds ?? schemaDefaults(SECTIONS.scenario).durationSeconds) * 1000,
  };
}

/** Whether an instant lies in a stretch of time. */
export function isWithin({ fromMs, toMs }: TimeWindow, nowMs: number): boolean {
  return nowMs >= fromMs && nowMs < toMs;
}

/** What an item takes of a circuit breaker's writes is simulated only where a scenario says so: its evidence is older. */
function resolveStore(policy: PolicyName, store: Scenario['store']): ResolvedScenario['store'] {
  const { itemWritesPerSecond, ...defaults } = schemaDefaults(SECTIONS.store);
  const throttledFrom = policy === 'circuit-breaker' ? undefined : itemWritesPerSecond;
  return { itemWritesPerSecond: throttledFrom, ...defaults, ...store, outages: (store?.outages ?? []).map(timeWindow) };
}

function timeWindow({ fromSeconds, toSeconds }: WindowOptions): TimeWindow {
  return { fromMs: fromSeconds * 1000, toMs: toSeconds * 1000 };
}
