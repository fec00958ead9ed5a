import type { Clock } from '../core/clock.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Sleep } from '../core/sleep.ts';
import { Blocks } from './blocks.ts';
import type { CallClaim } from './claim.ts';
import type { BulkheadFullError, BulkheadRefusal } from './errors.ts';
import { scopesId } from './key.ts';
import { isFailed } from './overload.ts';
import type { BulkheadReporter } from './reporter.ts';
import type { NoSlot, Slot, SlotSource } from './slots.ts';
import { timeoutOf, type Waiter } from './waiter.ts';
import type { LineOptions, WaitingLine } from './waiting-line.ts';
import { WaitingRoom } from './waiting-room.ts';

/** What admission needs. */
export interface AdmissionDependencies {
  readonly slots: SlotSource;
  readonly reporter: BulkheadReporter;
  readonly clock: Clock;
  readonly sleep: Sleep;
}

/**
 * Gives slots to calls, at once or after a wait. Who waits holds nothing: a slot is taken in all scopes of a call or in none,
 * and one that comes too late for its call goes back. Waiters whose scopes are full do not stand in the way of others.
 */
export class Admission {
  readonly #options: LineOptions;
  readonly #dependencies: AdmissionDependencies;
  readonly #blocks = new Blocks();
  readonly #room: WaitingRoom;
  readonly #line: WaitingLine<Waiter>;
  /** Scopes for which a waiter of the line is asking: one at a time. */
  readonly #asking = new Set<string>();
  /** Slots on their way back that came too late for their calls. */
  readonly #returning = new Set<Promise<void>>();
  #isServing = false;
  #isChanged = false;

