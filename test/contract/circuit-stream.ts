import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { ControlAction } from '../../runtime/src/circuit-breaker/control.ts';
import type { Counters } from '../../runtime/src/circuit-breaker/evidence.ts';
import { circuitKey } from '../../runtime/src/circuit-breaker/key.ts';
import type { CircuitCommand, CircuitDecision, CircuitState } from '../../runtime/src/circuit-breaker/state.ts';
import type { FleetPicture } from '../../runtime/src/circuit-breaker/store.ts';
import { sharedKey } from '../../runtime/src/dynamodb/key.ts';
import type { CircuitTable } from '../runtime/circuit-breaker/circuit-table.ts';

type Item = Record<string, AttributeValue>;

/** What the stream of the table tells of a write. */
export interface StreamRecord {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly dynamodb: { readonly ApproximateCreationDateTime: number; readonly Keys: Item; readonly OldImage?: Item; readonly NewImage?: Item };
}

/** One circuit in a table, and what the stream of the table tells of every write to its item. */
export class StreamedCircuit {
  readonly records: StreamRecord[] = [];
  readonly #table: CircuitTable;
  readonly #name: string;
  /** What the table's own key adds to its prefix. */
  readonly #stored: string;
  #nowMs: number;

  constructor(table: CircuitTable, name: string, nowMs: number) {
    this.#table = table;
    this.#name = name;
    this.#stored = sharedKey('', circuitKey(name)).slice(1);
    this.#nowMs = nowMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  async read(): Promise<CircuitState> {
    return (await this.#read()).state;
  }

  /** Has the store decide a command. */
  async apply(command: CircuitCommand, afterMs = 1): Promise<CircuitDecision> {
    this.#nowMs += afterMs;
    const known = await this.read();
    return this.#recorded(() => this.#table.store.apply(this.#name, command, known, { nowMs: this.#nowMs }));
  }

  /** Does what an operator asks for. */
  async control(action: ControlAction): Promise<void> {
    this.#nowMs += 1;
    await this.#recorded(() => this.#table.store.control(this.#name, action, { nowMs: this.#nowMs }));
  }

  /** Adds a report, as environments do all the time. */
  async report(counters: Counters): Promise<void> {
    const known = await this.#read();
    await this.#recorded(() => this.#table.store.sync(this.#name, counters, known, { nowMs: this.#nowMs }));
  }

  /** Deletes the item, as its time to live does. */
  async remove(): Promise<void> {
    await this.#recorded(() => this.#table.deleteItem(this.#stored));
  }

  async #read(): Promise<FleetPicture> {
    return this.#table.store.read(this.#name, { nowMs: this.#nowMs });
  }

  /** Streams tell of writes that change something, and of no others. */
  async #recorded<Answer>(write: () => Promise<Answer>): Promise<Answer> {
    const before = await this.#table.item(this.#stored);
    const answer = await write();
    const after = await this.#table.item(this.#stored);
    if (JSON.stringify(after) === JSON.stringify(before)) return answer;
    const eventName = before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY';
    const images = { ...(before && { OldImage: before }), ...(after && { NewImage: after }) };
    const Keys = { id: (after ?? before)!['id']! };
    this.records.push({ eventName, dynamodb: { ApproximateCreationDateTime: Math.floor(this.#nowMs / 1000), Keys, ...images } });
    return answer;
  }
}
