import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  startExecutionEnvironment,
  type ExecutionEnvironment,
  type ExecutionEnvironmentOptions,
} from '../../local/execution-environment.ts';
import { Cleanup, exists, TASK_ROOT, until } from './support.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const start = async (
  handler: string,
  options: Partial<ExecutionEnvironmentOptions> = {},
): Promise<ExecutionEnvironment> =>
  cleanup.add(await startExecutionEnvironment({ taskRoot: TASK_ROOT, handler, ...options }));

describe('execution environment', () => {
  it('calls the handler with the event and a Lambda context, keeping module state', async () => {
    const lines: string[] = [];
    const environment = await start('index.handler', {
      functionName: 'orders',
      memoryMb: 512,
      timeoutMs: 2_000,
      onLog: (line, stream) => lines.push(`${stream}: ${line}`),
    });
    const first = await environment.invoke({ a: [1, 'zwei', null] });
    expect(first).toMatchObject({
      ok: true,
      payload: {
        event: { a: [1, 'zwei', null] },
        invocations: 1,
        pid: environment.pid,
        context: {
          awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          functionName: 'orders',
          functionVersion: '$LATEST',
          memoryLimitInMB: '512',
          invokedFunctionArn: expect.stringMatching(/^arn:aws:lambda:.*:function:orders$/),
          logGroupName: '/aws/lambda/orders',
          logStreamName: environment.logStreamName,
        },
        traceId: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
      },
    });
    const { remainingMs } = (first as unknown as { payload: { remainingMs: number } }).payload;
    expect(remainingMs).toBeGreaterThan(1_000);
    expect(remainingMs).toBeLessThanOrEqual(2_000);
    expect(await environment.invoke({})).toMatchObject({ payload: { invocations: 2 } });
    expect(lines).toEqual(['stdout: loaded', 'stdout: invocation 1', 'stdout: invocation 2']);
  });

  it('serves events that arrive together one after the other', async () => {
    const environment = await start('index.sleep');
    const answers = await Promise.all([20, 0, 0].map((ms) => environment.invoke({ ms })));
    expect(answers).toMatchObject([1, 2, 3].map((invocations) => ({ payload: { invocations } })));
  });

  it.each([
    ['a property of an export', 'index.nested.handler', 'nested'],
    ['a CommonJS module', 'common.handler', 'common'],
  ])('loads %s', async (_, handler, payload) => {
    expect(await (await start(handler)).invoke({})).toEqual({ ok: true, payload });
  });

  it('shows the process the given variables, the platform\'s and no others', async () => {
    const environment = await start('index.environment', { environment: { TABLE: 't', AWS_REGION: 'ignored' } });
    const answer = (await environment.invoke({})) as unknown as { payload: Record<string, string> };
    expect(answer.payload).toMatchObject({ TABLE: 't', AWS_REGION: 'eu-west-1', _HANDLER: 'index.environment' });
    expect(answer.payload).not.toHaveProperty('NODE_OPTIONS');
    expect(answer.payload).not.toHaveProperty('HOME');
    expect(Object.keys(answer.payload).filter((name) => !/^(AWS_|_|LAMBDA_|TZ$|LANG$)/.test(name))).toEqual(
      process.platform === 'win32' ? expect.arrayContaining(['TABLE']) : ['TABLE'],
    );
  });
});

describe('a handler that fails', () => {
  it.each([
    ['throw', { errorType: 'TypeError', errorMessage: 'broken' }],
    ['reject', { errorType: 'RangeError', errorMessage: 'late' }],
    ['string', { errorType: 'string', errorMessage: 'text' }],
    ['unserialisable', { errorType: 'TypeError' }],
  ])('answers with its error (%s) and serves on', async (how, expected) => {
    const environment = await start('index.fail');
    expect(await environment.invoke({ how })).toMatchObject({ ok: false, ...expected });
    expect(await environment.invoke({ how: 'undefined' })).toEqual({ ok: true, payload: null });
  });

  it('reports where an error was thrown', async () => {
    const answer = await (await start('index.fail')).invoke({ how: 'throw' });
    expect(answer).toMatchObject({ stackTrace: expect.arrayContaining([expect.stringContaining('index.mjs')]) });
  });

  it('ends the environment when the process exits', async () => {
    const environment = await start('index.fail');
    const expected = { ok: false, errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('status 3') };
    expect(await environment.invoke({ how: 'exit' })).toEqual(expected);
    expect(environment.alive).toBe(false);
    expect(await environment.invoke({})).toEqual(expected);
  });

  it('answers with an uncaught exception, then ends the environment', async () => {
    const environment = await start('index.fail');
    expect(await environment.invoke({ how: 'uncaught' })).toMatchObject({ errorMessage: 'nobody catches this' });
    await until(() => !environment.alive);
    expect(exists(environment.pid)).toBe(false);
  });

  it('is killed at its timeout', async () => {
    const environment = await start('index.fail', { timeoutMs: 150 });
    expect(await environment.invoke({ how: 'hang' })).toEqual({
      ok: false,
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 0.15 seconds$/),
    });
    expect(environment.alive).toBe(false);
    await until(() => !exists(environment.pid));
  });
});

describe('a handler that cannot be loaded', () => {
  it.each([
    ['no module', 'absent.handler', { errorType: 'Runtime.ImportModuleError' }],
    ['no export', 'index.absent', { errorType: 'Runtime.HandlerNotFound' }],
    ['a module that throws', 'broken.handler', { errorType: 'SyntaxError', errorMessage: 'configuration is wrong' }],
    ['a module that exits', 'exits.handler', { errorType: 'Runtime.ExitError' }],
  ])('is reported at start and by every request: %s', async (_, handler, expected) => {
    const environment = await start(handler);
    expect(environment.initError).toMatchObject({ ok: false, ...expected });
    expect(environment.alive).toBe(false);
    expect(await environment.invoke({})).toEqual(environment.initError);
  });
});

describe('between requests', () => {
  const ticksOf = async (environment: ExecutionEnvironment): Promise<number> =>
    ((await environment.invoke({})) as unknown as { payload: number }).payload;

  it('no timer ticks while the environment is frozen', async () => {
    const environment = await start('index.countTicks');
    const before = await ticksOf(environment);
    if (process.platform === 'win32') {
      expect(environment.frozen).toBe(false);
      return;
    }
    await until(() => environment.frozen);
    // 400 ticks if time went on. A busy machine takes its time to stop and to wake the process, which may tick meanwhile.
    await delay(2000);
    expect((await ticksOf(environment)) - before).toBeLessThan(100);
  });

  it('timers tick where freezing is switched off', async () => {
    const environment = await start('index.countTicks', { freeze: false });
    const before = await ticksOf(environment);
    await until(async () => (await ticksOf(environment)) >= before + 10);
    expect(environment.frozen).toBe(false);
  });
});

describe('close', () => {
  it.each([
    ['idle', true],
    ['unfrozen', false],
  ])('leaves no process behind: %s', async (_, freeze) => {
    const environment = await start('index.handler', { freeze });
    expect(exists(environment.pid)).toBe(true);
    await environment.close();
    await environment.close();
    expect(exists(environment.pid)).toBe(false);
  });

  it('answers a request that is in flight', async () => {
    const environment = await start('index.fail');
    const answer = environment.invoke({ how: 'hang' });
    await until(() => !environment.frozen);
    await environment.close();
    expect(await answer).toMatchObject({ ok: false, errorType: 'Runtime.ExitError' });
  });
});
