import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
  type GetCommandInput,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Clock } from '../core/clock.ts';
import type { EventSink, StoreErrorEvent } from '../core/events.ts';
import type { Random } from '../core/random.ts';
import { StoreUnavailableError } from '../core/store-unavailable.ts';
import { documentClient } from './document-client.ts';
import { afterFailure, mayAsk, STORE_ANSWERS, type StoreGuard } from './store-guard.ts';
import { isConditionFailure, isDeadConnection, property, reasonOf } from './store-error.ts';

/** An item as the document client reads and writes it. */
export type Item = Readonly<Record<string, unknown>>;

/** How long a request may take. */
export interface StateClientLimits {
  /** Longest time to open a connection, in milliseconds. */
  readonly connectionTimeoutMs: number;
  /** Longest time for a whole request, a repeat on a fresh connection included, in milliseconds. */
  readonly requestTimeoutMs: number;
}

/** Limits that fit a table in the function's own Region, where a request takes 3 to 10 ms. */
export const STATE_CLIENT_LIMITS: StateClientLimits = Object.freeze({ connectionTimeoutMs: 150, requestTimeoutMs: 300 });

/** What one request may cost. */
export interface StateRequest {
  /** Instant by the clock after which nobody waits for the answer. */
  readonly deadlineMs?: number | undefined;
  /**
   * Whether a throttled request is taken to be about its own item, which the caller leaves alone for a while, and not about
   * the table: other items go on being asked for. Default false.
   */
  readonly throttlesAlone?: boolean | undefined;
}

/** The answer to a conditional write: the item after it, or the item that stood in its way. */
export interface WriteAnswer {
  readonly applied: boolean;
  /** Absent if there is no item. */
  readonly item: Item | undefined;
}

/** What the client needs from outside. */
export interface StateClientDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: EventSink;
}

/** Less than this is not worth starting a request for. */
const SHORTEST_REQUEST_MS = 10;

/**
 * The client of one state table: one attempt, short timeouts that really abort, keep-alive, created at the first request.
 * A guard holds requests back after a failure. A connection that died during a freeze costs one repeat of a read or of a
 * write that is safe to repeat, within the same time.
 */
export class StateClient {
  readonly #table: string;
  readonly #dependencies: StateClientDependencies;
  readonly #limits: StateClientLimits;
  readonly #region: string | undefined;
  #documents: DynamoDBDocumentClient | undefined;
  #guard: StoreGuard = STORE_ANSWERS;

  /** @param region Region of the table. Default: as the SDK finds it in the environment. */
  constructor(
    table: string,
    dependencies: StateClientDependencies,
    limits: StateClientLimits = STATE_CLIENT_LIMITS,
    region?: string,
  ) {
    this.#table = table;
    this.#dependencies = dependencies;
    this.#limits = limits;
    this.#region = region;
  }

  /**
   * Reads an item; undefined if there is none.
   *
   * @throws StoreUnavailableError if the store gives no answer.
   */
  async get(key: Item, request: StateRequest, consistent = false): Promise<Item | undefined> {
    const input: GetCommandInput = { TableName: this.#table, Key: key, ConsistentRead: consistent };
    const answer = await this.#ask(request, true, (abortSignal) =>
      this.#client().send(new GetCommand(input), { abortSignal }),
    );
    return answer.Item;
  }

  /**
   * Makes one conditional write. A failed condition is an answer, not an error, and brings the item that stands in the way:
   * from the reply itself or, where the store leaves it out, by one consistent read.
   *
   * @param repeatable Whether applying the write twice is harmless, so that it may be repeated on a dead connection.
   * @throws StoreUnavailableError if the store gives no answer; the write may have been applied all the same.
   */
  async update(input: Omit<UpdateCommandInput, 'TableName'>, request: StateRequest, repeatable: boolean): Promise<WriteAnswer> {
    const command: UpdateCommandInput = {
      ...input,
      TableName: this.#table,
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
    const answer = await this.#ask(request, repeatable, (abortSignal) => this.#write(command, abortSignal));
    if (answer.applied || answer.item !== undefined) return answer;
    // No item came back: either there is none, or this store does not return it. One read tells.
    return { applied: false, item: await this.get(input.Key as Item, request, true) };
  }

  async #write(command: UpdateCommandInput, abortSignal: AbortSignal): Promise<WriteAnswer> {
    try {
      const { Attributes: item } = await this.#client().send(new UpdateCommand(command), { abortSignal });
      return { applied: true, item };
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      // The document client turns answers into plain values, but not what comes with an error.
      const item = property(error, 'Item') as Record<string, AttributeValue> | undefined;
      return { applied: false, item: item && unmarshall(item) };
    }
  }

  async #ask<T>(request: StateRequest, repeatable: boolean, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const nowMs = this.#dependencies.clock.nowMs();
    // Whole milliseconds, because timers take no others.
    const budgetMs = Math.floor(Math.min(this.#limits.requestTimeoutMs, (request.deadlineMs ?? Infinity) - nowMs));
    // Not `<`: a deadline that is no number leaves no time either.
    if (!(budgetMs >= SHORTEST_REQUEST_MS)) throw new StoreUnavailableError('no_time_left');
    const guard = this.#guard;
    if (!mayAsk(guard, nowMs)) throw this.#unavailable('paused');
    const signal = AbortSignal.timeout(budgetMs);
    try {
      const answer = await Promise.race([this.#send(send, signal, repeatable), aborted(signal)]);
      this.#guard = STORE_ANSWERS;
      return answer;
    } catch (error) {
      const { clock, random } = this.#dependencies;
      const reason = reasonOf(error);
      // A request cut short by the caller's own deadline says nothing about the store.
      const cutShort = reason === 'timeout' && budgetMs < this.#limits.requestTimeoutMs;
      const isAlone = reason === 'throttled' && request.throttlesAlone === true;
      // From the guard as it was at the start: requests that fail together are one failure of the store.
      if (!cutShort && !isAlone) this.#guard = afterFailure(guard, clock.nowMs(), random.next());
      throw this.#unavailable(reason, error);
    }
  }

  async #send<T>(send: (signal: AbortSignal) => Promise<T>, signal: AbortSignal, repeatable: boolean): Promise<T> {
    try {
      return await send(signal);
    } catch (error) {
      if (!repeatable || signal.aborted || !isDeadConnection(error)) throw error;
      // The other connections of the pool died in the same freeze: a new client opens a new one.
      this.#documents = undefined;
      return send(signal);
    }
  }

  #unavailable(reason: StoreUnavailableError['reason'], error?: unknown): StoreUnavailableError {
    const atMs = this.#dependencies.clock.nowMs();
    const event: StoreErrorEvent = { type: 'store.error', name: this.#table, atMs, reason, ...(error !== undefined && { error }) };
    this.#dependencies.sink.emit(event);
    return new StoreUnavailableError(reason, error);
  }

  #client(): DynamoDBDocumentClient {
    this.#documents ??= documentClient({ ...this.#limits, maxAttempts: 1, region: this.#region });
    return this.#documents;
  }
}

/** Rejects when the time is up, whatever the SDK is doing then: it heeds the signal only once a request is on its way. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
