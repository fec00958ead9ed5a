import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { physicalNames } from './physical-names';
import { withoutHashes } from './support';

const INTEG = join(__dirname, '../../integ');
const TSX = require.resolve('tsx/cli');
const APPS = readdirSync(INTEG).filter((name) => /^integ\..*\.ts$/.test(name));

type Templates = ReadonlyMap<string, unknown>;

/** Synthesises an integ app in a process of its own, as its runner does, but without bundling. */
function synthesise(app: string): Templates {
  const outdir = mkdtempSync(join(tmpdir(), 'resilient-lambda-'));
  try {
    const env = { ...process.env, NODE_OPTIONS: '', CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: '{"aws:cdk:bundling-stacks":[]}' };
    execFileSync(process.execPath, [TSX, join(INTEG, app)], { env, stdio: 'pipe' });
    const files = readdirSync(outdir).filter((name) => name.endsWith('.template.json'));
    return new Map(files.map((name) => [name, readTemplate(join(outdir, name))]));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function readTemplate(file: string): unknown {
  return JSON.parse(withoutHashes(readFileSync(file, 'utf8')));
}

/** Apart, because what asserts belongs to another package and changes with it. */
function partition(templates: Templates): { ours: Record<string, unknown>; asserting: unknown[] } {
  const asserts = (name: string) => name.includes('DeployAssert');
  const entries = [...templates];
  return {
    ours: Object.fromEntries(entries.filter(([name]) => !asserts(name))),
    asserting: entries.filter(([name]) => asserts(name)).map(([, template]) => template),
  };
}

test('there is an integ app for each way of using the library', () => {
  expect(APPS).toEqual([
    'integ.circuit.ts',
    'integ.dashboard.ts',
    'integ.dynamic-config.ts',
    'integ.everything.ts',
    'integ.existing-function.ts',
    'integ.rate-limit.ts',
    'integ.shared-tables.ts',
  ]);
});

describe.each(APPS)('%s', (app) => {
  let templates: ReturnType<typeof partition>;

  beforeAll(() => {
    templates = partition(synthesise(app));
  });

  test('synthesises to the committed template', () => {
    expect(templates.ours).toMatchSnapshot();
  });

  test('invokes what it deploys', () => {
    expect(templates.asserting).toHaveLength(1);
    const text = JSON.stringify(templates.asserting);
    expect(text).toContain('Custom::DeployAssert@SdkCallLambdainvoke');
    expect(text).toContain('"expected"');
  });

  test('gives no physical names', () => {
    expect(Object.values(templates.ours).flatMap(physicalNames)).toEqual([]);
  });
});

test.each([
  ['a literal', { TableName: 'state' }],
  ['a literal, deep down', { Parts: [{ QueueName: 'state' }] }],
  ['the region with a literal', { TableName: { 'Fn::Join': ['-', ['state', { Ref: 'AWS::Region' }]] } }],
])('%s is a physical name', (_, properties) => {
  expect(physicalNames({ Resources: { State: { Type: 'Some::Type', Properties: properties } } })).toHaveLength(1);
});

test.each([
  ['a reference to a resource', { TableName: { Ref: 'State' } }],
  ['the name of the stack', { TableName: { 'Fn::Join': ['-', ['state', { Ref: 'AWS::StackName' }]] } }],
])('%s is none', (_, properties) => {
  expect(physicalNames({ Resources: { State: { Type: 'Some::Type', Properties: properties } } })).toEqual([]);
});
