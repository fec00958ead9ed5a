import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { OutputFormat, type BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';
import { ResilientFunction } from '../../lib';
import { ENTRY } from './support';

let outdir: string;

beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'resilient-lambda-'));
});

afterEach(() => {
  rmSync(outdir, { recursive: true, force: true });
});

/** Bundles the fixture for real and returns the folder that would be uploaded. */
function bundle(bundling?: BundlingOptions): string {
  const app = new App({ outdir, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'Stack');
  new ResilientFunction(stack, 'Fn', { entry: ENTRY, circuits: { payments: {} }, ...(bundling && { bundling }) });
  app.synth();
  const [folder = ''] = readdirSync(outdir).filter((name) => name.startsWith('asset.'));
  return join(outdir, folder);
}

function run(file: string): unknown {
  const script = `import(${JSON.stringify(file)}).then(async ({ handler }) => console.log(JSON.stringify(await handler())))`;
  // In a module, as Lambda loads it: a script given to node as text would define require for everyone.
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
}

test('an ESM handler is bundled with the AWS SDK, minified, with a source map, and runs', () => {
  const folder = bundle();
  const file = join(folder, 'index.mjs');
  const text = readFileSync(file, 'utf8');
  expect(existsSync(`${file}.map`)).toBe(true);
  expect(text).not.toMatch(/from\s*["']@(aws-sdk|smithy)\//);
  expect(text.split('\n').length).toBeLessThan(text.length / 500);
  // The banner gives bundled CommonJS dependencies a require.
  expect(run(file)).toEqual({ statusCode: 200, body: 'function eu-west-1' });
});

test('bundling options of the caller win, and the ESM banner stays away from CommonJS', () => {
  const folder = bundle({ format: OutputFormat.CJS, minify: false, sourceMap: false, bundleAwsSDK: false });
  const text = readFileSync(join(folder, 'index.js'), 'utf8');
  expect(existsSync(join(folder, 'index.js.map'))).toBe(false);
  expect(text).toContain('require("@aws-sdk/client-dynamodb")');
  expect(text).not.toContain('createRequire');
});
