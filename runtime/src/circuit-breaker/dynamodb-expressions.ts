import { CONTRACT } from '../contract/contract.ts';
import type { Item } from '../dynamodb/state-client.ts';
import { isCircuitControl, type CircuitControl, type ControlledCircuit } from './control.ts';
import { isCounter, isOutcomeCounter, pastCounters, type Counters } from './evidence.ts';
import {
  liveProbes,
  NEW_CIRCUIT,
  type CircuitCommand,
  type CircuitState,
  type ClaimProbeCommand,
  type HalfOpenCircuit,
  type SettleProbeCommand,
} from './state.ts';
import type { FleetPicture } from './store.ts';

/**
 * The transitions of `state.ts` as DynamoDB writes. Every name is aliased, because the list of reserved words is long.
 *
 *     id | phase | generation | openUntilMs | opens | probes {lease: end} | successes | control | writer | expiresAt | counters
 *
 * `expiresAt` is garbage collection only: an open period and every lease end by the clock long before it, so nothing here
 * has to ask whether an item has outlived it. Under control there is none: what an operator has forced does not vanish after
 * a week.
 */
export interface CircuitWrite {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

/** What a write is made from. */
export interface WriteRequest {
  /** The circuit as last seen. */
  readonly current: CircuitState;
  /** What the command makes of it. */
  readonly next: CircuitState;
  readonly command: CircuitCommand;
  /** Id that marks the item as written by this command. */
  readonly writer: string;
  readonly nowMs: number;
}

const TABLE = CONTRACT.tables.circuit;
/** What whoever reads the stream of the table goes by as well. */
const { phase: PHASE, generation: GENERATION, control: CONTROL } = TABLE.attributes;
const SECONDS_PER_DAY = 86_400;

/** Attributes that belong to some phases only. */
const PHASE_ATTRIBUTES = ['openUntilMs', 'opens', 'probes', 'successes'];

/** Collects the parts of one expression and the names and values they use. */
class WriteBuilder {
  readonly sets: string[] = [];
  readonly adds: string[] = [];
  readonly removes: string[] = [];
  readonly conditions: string[] = [];
  readonly #names: Record<string, string> = {};
  readonly #values: Record<string, unknown> = {};

  /** The alias of an attribute. */
  name(alias: string, attribute = alias): string {
    this.#names[`#${alias}`] = attribute;
    return `#${alias}`;
  }

  /** The placeholder of a value. */
  value(alias: string, value: unknown): string {
    this.#values[`:${alias}`] = value;
    return `:${alias}`;
  }

  set(attribute: string, value: unknown): void {
    this.sets.push(`${this.name(attribute)} = ${this.value(attribute, value)}`);
  }

