import { Readable } from 'node:stream';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { executionModeStreamifyResponse } from '@middy/core/executionModeStreamifyResponse';
import { describe, expect, it } from '@jest/globals';
import { deadlineOfSignal } from '../../../runtime/src/core/deadline.ts';
import { gateMiddleware } from '../../../runtime/src/middy/gate-middleware.ts';
import { middy } from '../../../runtime/src/middy/middy.ts';
import { createTimeout } from '../../../runtime/src/timeout/create.ts';
import { timeout, type TimeoutMiddlewareOptions } from '../../../runtime/src/timeout/middleware.ts';
import { asOpenStream } from '../../../runtime/src/timeout/open-stream.ts';
import { HTTP_EVENT, lambdaContext, QUEUE_EVENT, TestGate } from '../middy/gates.ts';
import { ResponseStream, withLambdaStreams } from '../middy/lambda-streams.ts';
import { TimeoutWorld, watch } from './fixture.ts';

withLambdaStreams();

type Work = (event: unknown, context: unknown, extra: { signal: AbortSignal }) => unknown;

function stream(world: TimeoutWorld, options: TimeoutMiddlewareOptions, work: Work, { event = HTTP_EVENT, remainingMs = 10_000, gate = new TestGate() }: { event?: unknown; remainingMs?: number; gate?: TestGate } = {}) {
  const to = new ResponseStream();
  const endMs = world.clock.nowMs() + remainingMs;
  const context = { ...lambdaContext(), getRemainingTimeInMillis: () => endMs - world.clock.nowMs() };
  const handler = middy(work as never, { executionMode: executionModeStreamifyResponse, timeoutEarlyInMillis: 0 }).use(gateMiddleware(gate)).use(timeout(options, world.dependencies));
  const run = watch((handler as unknown as (...args: unknown[]) => Promise<void>)(event, to, context));
  return { to, run, gate };
}

/** Lets streams move, which takes them more turns than promises. */
async function flow(): Promise<void> {
  for (let round = 0; round < 20; round += 1) await turn();
}

const STREAMS = [
  { kind: 'of Node', open: (signal: AbortSignal) => Readable.from(parts(signal)) },
  { kind: 'of the web', open: (signal: AbortSignal) => Readable.toWeb(Readable.from(parts(signal))) },
];

/** Writes a part, and then nothing until its signal is aborted. */
async function* parts(signal: AbortSignal): AsyncGenerator<string> {
  yield 'first ';
  await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
}

