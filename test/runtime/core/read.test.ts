import { describe, expect, it } from '@jest/globals';
import { attempt, valueAt } from '../../../runtime/src/core/read.ts';

const HOSTILE = {
  get body(): unknown {
    throw new Error('it cannot be read');
  },
};

describe('what stands at a path', () => {
  it.each([
    [{ a: { b: 1 } }, ['a', 'b'], 1],
    [['x', 'y'], ['1'], 'y'],
    [Object.assign(() => 0, { status: 503 }), ['status'], 503],
    [{ a: 1 }, [], { a: 1 }],
  ])('is found in %p', (value, path, found) => {
    expect(valueAt(value, ...path)).toEqual(found);
  });

  it.each([
    ['nothing', undefined, ['a']],
    ['null on the way', { a: null }, ['a', 'b']],
    ['a text, which has members of its own', { a: 'text' }, ['a', 'length']],
    ['a getter that throws', HOSTILE, ['body', 'a']],
    ['a proxy that is revoked', revoked(), ['a']],
  ])('is undefined for %s', (_, value, path) => {
    expect(valueAt(value, ...path)).toBeUndefined();
  });
});

describe('an attempt', () => {
  it('is what the work returns, and undefined where it throws', () => {
    expect([attempt(() => 7), attempt(() => HOSTILE.body)]).toEqual([7, undefined]);
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
