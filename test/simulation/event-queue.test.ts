import { describe, it, expect } from '@jest/globals';
import { EventQueue } from './event-queue.ts';
import { RandomStream } from './random-streams.ts';

describe('the event queue', () => {
  it('gives events out by time, and those of one instant in the order they came', () => {
    const random = new RandomStream(1);
    const queue = new EventQueue();
    const expected = Array.from({ length: 5000 }, (_each, event) => ({ atMs: Math.floor(random.next() * 200), event }));
    for (const { atMs, event } of expected) queue.push(atMs, event);
    expected.sort((a, b) => a.atMs - b.atMs || a.event - b.event);
    for (const { atMs, event } of expected) {
      expect(queue.firstMs).toBe(atMs);
      expect(queue.pop()).toBe(event);
    }
    expect(queue.size).toBe(0);
    expect(queue.firstMs).toBe(Infinity);
    expect(queue.pop()).toBeNaN();
  });

  it('stays in order while events come and go', () => {
    const random = new RandomStream(2);
    const queue = new EventQueue();
    let nowMs = 0;
    for (let event = 0; event < 3000; event += 1) {
      queue.push(nowMs + random.next() * 10, event);
      if (event % 3 === 2) continue;
      expect(queue.firstMs).toBeGreaterThanOrEqual(nowMs);
      nowMs = queue.firstMs;
      queue.pop();
    }
    expect(queue.size).toBe(1000);
  });
});

describe('a random stream', () => {
  it('is the same for the same numbers, another for others, and even', () => {
    const draw = (...numbers: number[]) => {
      const stream = new RandomStream(...numbers);
      return Array.from({ length: 10_000 }, () => stream.next());
    };
    expect(draw(1, 2)).toEqual(draw(1, 2));
    const firsts = [draw(1, 2), draw(2, 1), draw(1, 3), draw(1), draw(2 ** 40 + 1, 2)].map(([first]) => first);
    expect(new Set(firsts).size).toBe(5);
    const mean = draw(5, 5).reduce((sum, number) => sum + number, 0) / 10_000;
    expect(mean).toBeCloseTo(0.5, 1);
  });
});
