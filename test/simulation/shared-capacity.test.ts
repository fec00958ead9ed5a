import { describe, it, expect } from '@jest/globals';
import { Environment } from './environment.ts';
import { Place } from './place.ts';
import { SharedCapacity } from './shared-capacity.ts';
import { EVENTS, VirtualTime } from './virtual-time.ts';

const PLAIN = { knee: 2, contention: 0 };

/** Calls that share a capacity: when each begins, how long it would take alone, and when it is stopped. */
function ends(options: { knee: number; contention: number }, calls: readonly { atMs?: number; workMs: number; stopMs?: number }[]) {
  const time = new VirtualTime();
  const environment = new Environment(0, 0);
  const places = calls.map((_call, index) => new Place(index, environment));
  const endsMs: (number | undefined)[] = calls.map(() => undefined);
  const capacity: SharedCapacity = new SharedCapacity(time, 0, options, ({ index }) => {
    endsMs[index] = Math.round(time.nowMs * 1e6) / 1e6;
  });
  calls.forEach(({ atMs = 0, workMs, stopMs }, index) => {
    time.after(atMs, () => capacity.start(places[index]!, workMs));
    if (stopMs !== undefined) time.after(stopMs, () => capacity.stop(places[index]!));
  });
  for (let event = time.advance(); event !== undefined; event = time.advance()) {
    if (event.kind === EVENTS.callback) time.run(event.subject);
    else capacity.due();
  }
  return { endsMs, busyMs: capacity.busyMs(), left: capacity.calls };
}

describe('a shared capacity', () => {
  it('serves as many calls as its knee at full speed', () => {
    expect(ends(PLAIN, [{ workMs: 10 }, { workMs: 20 }])).toEqual({ endsMs: [10, 20], busyMs: 15, left: 0 });
  });

  it('gives each the same beyond it', () => {
    expect(ends(PLAIN, [10, 10, 10, 10].map((workMs) => ({ workMs }))).endsMs).toEqual([20, 20, 20, 20]);
  });

  it('is given back by those that end, and taken by those that come', () => {
    // Three at two thirds until 15 ms, then two at full speed.
    expect(ends(PLAIN, [{ workMs: 10 }, { workMs: 20 }, { workMs: 30 }]).endsMs).toEqual([15, 25, 35]);
    expect(ends({ knee: 1, contention: 0 }, [{ workMs: 10 }, { atMs: 5, workMs: 5 }]).endsMs).toEqual([15, 15]);
  });

  it('loses a part of the work to a crowd', () => {
    // Four at a knee of one: a quarter each, and a share of 0.1 is lost to each of the three in excess.
    expect(ends({ knee: 1, contention: 0.1 }, [1, 1, 1, 1].map((workMs) => ({ workMs }))).endsMs).toEqual([5.2, 5.2, 5.2, 5.2]);
  });

  it('forgets a call that is stopped', () => {
    const stopped = ends({ knee: 1, contention: 0 }, [{ workMs: 10 }, { workMs: 100, stopMs: 10 }, { workMs: 100, atMs: 50, stopMs: 60 }]);
    expect(stopped).toEqual({ endsMs: [15, undefined, undefined], busyMs: 25, left: 0 });
  });
});
