import { CONTRACT } from '../contract/contract.ts';
import { randomId, type Random } from '../core/random.ts';
import { StoreUnavailableError } from '../core/store-unavailable.ts';
import { fingerprint, sharedKey } from '../dynamodb/key.ts';
import type { Item, StateClient, StateRequest } from '../dynamodb/state-client.ts';
import { BLOCK_NAMES, refundSteps, resetNames } from './change.ts';
import { blockWrite, growWrite, partFromItem, refundWrite, removeWrite, sowWrite, takeWrite, type StoredPart } from './dynamodb-expressions.ts';
import type { RateLimitWrite } from './dynamodb-write.ts';
import type { Marks } from './rule.ts';
import { sameSplit, splitOf, stepsOf, take, type TakeCommand, type TakeDecision } from './state.ts';
import type { KeyChange, KeyPart, RateLimitStore, StoreRequest } from './store.ts';

const TABLE = CONTRACT.tables.rateLimit;

/** Rounds after which a contended request is given up. Every lost round means that somebody else has changed the key. */
const MAXIMUM_ROUNDS = 4;

/** Longest time for all rounds of one request together. */
const REQUEST_TIMEOUT_MS = 600;

type Refund = Extract<KeyChange, { type: 'refund' }>;

/** What is stored after a write, or in its way. */
interface WrittenPart extends StoredPart {
  readonly applied: boolean;
}

/** Keeps limits in the DynamoDB table that the whole fleet shares: one item per part of a key, one write per decision. */
export class DynamoDbRateLimitStore implements RateLimitStore {
  readonly shared = true;
  readonly #client: StateClient;
  readonly #random: Random;
  readonly #hashKeys: boolean;

  /**
   * @param client Client of the table of rate limits.
   * @param random Source of the ids by which a write recognises itself when its answer was lost.
   * @param options `hashKeys`: whether keys are stored as SHA-256, so that the table names nobody; false unless set.
   */
  constructor(client: StateClient, random: Random, options: { readonly hashKeys?: boolean } = {}) {
    this.#client = client;
    this.#random = random;
    this.#hashKeys = options.hashKeys ?? false;
  }

