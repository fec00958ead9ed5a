import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stop } from 'esbuild';
import { bundleHandler, type Bundle } from '../../bench/bundle-build.ts';
import { BUNDLED_HANDLERS } from '../../bench/bundle-handlers.ts';
import { ROOT } from './pages.ts';

const KIB = 1024;
/** The page is measured now and then; what matters is that nobody finds a bundle much larger than it says. */
const TOLERANCE = 0.1;
const SMALLEST = 5 * KIB;

let outDir: string;
let bundles: ReadonlyMap<string, Bundle>;

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'resilient-lambda-'));
  const made = BUNDLED_HANDLERS.map(async ({ title, code }, index): Promise<[string, Bundle]> => [
    title,
    await bundleHandler(code, join(outDir, `${index}.mjs`), true),
  ]);
  bundles = new Map(await Promise.all(made));
});

afterAll(async () => {
  // The compiler keeps a process for the next bundle.
  await stop();
  await rm(outDir, { recursive: true, force: true });
});

const packagesOf = (title: string) => [...(bundles.get(title)?.packages ?? new Map<string, number>()).keys()];

describe('a bundle', () => {
  it('is as large as docs/evidence/bundle-size.md says', async () => {
    const page = await readFile(join(ROOT, 'docs/evidence/bundle-size.md'), 'utf8');
    for (const [title, { bytes }] of bundles) {
      const [, , said] = page.split('\n').find((line) => line.startsWith(`| ${title} |`))?.split('|') ?? [];
      expect({ title, off: Math.abs(bytes - Number(said) * KIB) < Math.max(SMALLEST, bytes * TOLERANCE) ? 'little' : `now ${bytes / KIB} KiB` }).toEqual({
        title,
        off: 'little',
      });
    }
  });

  it('has no AWS SDK for health alone, which asks nobody', () => {
    expect(packagesOf('health alone')).toContain('resilient-lambda-runtime');
    expect(packagesOf('health alone')).not.toContain('AWS SDK');
  });

  it('has no Powertools without observability', () => {
    expect(packagesOf('the same, and health')).not.toContain('Powertools');
    expect(packagesOf('the same, and observability')).toContain('Powertools');
  });
});
