import { sourcesFrom, type Sources } from '../core/sources.ts';
import { NoEndpointError } from './endpoint-errors.ts';
import { afterFailure, afterSuccess, ejected, turnedUnhealthy, type EndpointStatus } from './endpoint-health.ts';
import { bestMs, expectedMs } from './endpoint-latency.ts';
import { resolveEndpointPoolOptions, type Endpoint, type EndpointPoolOptions, type ResolvedRoutingOptions } from './endpoint-options.ts';
import { EndpointRecord } from './endpoint-record.ts';
import type { EndpointResult, EndpointSource, PickedEndpoint } from './endpoints.ts';
import { KeyedChoice, type Moment } from './keyed-choice.ts';
import { ejectionMs, mayEject, outliersOf } from './outlier-ejection.ts';
import type { RoutingEvent } from './routing-events.ts';
import { CONSISTENT_HASH, STRATEGIES, type Candidate } from './routing-strategies.ts';

/** What a pool knows of one endpoint. */
export interface EndpointSnapshot extends Endpoint {
  readonly status: EndpointStatus;
  /** Health score, 0 to 1. */
  readonly score: number;
  /** Calls that have not ended. */
  readonly inFlight: number;
  /** Latency by which it is compared, in milliseconds; undefined before the first answer. */
  readonly latencyMs: number | undefined;
}

/** How a list of endpoints differs from the one before. */
export interface EndpointChanges {
  readonly added: number;
  readonly removed: number;
}

/** Share of the calls that may find out how an endpoint is that was left out; less where an endpoint has less. */
const PROBE_SHARE = 0.05;

/** How often endpoints are compared by their success, at most (Envoy's interval). */
const COMPARE_MS = 10_000;

/** How long calls are counted if there are too few to compare. */
const LONGEST_COUNT_MS = 300_000;

/** How often it is said that unhealthy endpoints are used. */
const WARNING_INTERVAL_MS = 60_000;

/** Positions of a round may start anywhere up to here. */
const POSITIONS = 2 ** 30;

type Body<Event> = Event extends RoutingEvent ? Omit<Event, 'name' | 'atMs'> : never;

/**
 * Several endpoints of one dependency, of which every attempt gets one. Endpoints that fail are left out for a while and tried
 * again by a few real calls; nothing runs between requests. What it knows is what the calls of this environment have found.
 */
export class EndpointPool implements EndpointSource {
  /** Name of the dependency. */
  readonly name: string;
  readonly #routing: ResolvedRoutingOptions;
  readonly #sources: Sources;
  #records: readonly EndpointRecord[];
  /** Made when it is needed, and anew when the list has changed. */
  #keyed: KeyedChoice | undefined;
  #turn: number;
  #countedFromMs: number;
  #warnedAtMs = -Infinity;

  constructor(name: string, routing: ResolvedRoutingOptions, endpoints: readonly Endpoint[], sources: Sources) {
    this.name = name;
    this.#routing = routing;
    this.#sources = sources;
    this.#turn = Math.floor(sources.random.next() * POSITIONS);
    this.#countedFromMs = sources.clock.nowMs();
    this.#records = endpoints.map((endpoint) => new EndpointRecord(endpoint, -Infinity));
  }

  /**
   * Picks an endpoint for one attempt.
   *
   * @param key What `consistent-hash` goes by; other ways of choosing do not ask for it.
   * @throws NoEndpointError if there are none at all.
   */
  pick(avoid: readonly string[] = [], key?: string): PickedEndpoint {
    const nowMs = this.#sources.clock.nowMs();
    const isDown = this.#isDown;
    const probed = isDown || avoid.length > 0 ? undefined : this.#dueForProbe(nowMs);
    const record = probed ?? this.#choose(this.#usable(isDown, avoid), key, { nowMs, isDown });
    this.#reportStatus(record, nowMs);
    if (probed === undefined && record.health.isUnhealthy) this.#warn(record, nowMs);
    const { generation } = record.health;
    const end = record.begin();
    const settle = (result: EndpointResult): void => {
      if (end()) this.#settled(record, generation, result);
    };
    return { url: record.url, settle };
  }

