import { CONTRACT } from '../contract/contract.ts';
import { fingerprint, sharedKey } from '../dynamodb/key.ts';
import type { Item, StateClient, StateRequest } from '../dynamodb/state-client.ts';
import { acquireWrite, leasesFromItem, reclaimWrite, releaseWrite, type BulkheadWrite } from './dynamodb-expressions.ts';
import {
  countLeases,
  decide,
  endedLeases,
  endedToPass,
  NO_LEASES,
  type AcquireCommand,
  type AcquireOutcome,
  type Leases,
  type ReleaseCommand,
} from './lease-state.ts';
import type { AcquireDecision, BulkheadStore, SlotPart, StoredLeases, StoreRequest } from './store.ts';

const TABLE = CONTRACT.tables.bulkhead;

/** Rounds after which a contended request is given up. Every lost round means that somebody else has changed the part. */
const MAXIMUM_ROUNDS = 4;

/** Longest time for all rounds of one request together. */
const REQUEST_TIMEOUT_MS = 600;

/** Ended leases that one write passes over at most; where more are in the way, they are removed first. */
const MOST_PASSED = 16;

/** Ended leases that one write removes at most. */
const MOST_RECLAIMED = 100;

/** Enough of a SHA-256 that no two scopes of a part share a name, by chance or by intent. */
const SCOPE_NAME_LENGTH = 12;

/** Keeps the slots of a fleet in a DynamoDB table: one item per part, one write for a slot in all of its scopes. */
export class DynamoDbBulkheadStore implements BulkheadStore {
  readonly shared = true;
  readonly #client: StateClient;

  /** @param client Client of the table of bulkheads. */
  constructor(client: StateClient) {
    this.#client = client;
  }

  async acquire(part: SlotPart, wanted: AcquireCommand, known: Leases, request: StoreRequest): Promise<AcquireDecision> {
    const bounded = within(request);
    const Key = itemKey(part);
    const command = stored(wanted);
    let leases = known;
    let reclaimed = 0;
    // What is known may be old: where it says that there is no room, the write finds out.
    let passed = endedToPass(leases, command, MOST_PASSED) ?? [];
    for (let round = 0; round < MAXIMUM_ROUNDS; round += 1) {
      const written = await this.#write(Key, acquireWrite(command, leases, passed), bounded);
      leases = written.leases;
      const decision: AcquireOutcome = written.applied ? { outcome: 'held' } : decide(leases, command);
      if (decision.outcome !== 'room') return answer(decision, leases, command, reclaimed);
      const inTheWay = endedToPass(leases, command, MOST_PASSED);
      if (inTheWay === undefined) {
        const ended = endedLeases(leases, command.nowMs).slice(0, MOST_RECLAIMED);
        const removed = await this.#write(Key, reclaimWrite(leases, ended), bounded);
        if (removed.applied) reclaimed += ended.length;
        leases = removed.leases;
      }
      passed = inTheWay ?? endedToPass(leases, command, MOST_PASSED) ?? [];
    }
    // Others have been faster each time, so there was no room for this one.
    return answer({ outcome: 'full', scope: 'all' }, leases, command, reclaimed);
  }

  async look(part: SlotPart, wanted: AcquireCommand, request: StoreRequest): Promise<AcquireDecision> {
    const command = stored(wanted);
    const leases = leasesFromItem(await this.#client.get(itemKey(part), within(request)));
    return answer(decide(leases, command), leases, command, 0);
  }

  release(part: SlotPart, command: ReleaseCommand, request: StoreRequest): Promise<StoredLeases> {
    const write = releaseWrite({ ...command, scopes: command.scopes.map(scopeName) });
    return this.#write(itemKey(part), write, within(request));
  }

  reclaim(part: SlotPart, known: Leases, ended: readonly string[], request: StoreRequest): Promise<StoredLeases> {
    if (ended.length === 0) return Promise.resolve({ applied: false, leases: known });
    return this.#write(itemKey(part), reclaimWrite(known, ended.slice(0, MOST_RECLAIMED)), within(request));
  }

  /** Every write may be repeated: a lease is added once, and removed once. */
  async #write(Key: Item, write: BulkheadWrite, request: StateRequest): Promise<StoredLeases> {
    const { applied, item } = await this.#client.update({ Key, ...write }, request, true);
    return { applied, leases: item === undefined ? NO_LEASES : leasesFromItem(item) };
  }
}

function answer(decision: AcquireOutcome, leases: Leases, command: AcquireCommand, reclaimed: number): AcquireDecision {
  const full = decision.outcome === 'full' ? decision.scope : undefined;
  return { outcome: decision.outcome, full, leases, counts: countLeases(leases, command), reclaimed };
}

function itemKey({ name, part, parts }: SlotPart): Record<string, string> {
  const id = sharedKey(TABLE.keyPrefix, { name });
  // No encoded name holds a `#`.
  return { [TABLE.partitionKey]: parts === 1 ? id : `${id}#${parts}/${part}` };
}

/** The command with its scopes as they are stored. */
function stored(command: AcquireCommand): AcquireCommand {
  return { ...command, scopes: command.scopes.map((scope) => ({ ...scope, name: scopeName(scope.name) })) };
}

/** Short whatever the name, and it names nobody. */
function scopeName(name: string): string {
  return name.slice(0, 1) + fingerprint(name).slice(0, SCOPE_NAME_LENGTH - 1);
}

function within({ nowMs, deadlineMs = Infinity }: StoreRequest): StateRequest {
  return { deadlineMs: Math.min(deadlineMs, nowMs + REQUEST_TIMEOUT_MS), throttlesAlone: true };
}
