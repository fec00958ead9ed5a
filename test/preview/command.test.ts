import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommand } from '../../preview/command.ts';
import { emf, LINES, PAYMENTS, templateWith } from './sample.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resilient-lambda-'));
  await writeFile(file('Shop.template.json'), JSON.stringify(templateWith()));
  await writeFile(file('run.log'), LINES.join('\n'));
  await writeFile(file('exercised.json'), JSON.stringify([{ name: 'CircuitFallbacks', dimensions: PAYMENTS }]));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the command answers. */
async function answer(...args: string[]): Promise<{ code: number; out: string; errors: string }> {
  let out = '';
  let errors = '';
  const code = await runCommand(args, { write: (text) => (out += text), writeError: (text) => (errors += text) });
  return { code, out, errors };
}

const ARGUMENTS = () => ['preview', '--template', file('Shop.template.json'), '--metrics', file('run.log'), '--out', file('pages/page.html')];

describe('resilient-lambda preview', () => {
  it('writes a page for any stack with a dashboard and any log with metrics', async () => {
    const { code, out } = await answer(...ARGUMENTS(), '--strict');
    expect(code).toBe(0);
    expect(out).toBe(`${file('pages/page.html')}: 7 of 8 metrics of the runtime have data\n`);
    await expect(readFile(file('pages/page.html'), 'utf8')).resolves.toContain('<title>Shop</title>');
  });

  it('ends with 1 for problems, but only if it is strict', async () => {
    const args = [...ARGUMENTS(), '--exercised', file('exercised.json')];
    const [lax, strict] = [await answer(...args), await answer(...args, '--strict')];
    expect([lax.code, strict.code]).toEqual([0, 1]);
    expect(lax.errors).toContain('CircuitFallbacks {circuit=payments, service=checkout} was exercised, but no widget and no alarm asks for it');
    expect(strict.errors).toBe(lax.errors);
  });

  it('knows resources by the names that they had in the run', async () => {
    const dimensions = { service: 'checkout', table: 'orders-1' };
    await writeFile(file('store.json'), JSON.stringify([{ name: 'StoreErrors', dimensions }]));
    await writeFile(file('store.log'), emf(0, dimensions, { StoreErrors: 1 }));
    const args = [...ARGUMENTS(), '--metrics', file('store.log'), '--exercised', file('store.json'), '--strict'];
    await expect(answer(...args, '--name', 'Table=orders-1')).resolves.toMatchObject({ code: 0, errors: '' });
    await expect(answer(...args)).resolves.toMatchObject({ code: 1 });
    await expect(answer(...args, '--name', 'Table')).resolves.toMatchObject({ code: 2, errors: '--name is "Table": give ID=NAME\n' });
  });

  it('lists everything that is missing at once, and ends with 2', async () => {
    const { code, errors } = await answer('preview');
    expect(code).toBe(2);
    for (const option of ['--template', '--metrics', '--out']) expect(errors).toContain(`${option} is missing`);
  });

  it.each([
    ['another command', ['draw'], 'there is no command draw, only preview'],
    ['an option that does not exist', ['preview', '--colour'], '--colour'],
    ['a file that does not exist', ['preview', '--template', 'no.json', '--metrics', 'no.log', '--out', 'no.html'], 'no.log'],
  ])('refuses %s with 2', async (_what, args, message) => {
    const { code, errors } = await answer(...args);
    expect(code).toBe(2);
    expect(errors).toContain(message);
  });

  it.each([[['--help']], [['preview', '--help']], [[]]])('explains itself for %j', async (args) => {
    const { code, out } = await answer(...args);
    expect(code).toBe(0);
    expect(out).toContain('resilient-lambda preview --template FILE');
  });
});

describe('the command of the package', () => {
  it('is one file that runs without any package, and hands on the licences of what is in it', async () => {
    const { bin, files } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { bin: Record<string, string>; files: string[] };
    expect(bin).toEqual({ 'resilient-lambda': 'dist/preview/main.mjs' });
    expect(files).toContain('dist');
    const node = ['--disable-warning=ExperimentalWarning'];
    await run(process.execPath, [...node, 'scripts/build-preview.ts', folder], { cwd: ROOT });
    const { stdout } = await run(process.execPath, [file('main.mjs'), ...ARGUMENTS(), '--strict'], { cwd: folder });
    expect(stdout).toContain('7 of 8 metrics');
    await expect(readFile(file('main.mjs'), 'utf8')).resolves.toMatch(/^#!\/usr\/bin\/env node\n/);
    await expect(readFile(file('LICENSES.txt'), 'utf8')).resolves.toMatch(/echarts[^]*Apache License[^]*zrender[^]*BSD 3-Clause/);
  });
});
