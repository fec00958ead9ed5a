import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { ALLOWED, REFUSED, specifierOf } from './layering.ts';

const ROOT = join(import.meta.dirname, '../..');
const ROOM = 'runtime/src/retry/policy.ts';
const TYPED_FILE = 'runtime/src/core/typed.ts';

/** The repository's own configuration without the rules that need types, so that files need not exist. */
const untyped = new ESLint({ cwd: ROOT, overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }] as never });

/** The same with types, for a file that is in no project. */
const typed = new ESLint({
  cwd: ROOT,
  overrideConfig: [
    {
      files: ['**/*.ts'],
      languageOptions: {
        parserOptions: {
          project: null,
          projectService: { allowDefaultProject: [TYPED_FILE], defaultProject: 'tsconfig.esm.json' },
        },
      },
    },
  ],
});

async function messagesOf(eslint: ESLint, filePath: string, code: string) {
  const [result] = await eslint.lintText(code, { filePath: join(ROOT, filePath), warnIgnored: true });
  return result!.messages;
}

const rulesOf = async (eslint: ESLint, filePath: string, code: string) =>
  [...new Set((await messagesOf(eslint, filePath, code)).map(({ ruleId, message }) => ruleId ?? message))].sort();

const documented = (code: string) => `/** Something. */\nexport ${code}\n`;
const returning = (expression: string) => documented(`const f = () => ${expression};`);
const lines = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, index) => line(index)).join('\n');
const functionOf = (count: number) => documented(`function f(x: number): void {\n${lines(count - 2, () => '  f(x);')}\n}`);
const nested = 'function f(x: boolean): void {\n if (x) { while (x) { if (x) { if (x) { f(x); } } } }\n}';
const branches = `function f(x: number): number {\n${lines(10, (index) => `  if (x === ${index}) return ${index + 1};`)}\n  return x;\n}`;

type Case = readonly [what: string, path: string, code: string, ...rules: string[]];

const GLOBALS = 'no-restricted-globals';
const PROPERTIES = 'no-restricted-properties';
const SYNTAX = 'no-restricted-syntax';

const PURITY: readonly Case[] = [
  ['Date.now', ROOM, returning('Date.now()'), GLOBALS],
  ['new Date', 'runtime/src/core/clock.ts', returning('new Date().getTime()'), GLOBALS],
  ['Date of the global object', ROOM, returning('globalThis.Date.now()'), GLOBALS],
  ['performance', ROOM, returning('performance.now()'), GLOBALS],
  ['setTimeout', ROOM, returning('setTimeout(() => 1, 1)'), GLOBALS],
  ['setInterval', 'runtime/src/middy/ledger.ts', returning('setInterval(() => 1, 1)'), GLOBALS],
  ['setImmediate', ROOM, returning('setImmediate(() => 1)'), GLOBALS],
  ['queueMicrotask', ROOM, returning('queueMicrotask(() => 1)'), GLOBALS],
  ['setTimeout in the store', 'runtime/src/dynamodb/state-client.ts', returning('setTimeout(() => 1, 1)'), GLOBALS],
  ['AbortSignal.timeout', ROOM, returning('AbortSignal.timeout(1)'), PROPERTIES],
  ['Math.random', ROOM, returning('Math.random()'), PROPERTIES],
  ['Math.random, taken apart', ROOM, returning('{ const { random } = Math; return random(); }'), PROPERTIES],
  ['Math of the global object', ROOM, returning('globalThis.Math.random()'), PROPERTIES],
  ['crypto.randomUUID', ROOM, returning('crypto.randomUUID()'), PROPERTIES],
  ['crypto.getRandomValues', 'runtime/src/observability/sink.ts', returning('crypto.getRandomValues(new Uint8Array(1))'), PROPERTIES],
  ['process.env', ROOM, returning('process.env'), GLOBALS],
  ['process in config', 'runtime/src/config/configuration.ts', returning('process.env'), GLOBALS],
  ['process in the store', 'runtime/src/dynamodb/state-client.ts', returning('process.env'), GLOBALS],
  ['process in the composition', 'runtime/src/resilience/order.ts', returning('process.env'), GLOBALS],
  ['console', ROOM, returning("console.log('x')"), GLOBALS],
  ['console in the system sources', 'runtime/src/core/system-sources.ts', returning("console.log('x')"), GLOBALS],
  ['Date in the console sink', 'runtime/src/core/console-sink.ts', returning('Date.now()'), GLOBALS],
  ['node:timers', 'runtime/src/dynamodb/x.ts', "import { setTimeout as sleep } from 'node:timers/promises';\n" + returning('sleep(1)'), 'no-restricted-imports'],
  ['node:process', 'runtime/src/middy/x.ts', "import { env } from 'node:process';\n" + returning('env'), 'no-restricted-imports'],
  ['node:crypto, random', 'runtime/src/dynamodb/x.ts', "import { randomUUID } from 'node:crypto';\n" + returning('randomUUID()'), 'no-restricted-imports'],
];

