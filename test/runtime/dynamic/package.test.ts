import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';

const RUNTIME = join(import.meta.dirname, '../../../runtime');
const CLIENT = '@aws-sdk/client-appconfigdata';

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const manifest = JSON.parse(readFileSync(join(RUNTIME, 'package.json'), 'utf8')) as Manifest;
const sourceOf = (target: string) => target.replace('./dist/', 'src/').replace(/\.(?:d\.ts|js)$/, '.ts');

/** Every package that a source of the runtime reaches, whatever lies in between. */
async function packagesOf(entry: string): Promise<string[]> {
  const { metafile } = await build({ entryPoints: [join(RUNTIME, entry)], bundle: true, write: false, metafile: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'silent' });
  return [...new Set(Object.values(metafile.inputs).flatMap(({ imports }) => imports.filter(({ external }) => external).map(({ path }) => path)))];
}

describe('the sub-path for a configuration that changes (PR-05)', () => {
  it('comes from its source, and brings the client of AppConfig, which users may leave out', async () => {
    expect(Object.values(manifest.exports['./dynamic'] ?? {}).map(sourceOf)).toEqual(['src/dynamic/index.ts', 'src/dynamic/index.ts']);
    expect(await packagesOf('src/dynamic/index.ts')).toContain(CLIENT);
    expect(manifest.peerDependencies[CLIENT]).toMatch(/^\^3\./);
    expect(manifest.peerDependenciesMeta[CLIENT]).toEqual({ optional: true });
  });

  it.each(Object.entries(manifest.exports).filter(([path]) => path !== './dynamic'))('is the only one that brings it: %s does not', async (_path, target) => {
    expect(await packagesOf(sourceOf(target.default))).not.toContain(CLIENT);
  });
});