  /** Replaces the list of endpoints. What is known of those that stay is kept; new ones get their share step by step. */
  update(endpoints: readonly Endpoint[]): EndpointChanges {
    const sinceMs = this.#records.length === 0 ? -Infinity : this.#sources.clock.nowMs();
    const known = new Map(this.#records.map((record) => [record.url, record]));
    const before = known.size;
    const isSame = endpoints.length === known.size && endpoints.every(({ url, weight = 1 }) => known.get(url)?.weight === weight);
    if (!isSame) this.#keyed = undefined;
    this.#records = endpoints.map((endpoint) => {
      const record = known.get(endpoint.url);
      if (record === undefined) return new EndpointRecord(endpoint, sinceMs);
      known.delete(endpoint.url);
      record.endpoint = endpoint;
      return record;
    });
    for (const record of known.values()) record.isKnown = false;
    return { added: endpoints.length - (before - known.size), removed: known.size };
  }

  /** What is known of all endpoints. */
  get endpoints(): EndpointSnapshot[] {
    const nowMs = this.#sources.clock.nowMs();
    return this.#records.map((record) => {
      const { endpoint, health, inFlight, latency } = record;
      return { ...endpoint, status: record.status(nowMs), score: health.score, inFlight, latencyMs: latency?.valueMs };
    });
  }

  get #isDown(): boolean {
    return this.#records.every(({ health }) => health.isUnhealthy);
  }

  #dueForProbe(nowMs: number): EndpointRecord | undefined {
    const due = this.#records.filter((record) => record.isDue(nowMs));
    const { random } = this.#sources;
    const chance = Math.min(PROBE_SHARE, 0.5 / this.#records.length);
    return due.length > 0 && random.next() < chance ? due[Math.floor(random.next() * due.length)] : undefined;
  }

  /** Those that may be chosen: none that is left out, unless all are unhealthy, and none that was tried if there is another. */
  #usable(isDown: boolean, avoid: readonly string[]): readonly EndpointRecord[] {
    const usable = isDown ? this.#records : this.#records.filter(({ health }) => !health.isEjected);
    const untried = avoid.length === 0 ? usable : usable.filter(({ url }) => !avoid.includes(url));
    return untried.length > 0 ? untried : usable;
  }

  #choose(usable: readonly EndpointRecord[], key: string | undefined, moment: Moment): EndpointRecord {
    const { balancing, hashBalanceFactor, slowStartMs } = this.#routing;
    const { random } = this.#sources;
    if (key !== undefined && balancing === CONSISTENT_HASH) {
      this.#keyed ??= new KeyedChoice(this.#records, { hashBalanceFactor, slowStartMs, random });
      const record = this.#keyed.choose(key, usable, moment);
      if (record !== undefined) return record;
    }
    const [first, ...rest] = this.#candidates(usable, moment.nowMs);
    if (first === undefined) throw new NoEndpointError(this.name);
    this.#turn += 1;
    return STRATEGIES[balancing]([first, ...rest], random, this.#turn).record;
  }

  #candidates(records: readonly EndpointRecord[], nowMs: number): (Candidate & { readonly record: EndpointRecord })[] {
    const { slowStartMs, zone } = this.#routing;
    const latencies = expectedMs(records.map(({ latency }) => latency), nowMs);
    return records.map((record, index) => ({
      record,
      weight: record.weight,
      factor: record.factor(slowStartMs, nowMs),
      inFlight: record.inFlight,
      latencyMs: latencies[index] ?? 0,
      isLocal: zone !== undefined && record.endpoint.zone === zone,
      isUnhealthy: record.health.isUnhealthy,
    }));
  }

  #settled(record: EndpointRecord, generation: number, result: EndpointResult): void {
    const nowMs = this.#sources.clock.nowMs();
    this.#learnLatency(record, result, nowMs);
    // What began before the endpoint was left out, or came back, is late: it must not decide about what came after.
    if (result.abandoned === true || !record.isKnown || record.health.generation !== generation) return;
    record.requests += 1;
    if (result.failed) record.failures += 1;
    const after = result.failed ? afterFailure : afterSuccess;
    record.health = after(record.health, this.#routing, nowMs);
    if (result.failed && record.health.isUnhealthy) this.#eject(record, nowMs);
    this.#compare(nowMs);
    this.#reportStatus(record, nowMs);
  }

  #learnLatency(record: EndpointRecord, { durationMs, failed, abandoned }: EndpointResult, nowMs: number): void {
    if (failed || abandoned === true) record.learnLowerBound(durationMs, bestMs(this.#records.map(({ latency }) => latency)), nowMs);
    else record.learnLatency(durationMs, nowMs);
  }

  /** Leaves an unhealthy endpoint out, unless it is already, too many are, or all are unhealthy: that is not its own fault. */
  #eject(record: EndpointRecord, nowMs: number): void {
    const { health } = record;
    const others = this.#records.filter((each) => each !== record && each.health.isEjected).length;
    const { ejectionDurationMs, maxEjectedShare } = this.#routing;
    if (this.#isDown || (health.isEjected && nowMs < health.ejectedUntilMs)) return;
    if (!mayEject(others, this.#records.length, maxEjectedShare)) return;
    record.health = ejected(health, nowMs + ejectionMs(ejectionDurationMs, health.ejections + 1, this.#sources.random));
  }

  /** Leaves endpoints out that succeed much less often than the others. */
  #compare(nowMs: number): void {
    const countedMs = nowMs - this.#countedFromMs;
    if (countedMs < COMPARE_MS) return;
    const outliers = outliersOf(this.#records.filter(({ health }) => !health.isUnhealthy));
    if (outliers === undefined && countedMs < LONGEST_COUNT_MS) return;
    for (const record of outliers ?? []) {
      record.health = turnedUnhealthy(record.health, this.#routing, nowMs);
      this.#eject(record, nowMs);
      this.#reportStatus(record, nowMs);
    }
    this.#countedFromMs = nowMs;
    for (const record of this.#records) Object.assign(record, { requests: 0, failures: 0 });
  }

  #warn(record: EndpointRecord, nowMs: number): void {
    if (nowMs - this.#warnedAtMs < WARNING_INTERVAL_MS) return;
    this.#warnedAtMs = nowMs;
    this.#emit({ type: 'client.unhealthy_used', endpoint: record.host, status: record.status(nowMs) }, nowMs);
  }

  #reportStatus(record: EndpointRecord, nowMs: number): void {
    const { reported: from, host: endpoint, health } = record;
    const to = record.status(nowMs);
    if (from === to) return;
    record.reported = to;
    this.#emit({ type: 'client.endpoint_changed', endpoint, from, to, score: health.score }, nowMs);
  }

  #emit(event: Body<RoutingEvent>, atMs: number): void {
    this.#sources.sink.emit({ ...event, name: this.name, atMs });
  }
}

/**
 * Creates a pool of endpoints that are known from the start. Call it once, outside the handler.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function createEndpointPool(options: EndpointPoolOptions, sources: Partial<Sources> = {}): EndpointPool {
  const { name, routing, endpoints } = resolveEndpointPoolOptions(options);
  return new EndpointPool(name, routing, endpoints, sourcesFrom(sources));
}