const SHAPE: readonly Case[] = [
  ['export *', 'runtime/src/retry/index.ts', "export * from './policy.ts';", SYNTAX],
  ['export * in lib', 'lib/index.ts', "export * from './table';", SYNTAX],
  ['a default export', ROOM, '/** Something. */\nexport default function f(): number { return 1; }', SYNTAX],
  ['a renamed default export', ROOM, 'const f = 1;\nexport { f as default };', SYNTAX],
  ['an enum', ROOM, documented('enum Phase { Open }'), SYNTAX],
  ['any', ROOM, documented('const f = (x: any) => String(x);'), '@typescript-eslint/no-explicit-any'],
  ['a non-null assertion', ROOM, documented('const f = (x?: number) => x!;'), '@typescript-eslint/no-non-null-assertion'],
  ['@ts-ignore', ROOM, '// @ts-ignore: because\n' + returning('1'), '@typescript-eslint/ban-ts-comment'],
  ['a file called utils.ts', 'runtime/src/core/utils.ts', returning('1'), SYNTAX],
  ['a file called helpers.ts', 'lib/private/helpers.ts', returning('1'), SYNTAX],
  ['a file in CamelCase', 'runtime/src/retry/RetryPolicy.ts', returning('1'), SYNTAX],
  [
    'a comment that switches rules off',
    ROOM,
    '// eslint-disable-next-line no-restricted-globals\n' + returning('Date.now()'),
    "'// eslint-disable-next-line no-restricted-globals' has no effect because you have 'noInlineConfig' setting in your config.",
    GLOBALS,
  ],
  ['a function of 41 lines', ROOM, functionOf(41), 'max-lines-per-function'],
  ['a function of 41 lines in local', 'local/server.ts', functionOf(41), 'max-lines-per-function'],
  ['a file of 201 lines', ROOM, lines(201, (index) => `void ${index};`), 'max-lines'],
  ['a test of 401 lines', 'test/runtime/retry/policy.test.ts', lines(401, (index) => `void ${index};`), 'max-lines'],
  ['complexity above 10', ROOM, documented(branches), 'complexity'],
  ['five parameters', ROOM, documented('const f = (a: 1, b: 1, c: 1, d: 1, e: 1) => a + b + c + d + e;'), 'max-params'],
  ['four levels', ROOM, documented(nested), 'max-depth'],
];

const DOCS: readonly Case[] = [
  ['a function', ROOM, 'export function f(): number { return 1; }', 'jsdoc/require-jsdoc'],
  ['a constant', ROOM, 'export const LIMIT = 1;', 'jsdoc/require-jsdoc'],
  ['an arrow function', ROOM, 'export const f = () => 1;', 'jsdoc/require-jsdoc'],
  ['a class', ROOM, 'export class Breaker { readonly name = 1; }', 'jsdoc/require-jsdoc'],
  ['an interface', ROOM, 'export interface Gate { readonly name: string }', 'jsdoc/require-jsdoc'],
  ['a type', ROOM, "export type Phase = 'open' | 'closed';", 'jsdoc/require-jsdoc'],
  ['a construct', 'lib/table.ts', 'export class Table { private readonly name = 1; }', 'jsdoc/require-jsdoc'],
  ['a prop of a construct', 'lib/table.ts', documented('interface TableProps { readonly name: string }'), 'jsdoc/require-jsdoc'],
  ['a property of a construct', 'lib/table.ts', documented('class Table { public readonly name = 1; }'), 'jsdoc/require-jsdoc'],
  ['a method of a construct', 'lib/table.ts', documented('class Table { public grant(): number { return 1; } }'), 'jsdoc/require-jsdoc'],
  ['tags without a description', ROOM, '/** @returns one */\nexport function f(): number { return 1; }', 'jsdoc/require-description'],
];