  constructor(options: LineOptions, dependencies: AdmissionDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#room = new WaitingRoom(options, dependencies, this.#blocks, {
      onDue: (waiter) => this.#refuse(waiter, waiter.timeout),
      onCancelled: (waiter) => this.#cancel(waiter),
      onWake: () => this.#serve(),
    });
    this.#line = this.#room.line;
    dependencies.slots.onFreed(() => {
      this.#blocks.clear();
      this.#serve();
    });
  }

  /**
   * Gives a call its slot. Synchronous where a slot is free in process.
   *
   * @throws BulkheadFullError if it gets none, at once where there is no place to wait.
   */
  admit(claim: CallClaim): CallClaim | Promise<CallClaim> {
    const { scopes, arrivedAtMs } = claim;
    const isBlocked = this.#blocks.first(scopes, arrivedAtMs) !== undefined;
    // Who waits for the same is asked for first.
    if (isBlocked || (this.#line.length > 0 && this.#line.hasFor(scopesId(scopes)))) return this.#wait(claim, undefined);
    const taken = this.#take(claim);
    if (taken instanceof Promise) return this.#waitForAnswer(claim, taken);
    return taken.kind === 'slot' ? this.#start(claim, taken, arrivedAtMs) : this.#wait(claim, taken);
  }

  /** Ends a call: its slot goes back. */
  end(claim: CallClaim, slot: Slot, outcome: Outcome): void | Promise<void> {
    const nowMs = this.#dependencies.clock.nowMs();
    const durationMs = outcome.kind === 'abandoned' ? undefined : nowMs - claim.admittedAtMs;
    const result = { durationMs, failed: isFailed(outcome) };
    this.#dependencies.reporter.onCompleted(claim, result, nowMs);
    const giving = slot.give(result);
    // Nothing may be left to a frozen process: what came too late for its call is awaited with the others.
    return this.#returning.size === 0 ? giving : Promise.all([giving, ...this.#returning]).then(() => undefined);
  }

  #take(claim: CallClaim): Slot | NoSlot | Promise<Slot | NoSlot> {
    const taken = this.#dependencies.slots.take(claim);
    claim.attempts += 1;
    return taken;
  }

  #start(claim: CallClaim, slot: Slot, nowMs: number): CallClaim {
    this.#dependencies.reporter.onAdmitted(claim.hold(slot, nowMs));
    return claim;
  }

  /** Puts a call that has just come into the line. */
  #wait(claim: CallClaim, none: NoSlot | undefined): Promise<CallClaim> {
    const refusal = this.#refusalInsteadOfPlace(claim, none, claim.arrivedAtMs);
    if (refusal !== undefined) throw refusal;
    const waiter = this.#room.enter(claim, 'line');
    if (this.#blocks.first(claim.scopes, claim.arrivedAtMs) === undefined) this.#serve();
    return waiter.permit;
  }

  /** Lets a call wait for the answer to its first try, which takes no place in the line. */
  #waitForAnswer(claim: CallClaim, taking: Promise<Slot | NoSlot>): Promise<CallClaim> {
    const waiter = this.#room.enter(claim, 'newcomers');
    this.#onceAnswered(waiter, taking, () => undefined);
    return waiter.permit;
  }

  /** Why a call gets no place in the line; undefined if there is one for it now. */
  #refusalInsteadOfPlace(claim: CallClaim, none: NoSlot | undefined, nowMs: number): BulkheadFullError | undefined {
    if (none !== undefined && !this.#isWorthWaiting(claim, none, nowMs)) return this.#refusal(claim, 'store_unavailable');
    const { arrivedAtMs, call } = claim;
    const isOver = nowMs >= Math.min(arrivedAtMs + this.#options.maxWaitMs, call.deadlineMs ?? Infinity);
    if (isOver && !this.#line.isFull) return this.#refusal(claim, timeoutOf(claim, this.#options));
    return this.#line.isFull && (isOver || !this.#makeRoom(claim)) ? this.#refusal(claim, 'queue_full') : undefined;
  }

  /** Notes that a try was in vain; false if there is nothing to hope for. */
  #isWorthWaiting(claim: CallClaim, none: NoSlot, nowMs: number): boolean {
    this.#blocks.note(claim, none, nowMs);
    return none.scope !== undefined || none.retryAtMs < Infinity;
  }

  #makeRoom(claim: CallClaim): boolean {
    const giver = this.#line.giverFor(claim);
    if (giver !== undefined) this.#refuse(giver, 'displaced');
    return giver !== undefined;
  }

  #onceAnswered(waiter: Waiter, taking: Promise<Slot | NoSlot>, before: () => void): void {
    taking.then(
      (taken) => {
        before();
        this.#onAnswer(waiter, taken);
      },
      (error: unknown) => {
        before();
        if (!waiter.isOver) this.#leave(waiter).fail(error);
        this.#serve();
      },
    );
  }

  #onAnswer(waiter: Waiter, taken: Slot | NoSlot): void {
    const nowMs = this.#dependencies.clock.nowMs();
    if (taken.kind === 'none') this.#onNone(waiter, taken, nowMs);
    else if (waiter.isOver) this.#giveBack(taken);
    else this.#admitWaiter(waiter, taken, nowMs);
    this.#serve();
    this.#room.watchAll();
  }

  #onNone(waiter: Waiter, none: NoSlot, nowMs: number): void {
    const { claim } = waiter;
    if (this.#room.isNew(waiter)) {
      const refusal = this.#refusalInsteadOfPlace(claim, none, nowMs);
      if (refusal === undefined) this.#room.lineUp(waiter);
      else this.#leave(waiter).fail(refusal);
    } else if (!this.#isWorthWaiting(claim, none, nowMs) && !waiter.isOver) this.#refuse(waiter, 'store_unavailable');
  }

  #giveBack(slot: Slot): void {
    const giving = slot.give({ durationMs: undefined, failed: false });
    if (giving === undefined) return;
    this.#returning.add(giving);
    void giving.then(() => this.#returning.delete(giving));
  }

  #admitWaiter(waiter: Waiter, slot: Slot, nowMs: number): void {
    this.#leave(waiter);
    this.#start(waiter.claim, slot, nowMs);
    waiter.admit();
  }

  /** Hands slots over to those who wait. Whatever is changed meanwhile, by whom ever, is seen in another round. */
  #serve(): void {
    this.#isChanged = true;
    if (this.#isServing) return;
    this.#isServing = true;
    try {
      while (this.#isChanged) {
        this.#isChanged = false;
        this.#serveInOrder(this.#dependencies.clock.nowMs());
      }
    } finally {
      this.#isServing = false;
    }
  }

  #serveInOrder(nowMs: number): void {
    let index = 0;
    for (let waiter = this.#line.at(index); waiter !== undefined; waiter = this.#line.at(index)) {
      if (!this.#hasLeft(waiter, nowMs)) index += 1;
      const everything = waiter.claim.scopes.at(-1);
      if (everything !== undefined && this.#blocks.isBlocked(everything, nowMs)) return;
    }
  }

  /** Serves one waiter, if it can be served; true if it stands in the line no more. */
  #hasLeft(waiter: Waiter, nowMs: number): boolean {
    const { claim, scopesId: id } = waiter;
    if (waiter.untilMs <= nowMs) {
      this.#refuse(waiter, waiter.timeout);
      return true;
    }
    if (this.#asking.has(id) || this.#blocks.first(claim.scopes, nowMs) !== undefined) return false;
    const taken = this.#take(claim);
    if (taken instanceof Promise) {
      this.#asking.add(id);
      this.#onceAnswered(waiter, taken, () => this.#asking.delete(id));
      return false;
    }
    if (taken.kind === 'slot') this.#admitWaiter(waiter, taken, nowMs);
    else this.#onNone(waiter, taken, nowMs);
    if (!waiter.isOver) this.#room.watch(waiter);
    return waiter.isOver;
  }

  #cancel(waiter: Waiter): void {
    const { claim } = waiter;
    this.#leave(waiter).fail(claim.call.signal?.reason);
    this.#dependencies.reporter.onCancelled(claim);
  }

  #refuse(waiter: Waiter, reason: BulkheadRefusal): void {
    this.#leave(waiter).fail(this.#refusal(waiter.claim, reason));
  }

  #leave(waiter: Waiter): Waiter {
    this.#isChanged = true;
    this.#room.leave(waiter);
    return waiter;
  }

  #refusal(claim: CallClaim, reason: BulkheadRefusal): BulkheadFullError {
    const full = this.#blocks.full(claim.scopes);
    const isUnknown = full === undefined && (reason === 'queue_full' || reason === 'wait_timeout');
    return this.#dependencies.reporter.refusal(claim, isUnknown ? 'store_unavailable' : reason, full);
  }
}
