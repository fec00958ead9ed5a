import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';

const RUNTIME = join(import.meta.dirname, '../../../runtime');

/** Clients of the SDK that a function has only if it needs them: the sub-path that brings each, and its source. */
const CLIENTS = [
  ['./dynamic', '@aws-sdk/client-appconfigdata', 'src/dynamic/index.ts'],
  ['./cloud-map', '@aws-sdk/client-servicediscovery', 'src/http-client/cloud-map-client.ts'],
] as const;

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

describe.each(CLIENTS)('the sub-path %s (PR-05)', (path, client, source) => {
  const others = Object.entries(manifest.exports).filter(([each]) => each !== path);

  it('comes from its source, and brings a client of the SDK, which users may leave out', async () => {
    expect(Object.values(manifest.exports[path] ?? {}).map(sourceOf)).toEqual([source, source]);
    expect(await packagesOf(source)).toContain(client);
    expect(manifest.peerDependencies[client]).toMatch(/^\^3\./);
    expect(manifest.peerDependenciesMeta[client]).toEqual({ optional: true });
  });

  it.each(others)('is the only one that brings it: %s does not', async (_path, target) => {
    expect(await packagesOf(sourceOf(target.default))).not.toContain(client);
  });
});
