import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { SCOPE_VERSION } from '../../../runtime/src/observability/otel-meter.ts';
import * as source from '../../../runtime/src/observability/opentelemetry.ts';

const ROOT = join(import.meta.dirname, '../../..');
const RUNTIME = join(ROOT, 'runtime');

interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const manifest = JSON.parse(readFileSync(join(RUNTIME, 'package.json'), 'utf8')) as Manifest;

/** Every package that a source of the runtime reaches, whatever lies in between. */
async function packagesOf(entry: string): Promise<string[]> {
  const { metafile } = await build({ entryPoints: [join(RUNTIME, entry)], bundle: true, write: false, metafile: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'silent' });
  return [...new Set(Object.values(metafile.inputs).flatMap(({ imports }) => imports.filter(({ external }) => external).map(({ path }) => path)))];
}

const sourceOf = (target: string) => target.replace('./dist/', 'src/').replace(/\.(?:d\.ts|js)$/, '.ts');

describe('the sub-path for OpenTelemetry', () => {
  const declared = manifest.exports['./opentelemetry'];

  it('is that of this sink, built: both targets come from its source', () => {
    expect(declared).toEqual({ types: './dist/observability/opentelemetry.d.ts', default: './dist/observability/opentelemetry.js' });
    expect(Object.values(declared ?? {}).map(sourceOf)).toEqual(['src/observability/opentelemetry.ts', 'src/observability/opentelemetry.ts']);
  });

  it('needs the API of OpenTelemetry alone, which users may leave out', async () => {
    expect((await packagesOf('src/observability/opentelemetry.ts')).filter((name) => !name.startsWith('node:'))).toEqual(['@opentelemetry/api']);
    expect(manifest.peerDependencies['@opentelemetry/api']).toBe('^1.9.0');
    expect(manifest.peerDependenciesMeta['@opentelemetry/api']).toEqual({ optional: true });
  });

  it.each(Object.entries(manifest.exports).filter(([path]) => path !== './opentelemetry'))('is the only one that needs it: %s does not', async (_path, target) => {
    expect((await packagesOf(sourceOf(target.default))).filter((name) => name.startsWith('@opentelemetry'))).toEqual([]);
  });

  it('says the version of the package as the scope of its instruments', () => {
    expect(SCOPE_VERSION).toBe(manifest.version);
  });
});

describe('the package as it is built', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'opentelemetry-'));
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const emitted = join(folder, 'node_modules/resilient-lambda-runtime/dist');
    const entry = join(RUNTIME, 'src/observability/opentelemetry.ts');
    const config = { extends: join(RUNTIME, 'tsconfig.build.json'), compilerOptions: { rootDir: join(RUNTIME, 'src'), outDir: emitted, typeRoots: [join(ROOT, 'node_modules/@types')] }, include: [], files: [entry] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const run = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
    if (run.status !== 0) throw new Error(run.stdout);
    writeFileSync(join(emitted, '../package.json'), readFileSync(join(RUNTIME, 'package.json')));
    symlinkSync(join(ROOT, 'node_modules/@opentelemetry'), join(folder, 'node_modules/@opentelemetry'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gives users the sub-path with everything that the source exports', () => {
    const script = 'console.log(JSON.stringify(Object.keys(await import("resilient-lambda-runtime/opentelemetry")).sort()))';
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: folder, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toEqual(Object.keys(source).sort());
  });
});
