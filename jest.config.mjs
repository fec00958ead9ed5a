import { availableParallelism } from 'node:os';

// Two worlds, one run: lib/ is CommonJS as jsii emits it, everything else is ESM run by Node's own type stripping.
const esm = (displayName, folders) => ({
  displayName,
  testEnvironment: 'node',
  testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
  extensionsToTreatAsEsm: ['.ts', '.mts'],
  transform: {},
});

export default {
  // Two at least, and new ones for those that have grown: every suite of lib/ loads aws-cdk-lib anew, which one process alone
  // keeps until it spends its time on looking for memory.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  workerIdleMemoryLimit: '1GB',
  // A test that hangs fails all the same; one on a busy machine does not.
  testTimeout: 60_000,
  coverageProvider: 'v8',
  collectCoverageFrom: ['lib/**/*.ts', 'runtime/src/**/*.ts'],
  projects: [
    {
      displayName: 'lib',
      testEnvironment: 'node',
      testMatch: ['<rootDir>/test/lib/**/*.test.ts'],
      moduleFileExtensions: ['ts', 'js', 'json', 'node'], // ts first: never a stale .js
      transform: {
        '^.+\\.ts$': [
          '@swc/jest',
          {
            jsc: {
              parser: { syntax: 'typescript', decorators: true },
              target: 'es2023',
              keepClassNames: true,
              transform: { legacyDecorator: true },
            },
            module: { type: 'commonjs' },
          },
        ],
      },
    },
    esm('runtime', ['runtime']),
    esm('repository', ['contract', 'lint', 'docs', 'simulation']),
    esm('local', ['local', 'demo', 'preview']),
  ],
};