  build(): CircuitWrite {
    const clauses = Object.entries({ SET: this.sets, ADD: this.adds, REMOVE: this.removes });
    const used = clauses.filter(([, parts]) => parts.length > 0);
    return {
      UpdateExpression: used.map(([clause, parts]) => `${clause} ${parts.join(', ')}`).join(' '),
      ConditionExpression: this.conditions.join(' AND '),
      ExpressionAttributeNames: this.#names,
      ExpressionAttributeValues: this.#values,
    };
  }
}

/** The conditional write that makes `next` out of `current`, or fails because the circuit is no longer what it was. */
export function writeFor(request: WriteRequest): CircuitWrite {
  const { current, next, command, writer, nowMs } = request;
  const write = new WriteBuilder();
  write.set('writer', writer);
  keepItem(write, nowMs);
  requireGeneration(write, current.generation);
  requireControl(write, undefined);
  const entersPhase = next.generation !== current.generation;
  if (command.type === 'settle_probe') {
    requireProbe(write, command, nowMs);
    if (command.result === 'success') requireSuccesses(write, command, entersPhase);
    if (!entersPhase) leavePlace(write, command);
  }
  if (entersPhase && command.type === 'claim_probe' && current.phase === 'half_open') requireProbes(write, current);
  if (entersPhase) enterPhase(write, next);
  else if (command.type === 'claim_probe' && current.phase === 'half_open') takePlace(write, current, command, nowMs);
  return write.build();
}

/**
 * The write that adds a report. One write and no read: it also takes out the counters whose time has passed, and its answer
 * is what all have reported. Counters are added to, so it is never repeated; the generation keeps reports of an older circuit
 * out of a newer one:
 *
 *     environment A   closed g1 -- five failures ------------------------- report if g1: refused, sees open g2
 *     environment B   closed g1 ------ vote, quorum -- trip if g1: open g2
 */
export function reportWrite(report: Counters, known: FleetPicture, nowMs: number): CircuitWrite {
  const write = new WriteBuilder();
  keepItem(write, nowMs, known.control);
  requireGeneration(write, known.state.generation);
  // A generation is under one control from its first write to its last. Asked for all the same: a caller who pairs them
  // wrongly must not give a forced circuit an end.
  requireControl(write, known.control);
  Object.entries(report).forEach(([name, value], index) => {
    write.adds.push(`${write.name(`add${index}`, name)} ${write.value(`add${index}`, value)}`);
  });
  pastCounters(Object.keys(known.counters), nowMs).forEach((name, index) => {
    write.removes.push(write.name(`past${index}`, name));
  });
  return write.build();
}

/**
 * The write that makes `next`, which an operator asked for, out of whatever circuit there is. The one condition is that its
 * generation is the newest, because environments do not follow back to an older one:
 *
 *     environment A   closed g1 ------------- trip if g1: open g2
 *     operator        sees g1 --- force open, if below g3 ------------ done: forced open g3
 *     environment B   closed g1 ----------------------------- report if g1: refused, sees g3
 *
 * A counter that is added between the look and the write stays in the item. Its span began before this generation, so nobody
 * counts it any more.
 */
export function controlWrite(current: FleetPicture, next: ControlledCircuit, writer: string, nowMs: number): CircuitWrite {
  const write = new WriteBuilder();
  write.set('writer', writer);
  enterPhase(write, next.state);
  keepItem(write, nowMs, next.control);
  if (next.control === undefined) write.removes.push(write.name(CONTROL));
  else write.set(CONTROL, next.control);
  const outcomes = Object.keys(current.counters).filter(isOutcomeCounter);
  outcomes.forEach((name, index) => write.removes.push(write.name(`counter${index}`, name)));
  const generation = write.name(GENERATION);
  write.conditions.push(`(attribute_not_exists(${generation}) OR ${generation} < ${write.value(GENERATION, next.state.generation)})`);
  return write.build();
}

/** The circuit, its control and the counters that an item holds. */
export function pictureFromItem(item: Item | undefined): FleetPicture {
  const counters = Object.entries(item ?? {}).filter(([name, value]) => isCounter(name) && typeof value === 'number');
  const control = item?.[CONTROL];
  return {
    state: circuitFromItem(item),
    counters: Object.fromEntries(counters) as Counters,
    control: isCircuitControl(control) ? control : undefined,
  };
}

/** The circuit that an item holds; no item, or one that makes no sense, is a circuit that nothing has happened to. */
export function circuitFromItem(item: Item | undefined): CircuitState {
  const generation = item?.[GENERATION];
  if (item === undefined || typeof generation !== 'number') return NEW_CIRCUIT;
  switch (item[PHASE]) {
    case 'open':
      return { phase: 'open', generation, openUntilMs: numberOr(item['openUntilMs'], 0), opens: numberOr(item['opens'], 1) };
    case 'half_open':
      return {
        phase: 'half_open',
        generation,
        probes: (item['probes'] ?? {}) as Record<string, number>,
        successes: numberOr(item['successes'], 0),
        opens: numberOr(item['opens'], 1),
      };
    default:
      return { phase: 'closed', generation };
  }
}

function keepItem(write: WriteBuilder, nowMs: number, control?: CircuitControl): void {
  if (control !== undefined) write.removes.push(write.name(TABLE.timeToLiveAttribute));
  else write.set(TABLE.timeToLiveAttribute, Math.ceil(nowMs / 1000) + TABLE.timeToLiveDays * SECONDS_PER_DAY);
}

function requireControl(write: WriteBuilder, control: CircuitControl | undefined): void {
  const name = write.name(CONTROL);
  write.conditions.push(control === undefined ? `attribute_not_exists(${name})` : `${name} = ${write.value('control', control)}`);
}

/**
 * Fencing. A generation belongs to one phase of the circuit only, so one comparison says that the circuit is still in the
 * phase in which the evidence was gathered:
 *
 *     environment A   closed g1 --- five failures -------- trip if g1: open g2
 *     environment B   closed g1 ------ five failures ----------------- trip if g1: refused, sees g2
 */
function requireGeneration(write: WriteBuilder, generation: number): void {
  const name = write.name(GENERATION);
  write.conditions.push(
    generation === NEW_CIRCUIT.generation
      ? `attribute_not_exists(${name})`
      : `${name} = ${write.value('knownGeneration', generation)}`,
  );
}

/**
 * Only who still holds a lease may report. A lease that has ended may be somebody else's place by now:
 *
 *     prober A   claim, lease until 30 s ........ frozen ........ 40 s: success, refused
 *     prober B   .......................... 31 s: reaps A's lease, claims its place
 */
function requireProbe(write: WriteBuilder, command: SettleProbeCommand, nowMs: number): void {
  const lease = `${write.name('probes')}.${write.name('lease', command.leaseId)}`;
  write.conditions.push(`${lease} > ${write.value('nowMs', nowMs)}`);
}

/**
 * Two probes that succeed at once must not both take themselves for the one before the last:
 *
 *     prober A   sees 1 of 3 --- success: count, if fewer than 2 --> 2
 *     prober B   sees 1 of 3 -------- success: count, if fewer than 2: refused, sees 2 -- close, if at least 2
 */
function requireSuccesses(write: WriteBuilder, command: SettleProbeCommand, closes: boolean): void {
  const beforeLast = write.value('beforeLast', command.successThreshold - 1);
  write.conditions.push(`${write.name('successes')} ${closes ? '>=' : '<'} ${beforeLast}`);
}

/**
 * A new round takes over the probes that are out, so nobody may have become one since they were seen:
 *
 *     claimer A   sees {x} of 2 --- add y: {x, y}
 *     claimer B   sees {x} of 2 ------ new round {x, z}, if still {x}: refused, sees {x, y}: full
 */
function requireProbes(write: WriteBuilder, { probes }: HalfOpenCircuit): void {
  const seen = Object.entries(probes);
  write.conditions.push(`size(${write.name('probes')}) = ${write.value('seen', seen.length)}`);
  seen.forEach(([leaseId, endMs], index) => {
    const path = `${write.name('probes')}.${write.name(`seen${index}`, leaseId)}`;
    write.conditions.push(`${path} = ${write.value(`seen${index}`, endMs)}`);
  });
}

function enterPhase(write: WriteBuilder, next: CircuitState): void {
  const { phase, generation, ...fields } = next;
  write.set(PHASE, phase);
  write.set(GENERATION, generation);
  for (const [attribute, value] of Object.entries(fields)) write.set(attribute, value);
  for (const attribute of PHASE_ATTRIBUTES) {
    if (!(attribute in fields)) write.removes.push(write.name(attribute));
  }
}

/**
 * Places are counted in the map itself, ended leases included, so each ended lease that is taken out makes room for one.
 * It is taken out only if it is still the very same lease:
 *
 *     claimer A   sees {x ended, y, z} of 3 --- remove x if x = its end, add a, if size < 4 --> {y, z, a}
 *     claimer B   sees {x ended, y, z} of 3 ------ remove x if x = its end: refused, sees {y, z, a}: full
 */
function takePlace(write: WriteBuilder, current: HalfOpenCircuit, command: ClaimProbeCommand, nowMs: number): void {
  const probes = write.name('probes');
  const live = liveProbes(current, nowMs);
  const ended = Object.entries(current.probes).filter(([leaseId]) => !(leaseId in live));
  ended.forEach(([leaseId, endMs], index) => {
    const path = `${probes}.${write.name(`ended${index}`, leaseId)}`;
    // Its own ended lease is overwritten; one update must not name a path twice.
    if (leaseId !== command.leaseId) write.removes.push(path);
    write.conditions.push(`${path} = ${write.value(`ended${index}`, endMs)}`);
  });
  const places = write.value('places', command.maxProbes + ended.length);
  write.conditions.push(`size(${probes}) < ${places}`);
  write.sets.push(`${probes}.${write.name('lease', command.leaseId)} = ${write.value('lease', command.leaseUntilMs)}`);
}

function leavePlace(write: WriteBuilder, command: SettleProbeCommand): void {
  write.removes.push(`${write.name('probes')}.${write.name('lease', command.leaseId)}`);
  if (command.result !== 'success') return;
  const successes = write.name('successes');
  write.sets.push(`${successes} = ${successes} + ${write.value('one', 1)}`);
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
