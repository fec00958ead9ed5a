import { Writable } from 'node:stream';
import coreMiddy, { type PluginExecutionMode, type Request } from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/executionModeStreamifyResponse';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { resilientExecutionMode } from '../../../runtime/src/middy/execution-mode.ts';
import { wrappableHandler, wrapHandler, type HandlerWrapper } from '../../../runtime/src/middy/handler-wrappers.ts';
import { middy } from '../../../runtime/src/middy/middy.ts';
import { timedExecutionMode } from '../../../runtime/src/middy/timed-execution-mode.ts';
import { deferred } from '../core/deferred.ts';
import { HTTP_EVENT, invoke, lambdaContext, QUEUE_EVENT } from './gates.ts';

const wrapping = (wrapper: HandlerWrapper, name = 'wrapping()') => ({ before: (request: Request) => wrapHandler(request, name, wrapper) });

/** A wrapper that tells when it is entered and left. */
const tracing = (trace: string[], name: string) =>
  wrapping(async (run) => {
    trace.push(`> ${name}`);
    try {
      return await run();
    } finally {
      trace.push(`< ${name}`);
    }
  });

const problemOf = async (run: Promise<unknown>): Promise<string> => {
  const error: unknown = await run.catch((thrown: unknown) => thrown);
  return error instanceof ConfigurationError ? error.message : `no ConfigurationError but ${String(error)}`;
};

describe('wrappers of the handler', () => {
  it('stand around it in the order of use, between the hooks', async () => {
    const trace: string[] = [];
    const note = (name: string) => () => void trace.push(name);
    const handler = middy(async () => void trace.push('handler'))
      .use({ before: note('before'), after: note('after') })
      .use(tracing(trace, 'outer'))
      .use(tracing(trace, 'inner'))
      .use({ before: note('last before') });
    await invoke(handler);
    expect(trace).toEqual(['before', 'last before', '> outer', '> inner', 'handler', '< inner', '< outer', 'after']);
  });

  it('hand on event, context and signal as Middy gives them, and what else Middy gives', async () => {
    const context = lambdaContext();
    const seen: unknown[] = [];
    const given = wrapping(async (run, { event, context: handed, signal }, request) => {
      seen.push([event === HTTP_EVENT, handed === context, signal.aborted, request.event === HTTP_EVENT]);
      return run();
    });
    const handler = middy(async (event: unknown, handed: unknown, extra: { signal: AbortSignal }) => [event === HTTP_EVENT, handed === context, Object.keys(extra), extra.signal.aborted]);
    await expect(invoke(handler.use(given), HTTP_EVENT, context)).resolves.toEqual([true, true, ['signal'], false]);
    expect(seen).toEqual([[true, true, false, true]]);
  });

  it('replace what they want, for all that is further in', async () => {
    const own = new AbortController();
    const outer = wrapping((run, { context }) => run({ event: 'other', context: { ...(context as object), extra: 1 }, signal: own.signal }));
    const seen: unknown[] = [];
    const inner = wrapping((run, { event, signal }) => {
      seen.push(event, signal === own.signal);
      return run();
    });
    const handler = middy(async (event: unknown, context: unknown, { signal }: { signal: AbortSignal }) => ({ event, context, own: signal === own.signal }));
    await expect(invoke(handler.use(outer).use(inner))).resolves.toMatchObject({ event: 'other', context: { extra: 1 }, own: true });
    expect(seen).toEqual(['other', true]);
  });

  it('run the handler as often as they like, or not at all', async () => {
    const work = jest.fn(async (_event: unknown, _context: unknown, { signal }: { signal: AbortSignal }) => {
      if (work.mock.calls.length < 3) throw new Error(`attempt ${work.mock.calls.length}`);
      return signal.aborted;
    });
    const signals: AbortSignal[] = [];
    const again: HandlerWrapper = async (run) => {
      const { signal } = new AbortController();
      signals.push(signal);
      return run({ signal }).catch(() => again(run, { event: 0, context: 0, signal }, {} as Request));
    };
    await expect(invoke(middy(work as never).use(wrapping(again)))).resolves.toBe(false);
    expect([work.mock.calls.length, new Set(signals).size]).toEqual([3, 3]);
    await expect(invoke(middy(work as never).use(wrapping(async () => 'instead')))).resolves.toBe('instead');
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('get what is thrown at once as a rejection (TO-10)', async () => {
    const throws = () => {
      throw new Error('at once');
    };
    const caught: HandlerWrapper = (run) => run().catch((error: unknown) => `caught ${String(error)}`);
    await expect(invoke(middy(throws).use(wrapping(caught)))).resolves.toBe('caught Error: at once');
    const error = await invoke(middy(async () => 'ran').use(wrapping(throws as never))).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: 'at once' });
  });

  it('belong to one request, also where several run at once', async () => {
    const waiting = new Map([['a', deferred<string>()], ['b', deferred<string>()]]);
    const tagging = {
      before: (request: Request) => {
        if (request.event === 'a') wrapHandler(request, 'tagging()', async (run) => `wrapped ${String(await run())}`);
      },
    };
    const handler = middy(async (event: string) => waiting.get(event)!.promise).use(tagging as never);
    const [a, b] = [invoke(handler, 'a'), invoke(handler, 'b')];
    waiting.get('b')!.resolve('b');
    waiting.get('a')!.resolve('a');
    await expect(Promise.all([a, b])).resolves.toEqual(['wrapped a', 'b']);
    waiting.set('b', { ...deferred<string>(), promise: Promise.resolve('again') });
    await expect(invoke(handler, 'b')).resolves.toBe('again');
  });

  it('leave what the handler returns as it is, where there are none', () => {
    const extra = { signal: new AbortController().signal };
    const seen: unknown[] = [];
    const handler = wrappableHandler({}, (...args) => {
      seen.push(args);
      return 'at once';
    });
    expect(handler('event', 'context', extra)).toBe('at once');
    expect(seen).toEqual([['event', 'context', extra]]);
  });
});