const TYPED: readonly Case[] = [
  ['a floating promise', TYPED_FILE, documented('function f(p: Promise<number>): void { p; }'), '@typescript-eslint/no-floating-promises', '@typescript-eslint/no-unused-expressions'],
  ['a promise as a condition', TYPED_FILE, documented('const f = (p: Promise<boolean>) => (p ? 1 : 2);'), '@typescript-eslint/no-misused-promises', '@typescript-eslint/no-unnecessary-condition'],
  [
    'a switch that forgets a case',
    TYPED_FILE,
    documented("function f(x: 'a' | 'b'): number {\n switch (x) { case 'a': return 1; }\n return 2;\n}"),
    '@typescript-eslint/switch-exhaustiveness-check',
  ],
  ['any that comes in unseen', TYPED_FILE, documented("const f = (): number => JSON.parse('1');"), '@typescript-eslint/no-unsafe-return'],
];

const FINE: readonly Case[] = [
  ['a documented function', ROOM, returning('1')],
  ['a function of 40 lines', ROOM, functionOf(40)],
  ['a file of 200 lines', ROOM, lines(200, (index) => `void ${index};`)],
  ['a long contract', 'runtime/src/contract/contract.ts', lines(500, (index) => `void ${index};`)],
  ['a long describe block', 'test/runtime/retry/policy.test.ts', functionOf(100)],
  ['time and chance in the system sources', 'runtime/src/core/system-sources.ts', returning('[Date.now(), Math.random(), process.pid, setTimeout(() => 1, 1)]')],
  ['the console in its sink', 'runtime/src/core/console-sink.ts', returning("console.warn('x')")],
  ['the environment where it is read', 'runtime/src/config/process-environment.ts', returning('process.env')],
  ['AbortSignal.timeout in the store', 'runtime/src/dynamodb/state-client.ts', returning('AbortSignal.timeout(1)')],
  ['hashing in the store', 'runtime/src/dynamodb/key.ts', "import { createHash } from 'node:crypto';\n" + returning("createHash('sha256')")],
  ['Date as the name of a member', ROOM, documented('const f = (x: { Date: number }) => x.Date;')],
  ['an enum of a construct', 'lib/table.ts', documented('enum Mode { ON }')],
  ['the clock and the console in local', 'local/server.ts', 'console.log(Date.now(), process.env);'],
];

describe('the rules of the code', () => {
  it.each([...PURITY, ...SHAPE])('refuse %s', async (_what, path, code, ...rules) => {
    expect(await rulesOf(untyped, path, code)).toEqual([...rules].sort());
  });

  it.each(DOCS)('refuse an export without a description: %s', async (_what, path, code, ...rules) => {
    expect(await rulesOf(untyped, path, code)).toEqual([...rules].sort());
  });

  it.each(TYPED)('refuse %s', async (_what, path, code, ...rules) => {
    expect(await rulesOf(typed, path, code)).toEqual([...rules].sort());
  });

  it.each(FINE)('leave alone %s', async (_what, path, code) => {
    expect(await rulesOf(untyped, path, code)).toEqual([]);
  });
});

describe('the layers', () => {
  const refusals = async (file: string, statement: string) =>
    (await messagesOf(untyped, file, statement)).filter(({ ruleId }) => ruleId === 'layers/imports').map(({ message }) => message);

  it.each(REFUSED)('refuse in $file: $statement', async ({ file, statement, rule }) => {
    expect(await refusals(file, statement)).toEqual([expect.stringContaining(`'${specifierOf(statement)}' may not be imported here (${rule ?? ''})`)]);
  });

  it.each(ALLOWED)('allow in $file: $statement', async ({ file, statement }) => {
    expect(await refusals(file, statement)).toEqual([]);
  });
});
