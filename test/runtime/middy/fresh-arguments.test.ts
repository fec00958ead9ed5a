import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { freshArguments } from '../../../runtime/src/middy/fresh-arguments.ts';

class Client {
  readonly #secret = 'kept';
  calls: number[] = [];
  read(): string {
    return this.#secret;
  }
}

describe('the arguments of several runs', () => {
  it('are what was given in the first run, and as that was before in all others', () => {
    const event = { body: { items: [1, { deep: 'x' }] }, none: null };
    const before = structuredClone(event);
    const context = { awsRequestId: 'r', identity: { user: 'u' } };
    const next = freshArguments({ event, context });
    const runs = [next(), next(), next()];
    expect([runs[0]?.event === event, runs[0]?.context === context]).toEqual([true, true]);
    for (const [run, given] of runs.entries()) {
      const seen = given.event as typeof event;
      const around = given.context as typeof context;
      expect([seen, around]).toEqual([before, { awsRequestId: 'r', identity: { user: 'u' } }]);
      seen.body.items.push(run);
      (seen.body.items[1] as { deep: string }).deep = 'changed';
      around.identity.user = 'changed';
      Object.assign(seen, { added: run });
    }
  });

  it('share what is no plain data: clients, buffers, functions', () => {
    const client = new Client();
    const buffer = Buffer.from('x');
    const context = { client, buffer, getRemainingTimeInMillis: () => 5 };
    const next = freshArguments({ event: 'text', context });
    next();
    const { event, context: copy } = next() as { event: string; context: typeof context };
    expect([event, copy.client === client, copy.client.read(), copy.buffer === buffer, copy.getRemainingTimeInMillis(), copy === context]).toEqual(['text', true, 'kept', true, 5, false]);
  });

  it('may be nested without end, refer to themselves, and have any names', () => {
    const deep: unknown[] = [];
    let inner = deep;
    for (let level = 0; level < 100_000; level += 1) {
      const next: unknown[] = [];
      inner.push(next);
      inner = next;
    }
    const event: Record<string, unknown> = JSON.parse('{"__proto__": {"polluted": true}, "toString": 1}') as Record<string, unknown>;
    Object.assign(event, { deep, self: event });
    const next = freshArguments({ event, context: {} });
    next();
    const copy = next().event as typeof event;
    expect([copy['self'] === copy, copy['deep'] === deep, Object.keys(copy), copy['polluted']]).toEqual([true, false, ['__proto__', 'toString', 'deep', 'self'], undefined]);
  });

  it('are shared rather than fail the request where they cannot be read', () => {
    const event = Object.defineProperty({}, 'bad', { enumerable: true, get: () => { throw new Error('unreadable'); } });
    const next = freshArguments({ event, context: undefined });
    next();
    expect(next().event).toBe(event);
  });

  it('are equal to what was given, whatever JSON that is, and share nothing with it', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const event: unknown = JSON.parse(json);
        const next = freshArguments({ event, context: {} });
        next();
        const { event: copy } = next();
        expect(JSON.stringify(copy)).toBe(JSON.stringify(event));
        if (typeof event === 'object' && event !== null) expect(copy).not.toBe(event);
      }),
      { numRuns: 500, seed: 20_260_101 },
    );
  });
});
