import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import { medianOf } from '../test/simulation/median.ts';
import { BUNDLE_ENVIRONMENT } from './bundle-handlers.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);

interface BundlingSettings {
  readonly minify: boolean;
  readonly mainFields: string[];
  readonly banner: string;
}

/** What ResilientFunction tells NodejsFunction of bundling, from the constructs themselves, as `npm run build` has compiled them. */
function settings(): BundlingSettings {
  const { withDefaults } = require('../dist/private/function-defaults.js') as { withDefaults: (props: object) => { bundling: BundlingSettings } };
  return withDefaults({}).bundling;
}

/** A bundle. */
export interface Bundle {
  readonly file: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  /** Bytes of the bundle that come from each package. */
  readonly packages: ReadonlyMap<string, number>;
}

/** Bundles a handler as NodejsFunction would. */
export async function bundleHandler(code: string, file: string, withSdk: boolean): Promise<Bundle> {
  const { minify, mainFields, banner } = settings();
  const { metafile } = await build({
    stdin: { contents: code, resolveDir: ROOT, loader: 'ts' },
    outfile: file,
    bundle: true,
    minify,
    mainFields,
    banner: { js: banner },
    platform: 'node',
    format: 'esm',
    target: 'node24',
    metafile: true,
    logLevel: 'warning',
    external: withSdk ? [] : ['@aws-sdk/*', '@smithy/*'],
  });
  const text = await readFile(file);
  return { file, bytes: text.length, gzipBytes: gzipSync(text, { level: 9 }).length, packages: byPackage(metafile) };
}

function byPackage({ outputs }: Metafile): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const name = packageOf(input);
      bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput);
    }
  }
  return bytes;
}

/** Groups: the AWS SDK is many packages, and so are Powertools. */
function packageOf(input: string): string {
  const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? '';
  if (/^@(aws-sdk|smithy|aws-crypto|aws)\//.test(name)) return 'AWS SDK';
  if (name.startsWith('@aws-lambda-powertools/')) return 'Powertools';
  if (name.startsWith('@middy/')) return 'Middy';
  return name === '' ? 'resilient-lambda-runtime' : 'other';
}

const LOAD = 'const t = performance.now(); await import(process.argv[1]); process.stdout.write(`\\n${performance.now() - t}`); process.exit();';

/** Milliseconds that loading a bundle takes in a process of its own. */
export async function loadTimeMs(file: string): Promise<number> {
  const env = { ...process.env, ...BUNDLE_ENVIRONMENT, NODE_OPTIONS: '' };
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', LOAD, file], { env });
  return Number(stdout.split('\n').at(-1));
}

/** Milliseconds that the stack of the demo takes to synthesise, with its process: the median. */
export async function synthTimeMs(rounds: number, outDir: string, bundling: boolean): Promise<number> {
  const context = bundling ? {} : { 'aws:cdk:bundling-stacks': [] };
  const env = { ...process.env, NODE_OPTIONS: '', CDK_OUTDIR: join(outDir, 'cdk.out'), CDK_CONTEXT_JSON: JSON.stringify(context) };
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startMs = performance.now();
    await run(process.execPath, [require.resolve('tsx/cli'), join(ROOT, 'demo/stack/app.ts')], { env, cwd: ROOT });
    times.push(performance.now() - startMs);
  }
  return medianOf(times);
}
