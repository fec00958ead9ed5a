import { EventQueue } from './event-queue.ts';
import type { Place } from './place.ts';
import { EVENTS, type VirtualTime } from './virtual-time.ts';

/** How much there is of something that calls share, such as a processor or a database. */
export interface CapacityOptions {
  /** Calls that run at full speed next to each other: what comes on top makes all of them slower. */
  readonly knee: number;
  /** What is lost to every further such number of calls, as a share of the work that is done. */
  readonly contention: number;
}

/**
 * Calls that share what there is. Up to the knee each gets all it can use; beyond it all get the same, and a part of it is lost
 * to the crowd. What a call still has to wait for is kept as work, which is done the faster the fewer calls there are.
 */
export class SharedCapacity<Call extends object = Place> {
  readonly #time: VirtualTime;
  readonly #index: number;
  readonly #options: CapacityOptions;
  readonly #ended: (call: Call) => void;
  /** Jobs by the work that each call has been given when it ends. */
  readonly #ends = new EventQueue();
  readonly #calls = new Map<number, Call>();
  readonly #jobs = new Map<Call, number>();
  #nextJob = 0;
  /** Work that a call has been given that was there from the start. */
  #givenMs = 0;
  #atMs = 0;
  #dueMs = NaN;
  #busyMs = 0;

  /** @param index By which its events are told from those of others. */
  constructor(time: VirtualTime, index: number, options: CapacityOptions, ended: (call: Call) => void) {
    this.#time = time;
    this.#index = index;
    this.#options = options;
    this.#ended = ended;
  }

  /** Calls that share it now. */
  get calls(): number {
    return this.#jobs.size;
  }

  /** Time for which all of it was in use so far; a half of it in use counts half. */
  busyMs(): number {
    this.#catchUp();
    return this.#busyMs;
  }

  /** Begins a call that would take so long if it were alone. */
  start(call: Call, workMs: number): void {
    this.#catchUp();
    const job = this.#nextJob;
    this.#nextJob += 1;
    this.#jobs.set(call, job);
    this.#calls.set(job, call);
    this.#ends.push(this.#givenMs + workMs, job);
    this.#expectNext();
  }

  /** Ends a call that will never be done. */
  stop(call: Call): void {
    const job = this.#jobs.get(call);
    if (job === undefined) return;
    this.#catchUp();
    this.#jobs.delete(call);
    this.#calls.delete(job);
    this.#expectNext();
  }

  /** An event has come due: ends the calls whose work is done. */
  due(): void {
    if (this.#dueMs !== this.#time.nowMs) return; // calls have come or gone since
    this.#catchUp();
    const doneMs = this.#ends.firstMs;
    this.#givenMs = Math.max(this.#givenMs, doneMs);
    const done: Call[] = [];
    while (this.#ends.firstMs <= doneMs) {
      const job = this.#ends.pop();
      const call = this.#calls.get(job);
      if (call === undefined) continue;
      this.#calls.delete(job);
      this.#jobs.delete(call);
      done.push(call);
    }
    this.#expectNext();
    done.forEach((call) => this.#ended(call));
  }

  /** Work that each call is given in a millisecond. */
  #speed(): number {
    const { knee, contention } = this.#options;
    const crowd = this.#jobs.size / knee;
    return crowd <= 1 ? 1 : 1 / (crowd * (1 + contention * (crowd - 1)));
  }

  #catchUp(): void {
    const passedMs = this.#time.nowMs - this.#atMs;
    this.#atMs = this.#time.nowMs;
    if (this.#jobs.size === 0) return;
    this.#givenMs += passedMs * this.#speed();
    this.#busyMs += passedMs * Math.min(1, this.#jobs.size / this.#options.knee);
  }

  #expectNext(): void {
    this.#dueMs = NaN;
    // Those that were stopped are still in line.
    while (this.#ends.size > 0 && !this.#calls.has(this.#ends.firstEvent)) this.#ends.pop();
    if (this.#ends.size === 0) return;
    this.#dueMs = this.#time.nowMs + Math.max(0, this.#ends.firstMs - this.#givenMs) / this.#speed();
    this.#time.schedule(this.#dueMs, EVENTS.capacity, this.#index);
  }
}
