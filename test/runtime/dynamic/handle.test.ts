import { describe, expect, it } from '@jest/globals';
import { handleOf } from '../../../runtime/src/dynamic/handle.ts';

class Counter {
  readonly options: object;
  #count = 0;

  constructor(options: object = {}) {
    this.options = options;
  }

  add(): number {
    this.#count += 1;
    return this.#count;
  }

  get count(): number {
    return this.#count;
  }

  async addLater(until: Promise<unknown>): Promise<number> {
    await until;
    return this.add();
  }
}

describe('a handle', () => {
  it('behaves as the current one: methods, getters, members, instanceof', () => {
    const options = {};
    const handle = handleOf(() => new Counter(options));
    expect(handle).toBeInstanceOf(Counter);
    expect(handle.options).toBe(options);
    expect('add' in handle).toBe(true);
    expect('subtract' in handle).toBe(false);
    expect(handle.constructor).toBe(Counter);
    expect(handle.add()).toBe(1);
  });

  it('follows a change', () => {
    const [first, second] = [new Counter(), new Counter()];
    let current = first;
    const handle = handleOf(() => current);
    handle.add();
    handle.add();
    current = second;
    expect(handle.count).toBe(0);
    expect(handle.add()).toBe(1);
    expect(first.count).toBe(2);
    expect(second.count).toBe(1);
  });

  it('lets a call that is under way end where it began', async () => {
    const [first, second] = [new Counter(), new Counter()];
    let current = first;
    const call = handleOf(() => current).addLater(Promise.resolve());
    current = second;
    await call;
    expect([first.count, second.count]).toEqual([1, 0]);
  });

  it('gives the same method each time, so that it can be compared', () => {
    const counter = new Counter();
    const handle = handleOf(() => counter);
    const { add } = handle;
    expect(handle.add).toBe(add);
    expect(add()).toBe(1);
  });

  it('cannot be written to', () => {
    const handle: { options?: object } = handleOf(() => new Counter());
    expect(() => {
      handle.options = {};
    }).toThrow(TypeError);
  });
});
