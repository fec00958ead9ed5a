// Bundles the command of the package with what it draws with: jsii takes no dependencies that are no jsii modules themselves.
// Another folder than dist/preview may be given.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OUT = process.argv[2] ?? join(ROOT, 'dist', 'preview');

const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: ['preview/main.ts'],
  outfile: join(OUT, 'main.mjs'),
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  legalComments: 'none',
  metafile: true,
});

/** The packages that are in the bundle. */
const packages = new Set(Object.keys(metafile.inputs).flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []));

// Their licences ask to be handed on.
const licences = await Promise.all([...packages].sort().map(licenceOf));
await writeFile(join(OUT, 'LICENSES.txt'), licences.join('\n\n'));

async function licenceOf(name: string): Promise<string> {
  const folder = join(ROOT, 'node_modules', name);
  const texts = await Promise.all(['LICENSE', 'LICENSE.txt', 'NOTICE'].map((file) => readFile(join(folder, file), 'utf8').catch(() => '')));
  const found = texts.filter((text) => text !== '');
  if (found.length === 0) throw new Error(`${name} is bundled and has no licence to hand on`);
  return `${name}\n\n${found.join('\n')}`;
}