describe('a handler that cannot be wrapped', () => {
  const wrapper = wrapping((run) => run(), 'timeout()');

  it('is refused with a clear error at the first request on stock Middy', async () => {
    const work = jest.fn(async () => 'ran');
    await expect(problemOf(invoke(coreMiddy(work).use(wrapper)))).resolves.toMatch(/timeout\(\) cannot work on stock Middy.*\n.*import \{ middy \} from resilient-lambda-runtime/);
    expect(work).not.toHaveBeenCalled();
  });

  it('is refused in a durable function, which runs again when it is resumed', async () => {
    const sdk = () => ({ withDurableExecution: (handler: unknown) => handler });
    jest.unstable_mockModule('@aws/durable-execution-sdk-js', sdk, { virtual: true });
    const { executionModeDurableContext } = await import('@middy/core/executionModeDurableContext');
    const work = jest.fn(async () => 'ran');
    const handler = middy(work, { executionMode: executionModeDurableContext }).use(wrapper);
    const context = { executionContext: { tenantId: 'a' }, lambdaContext: lambdaContext() };
    await expect(problemOf(invoke(handler, QUEUE_EVENT, context))).resolves.toMatch(/timeout\(\) cannot work in a durable function/);
    expect(work).not.toHaveBeenCalled();
  });

  it('can be, on stock Middy with the mode', async () => {
    await expect(invoke(coreMiddy(async () => 'ran', { executionMode: resilientExecutionMode() }).use(wrapper))).resolves.toBe('ran');
  });
});

describe('composed modes', () => {
  const nameOf = (trace: string[], inner?: PluginExecutionMode) => timedExecutionMode(({ part, name }) => void trace.push(`${part} ${name}`), inner);

  it('wrap once, however often the mode is in there', async () => {
    const trace: string[] = [];
    const executionMode = resilientExecutionMode(resilientExecutionMode());
    await invoke(middy(async () => void trace.push('handler'), { executionMode }).use(tracing(trace, 'a')));
    expect(trace).toEqual(['> a', 'handler', '< a']);
  });

  it('time the handler within the wrappers, run by run', async () => {
    const trace: string[] = [];
    const twice = wrapping(async (run) => [await run(), await run()]);
    const handler = middy(async function work() { return 1; } as never, { executionMode: nameOf(trace) }).use(twice);
    await expect(invoke(handler)).resolves.toEqual([1, 1]);
    expect(trace).toEqual(['before before', 'handler work', 'handler work']);
  });

  describe('with the streaming mode', () => {
    const lambda = globalThis as { awslambda?: unknown };
    beforeAll(() => {
      lambda.awslambda = { streamifyResponse: (handler: unknown) => handler };
    });
    afterAll(() => {
      delete lambda.awslambda;
    });

    it('stream what the wrapper answers', async () => {
      let text = '';
      const to = new Writable({
        write(chunk: Buffer, _encoding, done) {
          text += chunk.toString();
          done();
        },
      });
      const handler = middy(async () => 'text', { executionMode: executionModeStreamifyResponse }).use(wrapping(async (run) => `wrapped ${String(await run())}`) as never);
      await (handler as unknown as (event: unknown, to: Writable, context: unknown) => Promise<void>)(HTTP_EVENT, to, lambdaContext());
      expect(text).toBe('wrapped text');
    });
  });
});