describe('a timeout in streaming mode', () => {
  it('answers with 504 while nothing has been sent', async () => {
    const world = new TimeoutWorld();
    const { to, run } = stream(world, { timeoutMs: 1000 }, () => new Promise(() => undefined));
    await world.pass(1000);
    await flow();
    expect([run.state, to.prelude]).toEqual(['value', expect.objectContaining({ statusCode: 504 })]);
    expect(JSON.parse(to.text)).toMatchObject({ code: 'TIMEOUT', timeout_ms: 1000 });
  });

  it('gives others than HTTP the error', async () => {
    const world = new TimeoutWorld();
    const { run, gate } = stream(world, { timeoutMs: 1000 }, () => new Promise(() => undefined), { event: QUEUE_EVENT });
    await world.pass(1000);
    await flow();
    expect([run.result, gate.outcomeKinds, gate.held]).toEqual([expect.objectContaining({ code: 'TIMEOUT' }), ['failure'], 0]);
  });

  it('leaves text as it is', async () => {
    const world = new TimeoutWorld();
    const { to } = stream(world, {}, async () => ({ statusCode: 200, body: 'text' }));
    await flow();
    expect([to.text, world.sleeping]).toEqual(['text', 0]);
  });

  it.each(STREAMS)('is for the time until a stream $kind begins: after that it may take longer, and leaves no timer at its end', async ({ kind }) => {
    const world = new TimeoutWorld();
    let end: (() => void) | undefined;
    async function* slow() {
      yield 'first ';
      await new Promise<void>((resolve) => { end = resolve; });
      yield 'last';
    }
    const node = Readable.from(slow());
    const signals: AbortSignal[] = [];
    const { to, run } = stream(world, { timeoutMs: 1000 }, async (_event, _context, { signal }) => {
      signals.push(signal);
      return { statusCode: 200, body: kind === 'of Node' ? node : Readable.toWeb(node) };
    });
    await flow();
    await world.pass(5000);
    await flow();
    expect([run.state, to.text, signals[0]?.aborted, deadlineOfSignal(signals[0])]).toEqual(['open', 'first ', false, world.startMs + 9500]);
    end!();
    await flow();
    expect([run.state, to.text, to.prelude, world.sleeping, world.ofType('timeout.expired')]).toEqual(['value', 'first last', expect.objectContaining({ statusCode: 200 }), 0, []]);
  });

  it.each(STREAMS)('cuts a stream $kind off before the platform ends the invocation, since it cannot be answered anew', async ({ open }) => {
    for (const wrap of [(body: unknown) => body, (body: unknown) => ({ statusCode: 200, body })]) {
      const world = new TimeoutWorld();
      const signals: AbortSignal[] = [];
      const { to, run } = stream(world, { timeoutMs: 1000, marginMs: 500 }, async (_event, _context, { signal }) => {
        signals.push(signal);
        return wrap(open(signal));
      });
      await flow();
      await world.pass(9499);
      await flow();
      expect([run.state, to.text, signals[0]?.aborted]).toEqual(['open', 'first ', false]);
      await world.pass(1);
      await flow();
      expect([run.state, (run.result as Error).name, signals[0]?.aborted, to.text, to.destroyed]).toEqual(['error', 'TimedOutError', true, 'first ', true]);
      expect(world.ofType('timeout.expired')).toEqual([{ type: 'timeout.expired', limitMs: 9500, ignored: true, priority: 'normal' }]);
      expect(world.sleeping).toBe(0);
    }
  });

  it.each(STREAMS)('lets a stream $kind go that comes too late, since nobody will read it (PTO-02)', async ({ kind }) => {
    const world = new TimeoutWorld();
    const node = new Readable({ read: () => undefined });
    const body = kind === 'of Node' ? node : Readable.toWeb(node);
    const { to, run } = stream(world, { timeoutMs: 1000 }, () => world.sleep(1500).then(() => ({ statusCode: 200, body })));
    await world.pass(2000);
    await flow();
    expect([run.state, to.prelude, node.destroyed]).toEqual(['value', expect.objectContaining({ statusCode: 504 }), true]);
    expect(world.ofType('timeout.late')).toHaveLength(1);
  });

  it.each(STREAMS)('cuts off a stream $kind that began within the grace as well', async ({ kind }) => {
    const world = new TimeoutWorld();
    const node = new Readable({ read: () => undefined });
    node.push('first ');
    const body = kind === 'of Node' ? node : Readable.toWeb(node);
    const { to, run } = stream(world, { timeoutMs: 1000, graceMs: 500, marginMs: 500 }, () => world.sleep(1200).then(() => ({ statusCode: 200, body })));
    await world.pass(9499);
    await flow();
    expect([run.state, to.text]).toEqual(['open', 'first ']);
    await world.pass(1);
    await flow();
    expect([run.state, to.text, to.destroyed, world.sleeping]).toEqual(['error', 'first ', true, 0]);
  });

  it('lets a stream take as long as it takes where the deadline is further away than timers count', async () => {
    const timeout = createTimeout({ timeoutMs: 1000 }, { sink: { emit: () => undefined } });
    const node = new Readable({ read: () => undefined });
    await timeout.run(() => node, { deadlineMs: Date.now() + 1e12 }, asOpenStream as never);
    await pause(5);
    expect(node.destroyed).toBe(false);
  });

  it('ends no process over a stream that nobody reads any more', async () => {
    const world = new TimeoutWorld();
    const to = new ResponseStream();
    const node = Readable.from(['text']);
    const endMs = world.clock.nowMs() + 2000;
    const context = { getRemainingTimeInMillis: () => endMs - world.clock.nowMs() };
    const handler = middy((async () => node) as never, { executionMode: executionModeStreamifyResponse, timeoutEarlyInMillis: 0 })
      .use(timeout({ timeoutMs: 1000 }, world.dependencies))
      .use({ after: () => 'other text' } as never);
    await (handler as unknown as (...args: unknown[]) => Promise<void>)(HTTP_EVENT, to, context);
    await world.pass(2000);
    await flow(); // an error of a stream without a listener ends this process now
    expect([to.text, node.destroyed, world.sleeping]).toEqual(['other text', true, 0]);
  });
});
