import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from './pages.ts';

const run = promisify(execFile);
const ENV = { ...process.env, NODE_OPTIONS: '' };

interface Assembly {
  readonly types: Readonly<Record<string, { readonly name: string; readonly kind: string }>>;
}

let outDir: string;

/** What the constructs offer, as jsii has written it down in the last `npm run build`. */
async function typeNames(): Promise<string[]> {
  const { types } = JSON.parse(await readFile(join(ROOT, '.jsii'), 'utf8')) as Assembly;
  return Object.values(types).map(({ name }) => name);
}

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'resilient-lambda-'));
});

afterAll(() => rm(outDir, { recursive: true, force: true }));

describe('API.md', () => {
  it('is what `npm run api` makes of the constructs that `npm run build` has compiled', async () => {
    await run('jsii-docgen', ['-o', join(outDir, 'API.md'), '-l', 'typescript'], { cwd: ROOT, env: ENV });
    // Equal or not is all there is to say of some thousand lines.
    const [committed, made] = await Promise.all([join(ROOT, 'API.md'), join(outDir, 'API.md')].map((file) => readFile(file, 'utf8')));
    expect(committed === made).toBe(true);
  });

  it('has a place for every type', async () => {
    const page = await readFile(join(ROOT, 'API.md'), 'utf8');
    const names = await typeNames();
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !page.includes(`### ${name} <a name="${name}" id="resilient-lambda.${name}"></a>`))).toEqual([]);
  });
});

describe('the Python package', () => {
  it('has every type that the constructs have, without anything but npm', async () => {
    await run('jsii-pacmak', ['--target', 'python', '--code-only', '--no-npmignore', '--outdir', outDir, ROOT], { cwd: outDir, env: ENV });
    const module = await readFile(join(outDir, 'python', 'src', 'resilient_lambda', '__init__.py'), 'utf8');
    const defined = new Set([...module.matchAll(/^class (\w+)/gm)].map(([, name]) => name));
    expect((await typeNames()).filter((name) => !defined.has(name))).toEqual([]);
    expect(module).toContain('jsii_type="resilient-lambda.ResilientFunction"');
    expect(module).toMatch(/circuits: typing\.Optional\[typing\.Mapping\[builtins\.str, .*CircuitOptions/);
  });
});
