import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');
const RUNTIME_VARIABLES = {
  RESILIENCE_CONFIG: '{"version":1,"circuits":{"payments":{"shared":false,"failureThreshold":2}}}',
};

const run = promisify(execFile);

/** Blocks of the README that state which file they show. */
async function shownFiles(): Promise<{ path: string; block: string }[]> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const blocks = readme.matchAll(/<!-- (\S+) -->\n```\w+\n([\s\S]*?)```/g);
  return [...blocks].map(([, path = '', block = '']) => ({ path, block }));
}

/** A file as users see it: they import the packages by name. */
const asShown = (source: string) => source.replaceAll("from '../lib'", "from 'resilient-lambda'");

describe('README', () => {
  it('shows the examples and the figures as they are', async () => {
    const shown = await shownFiles();
    expect(shown.map(({ path }) => path)).toEqual([
      'examples/stack.ts',
      'examples/checkout.mts',
      'examples/any-call.mts',
      'docs/demo/summary.txt',
    ]);
    for (const { path, block } of shown) expect(block).toBe(asShown(await readFile(join(ROOT, path), 'utf8')));
  });

  it('has no code that is not an example', async () => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
    expect(readme.match(/```ts\n/g)).toHaveLength((await shownFiles()).filter(({ path }) => path.endsWith('ts')).length);
  });

  it('names commands that exist', async () => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['demo', 'test']));
  });
});

describe('the stack of the README', () => {
  it('synthesises', async () => {
    const outDir = await mkdtemp(join(tmpdir(), 'resilient-lambda-'));
    try {
      const environment = { ...process.env, CDK_OUTDIR: outDir, NODE_OPTIONS: '' };
      await run('tsx', ['examples/stack.ts'], { cwd: ROOT, env: environment });
      const template = await readFile(join(outDir, 'Shop.template.json'), 'utf8');
      expect(template).toContain(String.raw`{\"version\":1,\"circuits\":{\"payments\":{\"openDurationMs\":30000}}}`);
    } finally {
      await rm(outDir, { recursive: true, force: true });
    }
  }, 60_000);
});

describe('the handlers of the README', () => {
  const realFetch = globalThis.fetch;
  let answers: Response[];

  beforeEach(() => {
    Object.assign(process.env, RUNTIME_VARIABLES);
    globalThis.fetch = () => {
      const answer = answers.shift();
      return answer === undefined ? Promise.reject(new Error('not expected')) : Promise.resolve(answer);
    };
  });

  afterEach(() => {
    globalThis.fetch = realFetch;
    delete process.env['RESILIENCE_CONFIG'];
  });

  it('checkout: answers, and is answered for while the circuit is open', async () => {
    const { handler } = await import('../../examples/checkout.mts');
    const event = { version: '2.0', requestContext: { http: { method: 'POST' } } };
    const invoke = async () => (await handler(event, {} as never)) as { statusCode: number; body: string };
    answers = [new Response('ok'), new Response('', { status: 500 }), new Response('', { status: 500 })];
    expect(await invoke()).toEqual({ statusCode: 200, body: 'ok' });
    expect((await invoke()).statusCode).toBe(502);
    expect((await invoke()).statusCode).toBe(502);
    expect((await invoke()).statusCode).toBe(503);
  });

  it('charge: says later while the circuit is open', async () => {
    const { charge } = await import('../../examples/any-call.mts');
    answers = [new Response('ok'), new Response('', { status: 500 }), new Response('', { status: 503 })];
    expect(await charge(1)).toBe('charged');
    expect(await charge(2)).toBe('later');
    expect(await charge(3)).toBe('later');
    // There is no fourth answer: this one is not asked for.
    expect(await charge(4)).toBe('later');
  });
});
