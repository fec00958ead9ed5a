import { CONTRACT } from '../contract/contract.ts';
import { randomId, type Random } from '../core/random.ts';
import { StoreUnavailableError } from '../core/store-unavailable.ts';
import { sharedKey } from '../dynamodb/key.ts';
import type { Item, StateClient, StateRequest } from '../dynamodb/state-client.ts';
import { controlled, decideUnlessControlled, type ControlAction, type ControlledCircuit } from './control.ts';
import { controlWrite, pictureFromItem, reportWrite, writeFor } from './dynamodb-expressions.ts';
import type { Counters } from './evidence.ts';
import { circuitKey } from './key.ts';
import { decide, type CircuitCommand, type CircuitDecision, type CircuitState } from './state.ts';
import type { CircuitStore, FleetPicture, StoreRequest } from './store.ts';

const TABLE = CONTRACT.tables.circuit;

/** Rounds after which a contended command is given up. Every lost round means that somebody else moved the circuit. */
const MAXIMUM_ROUNDS = 4;

/** Longest time for all rounds of one command together. */
const COMMAND_TIMEOUT_MS = 600;

/** Keeps circuits in the DynamoDB table that the whole fleet shares: one item per circuit, below 1 KB at any fleet size. */
export class DynamoDbCircuitStore implements CircuitStore {
  readonly shared = true;
  readonly #client: StateClient;
  readonly #random: Random;

  /**
   * @param client Client of the circuit table.
   * @param random Source of the ids by which a write recognises itself when its answer was lost.
   */
  constructor(client: StateClient, random: Random) {
    this.#client = client;
    this.#random = random;
  }

  async read(name: string, request: StoreRequest): Promise<FleetPicture> {
    return pictureFromItem(await this.#client.get(itemKey(name), request));
  }

  async sync(name: string, report: Counters, known: FleetPicture, request: StoreRequest): Promise<FleetPicture> {
    const write = reportWrite(report, known, request.nowMs);
    const { item } = await this.#client.update({ Key: itemKey(name), ...write }, request, false);
    return pictureFromItem(item);
  }

  async apply(
    name: string,
    command: CircuitCommand,
    known: CircuitState,
    request: StoreRequest,
  ): Promise<CircuitDecision> {
    const { nowMs } = request;
    const bounded = { deadlineMs: Math.min(request.deadlineMs ?? Infinity, nowMs + COMMAND_TIMEOUT_MS) };
    const Key = itemKey(name);
    const writer = randomId(this.#random);
    // What is known may be old: a command that it rules out, or answers without a write, is worth one look.
    const worthALook = decide(known, command, nowMs).state === known;
    let current: ControlledCircuit = worthALook ? await this.#readLatest(Key, bounded) : { state: known, control: undefined };
    for (let round = 0; round < MAXIMUM_ROUNDS; round += 1) {
      const decision = decideUnlessControlled(current, command, nowMs);
      if (!decision.accepted || decision.state === current.state) return decision;
      const write = writeFor({ current: current.state, next: decision.state, command, writer, nowMs });
      const answer = await this.#client.update({ Key, ...write }, bounded, true);
      const seen = pictureFromItem(answer.item);
      // Its id in the item proves a write one's own, also when the answer to it was lost and the repeat was refused.
      if (answer.applied || answer.item?.['writer'] === writer) {
        return { accepted: true, previous: current.state, state: seen.state };
      }
      current = seen;
    }
    return { accepted: false, previous: current.state, state: current.state };
  }

  async control(name: string, action: ControlAction, request: StoreRequest): Promise<FleetPicture> {
    const { nowMs } = request;
    const Key = itemKey(name);
    const writer = randomId(this.#random);
    let current = await this.#readLatest(Key, request);
    for (let round = 0; round < MAXIMUM_ROUNDS; round += 1) {
      const write = controlWrite(current, controlled(current.state, action, nowMs), writer, nowMs);
      const answer = await this.#client.update({ Key, ...write }, request, true);
      current = pictureFromItem(answer.item);
      if (answer.applied || answer.item?.['writer'] === writer) return current;
    }
    throw new StoreUnavailableError('other', new Error('the circuit kept changing meanwhile: try again'));
  }

  async #readLatest(Key: Item, request: StateRequest): Promise<FleetPicture> {
    return pictureFromItem(await this.#client.get(Key, request, true));
  }
}

function itemKey(name: string): Record<string, string> {
  return { [TABLE.partitionKey]: sharedKey(TABLE.keyPrefix, circuitKey(name)) };
}
