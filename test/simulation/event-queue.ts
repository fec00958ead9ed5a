const FIRST_CAPACITY = 1024;

/** Events to come, each a plain number, ordered by time and within one instant by the order of their arrival. */
export class EventQueue {
  #timesMs = new Float64Array(FIRST_CAPACITY);
  #orders = new Float64Array(FIRST_CAPACITY);
  #events = new Float64Array(FIRST_CAPACITY);
  #nextOrder = 0;
  #size = 0;

  /** Events that wait. */
  get size(): number {
    return this.#size;
  }

  /** Time of the first event; Infinity if there is none. */
  get firstMs(): number {
    return this.#size === 0 ? Infinity : (this.#timesMs[0] ?? Infinity);
  }

  /** The first event; NaN if there is none. */
  get firstEvent(): number {
    return this.#size === 0 ? NaN : (this.#events[0] ?? NaN);
  }

  /** Adds an event. */
  push(atMs: number, event: number): void {
    if (this.#size === this.#timesMs.length) this.#grow();
    const order = this.#nextOrder;
    this.#nextOrder += 1;
    let index = this.#size;
    this.#size += 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((this.#timesMs[parent] ?? 0) <= atMs) break; // equal times: the older event stays in front
      this.#move(parent, index);
      index = parent;
    }
    this.#put(index, atMs, order, event);
  }

  /** Takes the first event; NaN if there is none. */
  pop(): number {
    if (this.#size === 0) return NaN;
    const event = this.#events[0] ?? NaN;
    this.#size -= 1;
    if (this.#size > 0) this.#sink(this.#timesMs[this.#size] ?? 0, this.#orders[this.#size] ?? 0, this.#events[this.#size] ?? 0);
    return event;
  }

  #sink(atMs: number, order: number, event: number): void {
    let index = 0;
    for (let child = 1; child < this.#size; child = 2 * index + 1) {
      if (child + 1 < this.#size && this.#isBefore(child + 1, this.#timesMs[child] ?? 0, this.#orders[child] ?? 0)) child += 1;
      if (!this.#isBefore(child, atMs, order)) break;
      this.#move(child, index);
      index = child;
    }
    this.#put(index, atMs, order, event);
  }

  #isBefore(index: number, atMs: number, order: number): boolean {
    const timeMs = this.#timesMs[index] ?? 0;
    return timeMs < atMs || (timeMs === atMs && (this.#orders[index] ?? 0) < order);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#timesMs[from] ?? 0, this.#orders[from] ?? 0, this.#events[from] ?? 0);
  }

  #put(index: number, atMs: number, order: number, event: number): void {
    this.#timesMs[index] = atMs;
    this.#orders[index] = order;
    this.#events[index] = event;
  }

  #grow(): void {
    this.#timesMs = doubled(this.#timesMs);
    this.#orders = doubled(this.#orders);
    this.#events = doubled(this.#events);
  }
}

function doubled(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
