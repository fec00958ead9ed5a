import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ALLOWED, REFUSED, type ImportCase } from './layering.ts';

const ROOT = join(import.meta.dirname, '../..');
const TSCONFIG = '{ "compilerOptions": { "module": "nodenext", "allowImportingTsExtensions": true, "noEmit": true } }';
const trees: string[] = [];

afterAll(() => trees.forEach((tree) => rmSync(tree, { recursive: true })));

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

interface Summary {
  readonly violations: readonly Violation[];
  readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string }[] };
}

const cruise = (files: Readonly<Record<string, string>>) => summaryOf(files).violations;

/** Writes the files, and an empty file for each that they import, and returns what dependency-cruiser reports. */
function summaryOf(files: Readonly<Record<string, string>>): Summary {
  const tree = mkdtempSync(join(tmpdir(), 'layers-'));
  trees.push(tree);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  for (const [path, text] of Object.entries({ ...targetsOf(files), ...files })) write(path, text);
  for (const folder of ['lib', 'runtime/src', 'local', 'demo']) write(`${folder}/package.json`, '{ "type": "module" }');
  write('tsconfig.esm.json', TSCONFIG);

  const run = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/.bin/depcruise'),
      ...['--config', join(ROOT, '.dependency-cruiser.mjs'), '--output-type', 'json'],
      ...['lib', 'runtime/src', 'local', 'demo'],
    ],
    { cwd: tree, encoding: 'utf8', maxBuffer: 2 ** 26, env: { ...process.env, NODE_OPTIONS: '' } },
  );
  if (run.stdout === '') throw new Error(run.stderr);
  const report = JSON.parse(run.stdout) as { summary: Summary };
  return report.summary;
}

function targetsOf(files: Readonly<Record<string, string>>): Record<string, string> {
  const targets: Record<string, string> = {};
  for (const [path, text] of Object.entries(files)) {
    for (const [, specifier = ''] of text.matchAll(/'([^']+)'/g)) {
      if (specifier.startsWith('.')) targets[join(dirname(path), specifier).replace(/(\.ts)?$/, '.ts')] = 'export {};\n';
    }
  }
  return targets;
}

function sources(cases: readonly ImportCase[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { file, statement } of cases) files[file] = `${files[file] ?? ''}${statement}\n`;
  return files;
}

const namesOf = (violations: readonly Violation[]) => violations.map(({ rule, from }) => `${from}: ${rule.name}`).sort();

describe('the import graph', () => {
  it('reports every refused import under the rule that it breaks, and nothing else', () => {
    expect(namesOf(cruise(sources(REFUSED)))).toEqual(REFUSED.map(({ file, rule }) => `${file}: ${rule ?? ''}`).sort());
  });

  it('reports nothing where every import is allowed', () => {
    expect(cruise(sources(ALLOWED))).toEqual([]);
  });

  it.each([
    ['runtime/src', 'runtime/src/retry/state.ts', 'runtime/src/retry/options.ts'],
    ['lib', 'lib/table.ts', 'lib/function.ts'],
    ['local', 'local/server.ts', 'local/store.ts'],
    ['demo', 'demo/app.ts', 'demo/stack.ts'],
  ])('reports a cycle of type-only imports in %s', (_folder, first, second) => {
    const importing = (path: string) => `import type { A } from './${path.split('/').at(-1) ?? ''}';\nexport type B = A;\n`;
    const violations = cruise({ [first]: importing(second), [second]: importing(first) });
    expect(new Set(violations.map(({ rule }) => rule.name))).toEqual(new Set(['no-cycles']));
  });

  it('has a case for every rule', () => {
    const covered = new Set([...REFUSED.map(({ rule }) => rule), 'no-cycles']);
    const { forbidden } = summaryOf({ 'demo/app.ts': '' }).ruleSetUsed;
    expect(forbidden.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
  });
});
