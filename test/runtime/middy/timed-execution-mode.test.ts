import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import coreMiddy, { type PluginExecutionMode, type Request } from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/executionModeStreamifyResponse';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { gateMiddleware } from '../../../runtime/src/middy/gate-middleware.ts';
import { middy } from '../../../runtime/src/middy/middy.ts';
import { timedExecutionMode, type OnStage } from '../../../runtime/src/middy/timed-execution-mode.ts';
import { ManualClock } from '../../../runtime/src/testing/index.ts';
import { deferred } from '../core/deferred.ts';
import { HTTP_EVENT, invoke, TestGate } from './gates.ts';

const FACTORIES = [
  { factory: 'stock @middy/core', create: coreMiddy },
  { factory: 'the exported middy', create: middy },
];

function world() {
  const clock = new ManualClock(0);
  const stages: string[] = [];
  const onStage: OnStage = ({ part, name, durationMs }) => void stages.push(`${part} ${name} ${durationMs}`);
  const mode = (inner?: PluginExecutionMode, told = onStage) => timedExecutionMode(told, inner, () => clock.nowMs());
  return { clock, stages, mode };
}

describe.each(FACTORIES)('timedExecutionMode on $factory', ({ create }) => {
  it('tells how long each hook and the handler took, in the order in which they end', async () => {
    const { clock, stages, mode } = world();
    const slow = {
      before: async function slowBefore() {
        await turn();
        clock.advance(3);
      },
      after: function slowAfter() {
        clock.advance(5);
      },
    };
    const plain = { before: function plainBefore() {}, after: async function plainAfter() {}, onError: function never() {} };
    const handler = create(
      async function work() {
        clock.advance(11);
        await turn();
        clock.advance(2);
        return 'done';
      },
      { executionMode: mode() },
    ).use([slow, plain]);
    await expect(invoke(handler)).resolves.toBe('done');
    expect(stages).toEqual(['before slowBefore 3', 'before plainBefore 0', 'handler work 13', 'after plainAfter 0', 'after slowAfter 5']);
  });

  it('tells of what fails, and passes it on', async () => {
    const { clock, stages, mode } = world();
    const rescue = {
      onError: async function rescue(request: Request) {
        clock.advance(7);
        request.response = 'rescued';
      },
    };
    const fails = (work: () => unknown) => create(work as never, { executionMode: mode() });
    const rejects = async function rejects() {
      await turn();
      throw new Error('async');
    };
    const throws = function throws() {
      throw new Error('sync');
    };
    await expect(invoke(fails(rejects))).rejects.toThrow('async');
    await expect(invoke(fails(throws))).rejects.toThrow('sync');
    await expect(invoke(fails(throws).use(rescue))).resolves.toBe('rescued');
    expect(stages).toEqual(['handler rejects 0', 'handler throws 0', 'handler throws 0', 'onError rescue 7']);
  });

  it.each([
    ['a value', function early() { return 'early'; }, 'early'],
    ['a promise', async function early() { return 'early'; }, 'early'],
    ['undefined, on purpose', function early(request: Request) { Object.assign(request, { earlyResponse: undefined }); }, undefined],
  ])('leaves an early answer what it is: %s', async (_, before, answer) => {
    const { stages, mode } = world();
    const work = jest.fn(async () => 'done');
    const handler = create(work, { executionMode: mode() }).use({ before }).use({ after: () => 'late' });
    await expect(invoke(handler)).resolves.toBe(answer);
    expect(work).not.toHaveBeenCalled();
    expect(stages).toEqual(['before early 0']);
  });

  it('hands everybody what they get without it', async () => {
    const { mode } = world();
    const seen: unknown[] = [];
    const run = async (plugin: object) => {
      const names: unknown[] = [];
      const note = (name: unknown) => void names.push(name);
      const named = { before: function first() {}, after: function last() {} };
      const handler = create(async (event: unknown, context: object, extra: { signal: AbortSignal }) => [event, Object.keys(context), extra.signal.aborted], {
        ...plugin,
        beforeMiddleware: note,
        afterMiddleware: note,
      }).use(named);
      seen.push(await invoke(handler), names);
    };
    await run({});
    await run({ executionMode: mode() });
    expect(seen.slice(2)).toEqual(seen.slice(0, 2));
  });

  it('takes a handler and middlewares that come later', async () => {
    const { stages, mode } = world();
    const handler = create({ executionMode: mode() });
    handler.handler(async function first() {});
    await invoke(handler);
    handler.use({ before: function added() {} }).handler(async function second() {});
    await invoke(handler);
    expect(stages).toEqual(['handler first 0', 'before added 0', 'handler second 0']);
  });

  it('tells apart requests that run at once', async () => {
    const clock = new ManualClock(0);
    const told = new Map<unknown, string[]>();
    const onStage: OnStage = ({ part, durationMs }, { event }) => void told.set(event, [...(told.get(event) ?? []), `${part} ${durationMs}`]);
    const waiting = [deferred(), deferred()];
    const handler = create(async (index: number) => waiting[index]!.promise, { executionMode: timedExecutionMode(onStage, undefined, () => clock.nowMs()) }).use({
      before: async () => {
        await turn();
        clock.advance(1);
      },
    });
    const runs = [invoke(handler, 0), invoke(handler, 1)];
    await turn();
    await turn();
    clock.advance(10);
    waiting[1]!.resolve(undefined);
    await runs[1];
    clock.advance(10);
    waiting[0]!.resolve(undefined);
    await runs[0];
    expect(told.get(1)).toEqual([expect.stringMatching(/^before [12]$/), expect.stringMatching(/^handler 1[01]$/)]);
    expect(told.get(0)).toEqual([expect.stringMatching(/^before [12]$/), expect.stringMatching(/^handler 2[01]$/)]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('told');
      },
    ],
    ['rejects', async () => Promise.reject(new Error('told'))],
  ])('is not touched by who is told and %s', async (_, told) => {
    const { mode } = world();
    const handler = create(async () => 'done', { executionMode: mode(undefined, told as OnStage) }).use({ before: () => undefined });
    await expect(invoke(handler)).resolves.toBe('done');
    await turn(); // a rejection that nobody handles ends this process now
  });

  it('does without a clock of its own', async () => {
    const durations: number[] = [];
    const handler = create(async () => 'done', { executionMode: timedExecutionMode(({ durationMs }) => void durations.push(durationMs)) });
    await invoke(handler);
    expect(durations).toEqual([expect.any(Number)]);
    expect(durations[0]).toBeGreaterThanOrEqual(0);
  });
});