  async take(at: KeyPart, command: TakeCommand, known: Marks, request: StoreRequest): Promise<TakeDecision> {
    const bounded = within(request);
    const Key = this.#itemKey(at);
    const writer = randomId(this.#random);
    // What is known may be old: a key that gives nothing by it is worth one look.
    let marks = take(command, known).outcome === 'granted' ? known : (await this.#readLatest(Key, bounded)).marks;
    for (let round = 0; round < MAXIMUM_ROUNDS; round += 1) {
      if (!sameSplit(command.split, splitOf(marks))) return { outcome: 'moved', marks };
      const steps = stepsOf(command, marks);
      if (steps === undefined) break;
      const stored = await this.#write(Key, takeWrite(command, steps, marks, writer), bounded, true);
      if (stored.applied || stored.writer === writer) return { outcome: 'granted', marks: stored.marks };
      marks = stored.marks;
    }
    return { outcome: 'refused', marks };
  }

  async read(at: KeyPart, request: StoreRequest): Promise<Marks> {
    return partFromItem(await this.#client.get(this.#itemKey(at), request)).marks;
  }

  change(at: KeyPart, change: KeyChange, request: StoreRequest): Promise<Marks> {
    if (change.type === 'refund') return this.#refund(this.#itemKey(at), change, request);
    if (change.type === 'reset') return this.#remove(this.#itemKey(at), resetNames(change.rules), request);
    if (change.untilMs === 0) return this.#remove(this.#itemKey(at), BLOCK_NAMES, request);
    return this.#block(this.#itemKey(at), change.untilMs, request);
  }

  async grow(...[at, known, from, to, request]: Parameters<RateLimitStore['grow']>): Promise<Marks> {
    const bounded = within(request);
    const Key = this.#itemKey(at);
    let marks = sameSplit(splitOf(known), from) ? known : (await this.#readLatest(Key, bounded)).marks;
    for (let round = 0; round < MAXIMUM_ROUNDS && sameSplit(splitOf(marks), from); round += 1) {
      const write = growWrite(marks, to, randomId(this.#random), request.nowMs);
      const stored = await this.#write(Key, write, bounded, true);
      if (stored.applied) return stored.marks;
      marks = stored.marks;
    }
    return marks;
  }

  async sow(at: KeyPart, marks: Marks, request: StoreRequest): Promise<Marks> {
    const bounded = within(request);
    let seen: StoredPart | undefined;
    for (let round = 0; round < MAXIMUM_ROUNDS; round += 1) {
      const write = sowWrite(marks, seen, randomId(this.#random), request.nowMs);
      const stored = await this.#write(this.#itemKey(at), write, bounded, true);
      if (stored.applied || splitOf(stored.marks).bornAtMs >= splitOf(marks).bornAtMs) return stored.marks;
      // An item without any mark is looked at all the same, because it may have been deleted meanwhile.
      seen = stored.writer === undefined && Object.keys(stored.marks).length === 0 ? undefined : stored;
    }
    return seen?.marks ?? {};
  }

  /** Plans from what was stored when the tokens were taken: unless others have given back since, that is exact enough. */
  async #refund(Key: Item, { rules, returned }: Refund, request: StoreRequest): Promise<Marks> {
    const bounded = within(request);
    const writer = randomId(this.#random);
    let marks = returned.marks;
    for (let round = 0; round < MAXIMUM_ROUNDS; round += 1) {
      const steps = refundSteps(rules, returned, marks, request.nowMs);
      if (steps.length === 0) return round === 0 ? (await this.#readLatest(Key, bounded)).marks : marks;
      const stored = await this.#write(Key, refundWrite(steps, writer), bounded, false);
      if (stored.applied) return stored.marks;
      marks = stored.marks;
    }
    return marks;
  }

  async #block(Key: Item, untilMs: number, request: StoreRequest): Promise<Marks> {
    const bounded = unhurried(request);
    for (let round = 0; round < MAXIMUM_ROUNDS; round += 1) {
      const write = blockWrite(untilMs, randomId(this.#random), request.nowMs, round % 2 === 0);
      const stored = await this.#write(Key, write, bounded, true);
      if (stored.applied) return stored.marks;
    }
    throw new StoreUnavailableError('other', new Error('the key kept changing meanwhile: try again'));
  }

  async #remove(Key: Item, names: readonly string[], request: StoreRequest): Promise<Marks> {
    const write = removeWrite(names, randomId(this.#random));
    return (await this.#write(Key, write, unhurried(request), true)).marks;
  }

  #itemKey({ key, part }: KeyPart): Record<string, string> {
    const id = sharedKey(TABLE.keyPrefix, { name: this.#hashKeys ? fingerprint(key) : key });
    // No encoded key holds a second `#`.
    return { [TABLE.partitionKey]: part === 0 ? id : `${id}#part=${part}` };
  }

  async #readLatest(Key: Item, request: StateRequest): Promise<StoredPart> {
    return partFromItem(await this.#client.get(Key, request, true));
  }

  async #write(Key: Item, write: RateLimitWrite, request: StateRequest, repeatable: boolean): Promise<WrittenPart> {
    const { applied, item } = await this.#client.update({ Key, ...write }, request, repeatable);
    return { applied, ...partFromItem(item) };
  }
}

function within({ nowMs, deadlineMs = Infinity }: StoreRequest): StateRequest {
  return { deadlineMs: Math.min(deadlineMs, nowMs + REQUEST_TIMEOUT_MS), throttlesAlone: true };
}

/** What an operator asks for may come from far away, and no call waits for it. */
function unhurried({ deadlineMs }: StoreRequest): StateRequest {
  return { deadlineMs, throttlesAlone: true };
}
