import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const INTEG = join(__dirname, '../../integ');
const TSX = require.resolve('tsx/cli');
const APPS = readdirSync(INTEG).filter((name) => /^integ\..*\.ts$/.test(name));

let outdir: string;

beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'resilient-lambda-'));
});

afterEach(() => {
  rmSync(outdir, { recursive: true, force: true });
});

/** Synthesises an integ app in a process of its own, as its runner does, but without bundling. */
function synthesise(app: string): Map<string, unknown> {
  const env = { ...process.env, NODE_OPTIONS: '', CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: '{"aws:cdk:bundling-stacks":[]}' };
  execFileSync(process.execPath, [TSX, join(INTEG, app)], { env, stdio: 'pipe' });
  const files = readdirSync(outdir).filter((name) => name.endsWith('.template.json'));
  return new Map(files.map((name) => [name, readTemplate(join(outdir, name))]));
}

function readTemplate(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8').replaceAll(/[0-9a-f]{64}/g, '[HASH]'));
}

test('there is an integ app', () => {
  expect(APPS).toEqual(expect.arrayContaining(['integ.circuit.ts', 'integ.rate-limit.ts']));
});

test.each(APPS)('%s synthesises to the committed template', (app) => {
  const templates = synthesise(app);
  const asserting = [...templates.keys()].filter((name) => name.includes('DeployAssert'));
  expect(asserting).toHaveLength(1);
  expect(JSON.stringify(templates.get(asserting[0] ?? ''))).toContain('Custom::DeployAssert@SdkCall');
  for (const name of asserting) templates.delete(name);
  expect(Object.fromEntries(templates)).toMatchSnapshot();
});
