// The rules of the code. Who may import what is in tools/layers.mjs; the graph (cycles) is checked by dependency-cruiser.
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';
import layers from './tools/eslint-layers.mjs';
import { purity } from './tools/purity.mjs';

const SOURCES = ['runtime/src/**/*.ts', 'lib/**/*.ts'];
const GENERATED = ['runtime/src/contract/contract.ts', 'runtime/src/contract/instruments.ts', 'lib/private/contract.ts'];

const NAMED_EXPORTS = [
  { selector: 'ExportAllDeclaration', message: 'No `export *`: name what is exported, so that the surface shows in review.' },
  { selector: 'ExportDefaultDeclaration', message: 'No default export: one name per thing, the same in every file.' },
  { selector: "ExportSpecifier[exported.name='default']", message: 'No default export: one name per thing, the same in every file.' },
];
const NO_ENUM = [{ selector: 'TSEnumDeclaration', message: 'No enum: use a union of string literals; sources run by type stripping.' }];
const badName = (message) => [{ selector: 'Program', message }];

const DOCUMENTED = [
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
  'TSEnumDeclaration',
  'ExportNamedDeclaration > VariableDeclaration',
];
// Private and protected members are left out by publicOnly.
const CONSTRUCT_MEMBERS = [
  'TSPropertySignature',
  'TSMethodSignature',
  'PropertyDefinition',
  "MethodDefinition:not([override=true]):not([kind='constructor']) > FunctionExpression",
];
const publicDocs = (contexts) => ({
  'jsdoc/require-jsdoc': [
    'error',
    {
      publicOnly: { esm: true, cjs: false, window: false, ancestorsOnly: true },
      require: { ClassDeclaration: true, FunctionDeclaration: true, ArrowFunctionExpression: true, FunctionExpression: false },
      contexts,
      checkConstructors: false,
      enableFixer: false,
    },
  ],
  'jsdoc/require-description': ['error', { contexts: ['ClassDeclaration', 'FunctionDeclaration', ...contexts], descriptionStyle: 'body' }],
  'jsdoc/check-tag-names': ['error', { typed: false, definedTags: ['default', 'stability', 'internal', 'jsii'] }],
  'jsdoc/no-types': 'error',
});

const size = (lines) => ({
  'max-lines': ['error', { max: lines, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
  complexity: ['error', 10],
  'max-params': ['error', 4],
  'max-depth': ['error', 3],
});

export default defineConfig(
  {
    name: 'ignored',
    ignores: ['**/node_modules/', '**/dist/', '**/cdk.out*/', '**/*.snapshot/', 'demo/out/', 'coverage/', '**/*.d.ts'],
  },
  {
    name: 'no way around',
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
  },
  {
    name: 'everything',
    files: ['**/*.ts', '**/*.mjs'],
    extends: [js.configs.recommended],
    rules: { ...size(200), eqeqeq: 'error', 'object-shorthand': 'error', 'prefer-const': 'error', 'no-console': 'off' },
  },
  {
    name: 'tools',
    files: ['**/*.mjs'],
    languageOptions: { globals: Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly'])) },
  },
  {
    name: 'typescript',
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.dev.json', './tsconfig.esm.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off', // `return reply(...)` ends a branch in one line
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }], // '' means unset
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // An async method without await turns a throw into a rejection, which is what the port promises.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      'no-restricted-syntax': ['error', ...NO_ENUM],
    },
  },
  {
    name: 'layers',
    files: ['runtime/src/**/*.ts', 'lib/**/*.ts', 'local/**/*.ts', 'demo/**/*.ts', 'preview/**/*.ts'],
    plugins: { layers },
    rules: { 'layers/imports': 'error' },
  },
  {
    name: 'sources',
    files: SOURCES,
    plugins: { jsdoc },
    settings: { jsdoc: { mode: 'typescript', tagNamePreference: { template: 'typeParam' } } },
    rules: {
      'no-restricted-syntax': ['error', ...NAMED_EXPORTS, ...NO_ENUM],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }],
      ...publicDocs(DOCUMENTED),
    },
  },
  {
    name: 'constructs',
    files: ['lib/**/*.ts'],
    ignores: ['lib/private/**'],
    rules: { ...publicDocs([...DOCUMENTED, ...CONSTRUCT_MEMBERS]) },
  },
  {
    name: 'constructs: what jsii asks for', // enums for unions, index signatures for Record, class names for `this`, classes for functions
    files: ['lib/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...NAMED_EXPORTS],
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/prefer-return-this-type': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  { name: 'runtime: pure', files: ['runtime/src/**/*.ts'], rules: purity() },
  { name: 'runtime: the store may time out', files: ['runtime/src/dynamodb/**/*.ts'], rules: purity('abortTimeout') },
  {
    name: 'runtime: the system itself',
    files: ['runtime/src/core/system-*.ts'],
    rules: purity('time', 'abortTimeout', 'random', 'process'),
  },
  { name: 'runtime: the environment', files: ['runtime/src/config/process-environment.ts'], rules: purity('process') },
  { name: 'runtime: the command line', files: ['runtime/src/operator/main.ts'], rules: purity('process') },
  { name: 'runtime: the console', files: ['runtime/src/core/console-sink.ts'], rules: purity('console') },
  { name: 'runtime: the list of what is public', files: ['runtime/src/index.ts'], rules: { 'max-lines': 'off' } },
  {
    name: 'runtime: a signature that Middy gives', // execution modes are called with six arguments
    files: ['runtime/src/middy/execution-mode.ts'],
    rules: { 'max-params': ['error', 6] },
  },
  {
    name: 'names: no drawers',
    files: SOURCES.map((glob) => glob.replace('*.ts', '{util,utils,helper,helpers}.ts')),
    rules: {
      'no-restricted-syntax': ['error', ...badName('No utils.ts or helpers.ts: name the file after what it is, or put the function where it is used.')],
    },
  },
  {
    name: 'names: kebab-case',
    files: SOURCES.map((glob) => glob.replace('*.ts', '*[A-Z_]*.ts')),
    rules: { 'no-restricted-syntax': ['error', ...badName('File names are kebab-case, named by role.')] },
  },
  { name: 'generated', files: GENERATED, rules: { 'max-lines': 'off' } },
  {
    name: 'tests',
    files: ['test/**/*.ts', 'integ/**/*.ts', 'runtime/test/**/*.ts'],
    rules: {
      ...size(400),
      'max-lines-per-function': 'off',
      'max-params': 'off',
      complexity: 'off', // a row of it.each arrives as parameters
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
