import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createPermit } from '../../../runtime/src/core/gate.ts';
import { ABANDONED, type Outcome } from '../../../runtime/src/core/outcome.ts';
import { holdPermit, settleHeld, takePermit } from '../../../runtime/src/middy/permit-ledger.ts';
import { deferred } from '../core/deferred.ts';

function permits(...names: string[]) {
  const settled: string[] = [];
  const permit = (name: string) => createPermit(({ kind }: Outcome) => void settled.push(`${name} ${kind}`));
  return { settled, held: names.map((name) => ({ owner: {}, permit: permit(name) })) };
}

describe('the permit ledger', () => {
  it('gives a permit to its owner, for its request, once', () => {
    const [request, otherRequest, owner, otherOwner] = [{}, {}, {}, {}];
    const permit = createPermit(() => undefined);
    holdPermit(request, owner, permit);
    expect(takePermit(otherRequest, owner)).toBeUndefined();
    expect(takePermit(request, otherOwner)).toBeUndefined();
    expect(takePermit(request, owner)).toBe(permit);
    expect(takePermit(request, owner)).toBeUndefined();
  });

  it('keeps the permits of several owners apart', () => {
    const request = {};
    const { held } = permits('a', 'b', 'c');
    for (const { owner, permit } of held) holdPermit(request, owner, permit);
    const [a, b, c] = held;
    expect(takePermit(request, b!.owner)).toBe(b!.permit);
    expect(takePermit(request, c!.owner)).toBe(c!.permit);
    expect(takePermit(request, a!.owner)).toBe(a!.permit);
  });

  it('settles what is left of one request, innermost first, and only once', async () => {
    const [request, otherRequest] = [{}, {}];
    const { settled, held } = permits('outer', 'middle', 'inner', 'other');
    held.forEach(({ owner, permit }, index) => holdPermit(index < 3 ? request : otherRequest, owner, permit));
    takePermit(request, held[1]!.owner);
    await settleHeld(request, ABANDONED);
    expect(settled).toEqual(['inner abandoned', 'outer abandoned']);
    expect(settleHeld(request, ABANDONED)).toBeUndefined();
    expect(takePermit(otherRequest, held[3]!.owner)).toBe(held[3]!.permit);
  });

  it('has nothing to wait for where nothing is held', () => {
    const [request, owner] = [{}, {}];
    expect(settleHeld(request, ABANDONED)).toBeUndefined();
    holdPermit(request, owner, createPermit(() => undefined));
    takePermit(request, owner);
    expect(settleHeld(request, ABANDONED)).toBeUndefined();
  });

  it('waits for every settlement', async () => {
    const request = {};
    const settling = deferred();
    const order: string[] = [];
    holdPermit(request, {}, createPermit(() => settling.promise.then(() => void order.push('settled'))));
    holdPermit(request, {}, createPermit(() => undefined));
    const done = settleHeld(request, ABANDONED)!.then(() => order.push('done'));
    await turn(); // whatever is not waiting is done by now
    expect(order).toEqual([]);
    settling.resolve(undefined);
    await done;
    expect(order).toEqual(['settled', 'done']);
  });
});
