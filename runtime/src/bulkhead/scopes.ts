import type { CallContext } from '../core/call-context.ts';
import { UNKNOWN_KEY } from './key.ts';
import type { ResolvedBulkheadOptions } from './options.ts';
import type { Scope, ScopeKind } from './slots.ts';

/** One limit as this environment sees it: what was counted under it, and until when there is no point in asking for it. */
export class ScopeRecord implements Scope {
  readonly kind: ScopeKind;
  readonly key: string;
  readonly limit: number;
  /** The scopes of a call that has no others besides this one: made once, because most calls are such. */
  readonly path: readonly ScopeRecord[];
  /** Calls that have asked so far. */
  total = 0;
  refused = 0;
  completed = 0;
  cancelled = 0;
  admitted = 0;
  /** Calls that run now. */
  active = 0;
  /** Calls that wait in the line now. */
  queued = 0;
  /** Milliseconds that admitted calls have waited, all together. */
  waitedMs = 0;
  longestWaitMs = 0;
  /** Until when it is known to be full; only in the round of `blockedIn`, see `Blocks`. */
  blockedUntilMs = -Infinity;
  blockedIn = -1;
  /** Whether it is not known to be full, but nobody can say. */
  isUnknown = false;

  constructor({ kind, key, limit }: Scope, global?: ScopeRecord) {
    this.kind = kind;
    this.key = key;
    this.limit = limit;
    this.path = Object.freeze(global === undefined ? [this] : [this, global]);
  }

  /** Whether none of its calls is on its way. */
  get isIdle(): boolean {
    return this.total === this.completed + this.refused + this.cancelled;
  }
}

/** Records looked at, from the longest unused on, for one that may be forgotten. */
const EVICTION_LOOKS = 16;

/**
 * The records of one kind by key, the latest used last. Where there are more than there may be, idle ones are forgotten; those
 * with calls on their way never are, and of these there are no more than slots and places in the line.
 */
class KeyedRecords {
  readonly #records = new Map<string, ScopeRecord>();
  readonly #maxKeys: number;
  readonly #create: (key: string) => ScopeRecord;
  #latest: ScopeRecord | undefined;

  constructor(maxKeys: number, create: (key: string) => ScopeRecord) {
    this.#maxKeys = maxKeys;
    this.#create = create;
  }

  values(): Iterable<ScopeRecord> {
    return this.#records.values();
  }

  of(key: string): ScopeRecord {
    // The same key again and again is the usual case, and needs no new place in the order.
    if (this.#latest?.key === key) return this.#latest;
    const known = this.#records.get(key);
    if (known !== undefined) this.#records.delete(key);
    else if (this.#records.size >= this.#maxKeys) this.#forgetOne();
    const record = known ?? this.#create(key);
    this.#records.set(key, record);
    this.#latest = record;
    return record;
  }

  /** A record has become idle: it goes if there are too many. */
  release(record: ScopeRecord): void {
    if (this.#records.size <= this.#maxKeys) return;
    this.#records.delete(record.key);
    if (this.#latest === record) this.#latest = undefined;
  }

  #forgetOne(): void {
    let looks = 0;
    for (const [key, record] of this.#records) {
      if (record.isIdle) {
        this.#records.delete(key);
        return;
      }
      looks += 1;
      if (looks >= EVICTION_LOOKS) return;
    }
  }
}

/** The limits that calls have to respect. */
export class Scopes {
  /** The limit of everything. */
  readonly global: ScopeRecord;
  readonly #tenants: KeyedRecords | undefined;
  readonly #operations: KeyedRecords | undefined;

  constructor(options: ResolvedBulkheadOptions) {
    const { maxConcurrent, maxKeys, perTenant, perOperation } = options;
    const { tenantLimits, defaultTenantLimit, operationLimits, defaultOperationLimit } = options;
    const global = new ScopeRecord({ kind: 'global', key: '', limit: maxConcurrent });
    const recordsOf = (kind: ScopeKind, limits: ReadonlyMap<string, number>, limit: number): KeyedRecords =>
      new KeyedRecords(maxKeys, (key) => new ScopeRecord({ kind, key, limit: limits.get(key) ?? limit }, global));
    this.global = global;
    this.#tenants = perTenant ? recordsOf('tenant', tenantLimits, defaultTenantLimit) : undefined;
    this.#operations = perOperation ? recordsOf('operation', operationLimits, defaultOperationLimit) : undefined;
  }

  /** The limits of a call, that of everything last. */
  of({ tenant = UNKNOWN_KEY, operation = UNKNOWN_KEY }: CallContext): readonly ScopeRecord[] {
    const ofTenant = this.#tenants?.of(tenant);
    const ofOperation = this.#operations?.of(operation);
    if (ofTenant !== undefined && ofOperation !== undefined) return [ofTenant, ofOperation, this.global];
    return (ofTenant ?? ofOperation ?? this.global).path;
  }

  /** Forgets what is idle and too much. */
  release(scopes: readonly ScopeRecord[]): void {
    for (const scope of scopes) {
      if (scope.kind === 'global' || !scope.isIdle) continue;
      if (scope.kind === 'tenant') this.#tenants?.release(scope);
      else this.#operations?.release(scope);
    }
  }

  /** Tenants that are remembered; none where tenants have no limits. */
  tenants(): Iterable<ScopeRecord> {
    return this.#tenants?.values() ?? [];
  }

  /** Operations that are remembered; none where operations have no limits. */
  operations(): Iterable<ScopeRecord> {
    return this.#operations?.values() ?? [];
  }
}
