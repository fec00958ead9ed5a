import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startFleet, type Fleet, type FleetOptions } from '../../local/fleet.ts';
import type { InvocationResult } from '../../local/runtime-api.ts';
import { Cleanup, exists, TASK_ROOT, until } from './support.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const start = async (count: number, handler: string, options: Partial<FleetOptions> = {}): Promise<Fleet> =>
  cleanup.add(await startFleet(count, { taskRoot: TASK_ROOT, handler, ...options }));
const pidOf = (result: InvocationResult): number => (result as unknown as { payload: { pid: number } }).payload.pid;

describe('fleet', () => {
  it('gives each environment its own module state and variables', async () => {
    const lines: string[] = [];
    const fleet = await start(2, 'index.handler', { onLog: (line, index) => lines.push(`${index} ${line}`) });
    await fleet.invokeOn(0, {});
    expect(await fleet.invokeOn(0, {})).toMatchObject({ payload: { invocations: 2 } });
    expect(await fleet.invokeOn(1, {})).toMatchObject({ payload: { invocations: 1 } });
    expect(lines.slice(-3)).toEqual(['0 invocation 1', '0 invocation 2', '1 invocation 1']);
  });

  it('gives single environments variables of their own', async () => {
    const fleet = await start(2, 'index.environment', {
      environment: { COMMON: 'yes' },
      environmentOf: (index): Record<string, string> => (index === 1 ? { SICK: 'yes' } : {}),
    });
    expect(await fleet.invokeOn(1, {})).toMatchObject({ payload: { COMMON: 'yes', SICK: 'yes' } });
    expect(await fleet.invokeOn(0, {})).toMatchObject({ payload: expect.not.objectContaining({ SICK: 'yes' }) });
  });

  it('routes to the most recently used environment', async () => {
    const fleet = await start(3, 'index.sleep');
    await fleet.invokeOn(2, { ms: 0 });
    for (let i = 0; i < 3; i += 1) expect(pidOf(await fleet.invoke({ ms: 0 }))).toBe(fleet.environments[2]?.pid);
  });

  it('routes at random where told', async () => {
    const numbers = [0.99, 0, 0.99];
    const fleet = await start(2, 'index.sleep', { strategy: 'random', random: () => numbers.shift() ?? 0 });
    const pids = [pidOf(await fleet.invoke({ ms: 0 })), pidOf(await fleet.invoke({ ms: 0 }))];
    expect(new Set(pids).size).toBe(2);
  });

  it('serves in parallel, and lets events wait while all environments are busy', async () => {
    const fleet = await start(2, 'index.sleep');
    const results = await Promise.all(Array.from({ length: 6 }, () => fleet.invoke({ ms: 20 })));
    const pids = results.map(pidOf);
    expect(new Set(pids)).toEqual(new Set(fleet.environments.map((environment) => environment.pid)));
    expect(pids).toHaveLength(6);
  });

  it('lets events for one environment wait for it while others are idle', async () => {
    const fleet = await start(2, 'index.sleep');
    const results = await Promise.all([1, 1, 1].map((index) => fleet.invokeOn(index, { ms: 5 })));
    expect(results).toMatchObject([1, 2, 3].map((invocations) => ({ payload: { invocations } })));
    await expect(fleet.invokeOn(2, {})).rejects.toThrow(RangeError);
  });

  it('replaces an environment that died', async () => {
    const fleet = await start(1, 'index.fail');
    const pid = fleet.environments[0]?.pid ?? 0;
    expect(await fleet.invoke({ how: 'exit' })).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect(await fleet.invoke({ how: 'undefined' })).toEqual({ ok: true, payload: null });
    expect(fleet.environments[0]?.pid).not.toBe(pid);
  });

  it('answers with the error of a handler that cannot be loaded', async () => {
    const fleet = await start(1, 'broken.handler');
    expect(await fleet.invoke({})).toMatchObject({ ok: false, errorMessage: 'configuration is wrong' });
  });

  it.each([0, -1, 1.5])('refuses %d environments', async (count) => {
    await expect(start(count, 'index.handler')).rejects.toThrow(RangeError);
  });
});

describe('close', () => {
  it('leaves no process behind and answers events that wait', async () => {
    const fleet = await start(2, 'index.fail');
    const pids = fleet.environments.map((environment) => environment.pid);
    const answers = Promise.all(Array.from({ length: 3 }, () => fleet.invoke({ how: 'hang' })));
    await fleet.close();
    expect(pids.filter(exists)).toEqual([]);
    for (const answer of await answers) expect(answer).toMatchObject({ errorType: 'Runtime.ExitError' });
  });
});

// Only a process of its own can show what its end leaves behind.
describe('the end of the process that started a fleet', () => {
  const program = `
    const { startFleet } = await import(${JSON.stringify(new URL('../../local/fleet.ts', import.meta.url).href)});
    const fleet = await startFleet(2, { taskRoot: ${JSON.stringify(TASK_ROOT)}, handler: 'index.handler' });
    console.log(JSON.stringify(fleet.environments.map((environment) => environment.pid)));
    process.stdin.on('end', () => process.exit(0)).resume();
  `;

  it.each(process.platform === 'win32' ? ['exit'] : ['exit', 'SIGINT', 'SIGTERM'])('leaves no process: %s', async (end) => {
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    cleanup.defer(() => void parent.kill('SIGKILL'));
    const [output] = (await once(parent.stdout, 'data')) as [Buffer];
    const pids = JSON.parse(output.toString()) as number[];
    expect(pids.filter(exists)).toHaveLength(2);
    const exited = once(parent, 'exit');
    if (end === 'exit') parent.stdin.end();
    else parent.kill(end as NodeJS.Signals);
    expect(await exited).toEqual(end === 'exit' ? [0, null] : [null, end]);
    await until(() => pids.filter(exists).length === 0);
  });
});