describe('timedExecutionMode', () => {
  it('refuses to tell nobody', () => {
    expect(() => timedExecutionMode(undefined as never)).toThrow(ConfigurationError);
  });

  it('keeps the promise that permits are given back when somebody answers early', async () => {
    const { stages, mode } = world();
    const gate = new TestGate();
    const handler = middy(async () => 'done', { executionMode: mode() }).use(gateMiddleware(gate)).use({ before: () => 'early' });
    await expect(invoke(handler)).resolves.toBe('early');
    expect([gate.outcomeKinds, gate.held]).toEqual([['abandoned'], 0]);
    expect(stages).toEqual(['before gateBefore 0', 'before before 0']);
  });
});

describe.each(FACTORIES)('composed with the streaming mode on $factory', ({ create }) => {
  const lambda = globalThis as { awslambda?: unknown };
  beforeAll(() => {
    // What Lambda puts into the global scope of every function.
    lambda.awslambda = { streamifyResponse: (handler: unknown) => handler };
  });
  afterAll(() => {
    delete lambda.awslambda;
  });

  it('streams as before, and tells the stages up to the stream', async () => {
    const { stages, mode } = world();
    let text = '';
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString();
        done();
      },
    });
    const handler = create(async function streamed() { return 'streamed text'; } as never, { executionMode: mode(executionModeStreamifyResponse) });
    await (handler as unknown as (event: unknown, to: Writable, context: unknown) => Promise<void>)(HTTP_EVENT, stream, {});
    expect([text, stages]).toEqual(['streamed text', ['handler streamed 0']]);
  });
});
