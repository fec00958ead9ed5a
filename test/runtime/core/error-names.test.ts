import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';

const SOURCE = join(import.meta.dirname, '../../../runtime/src');
const ERRORS = `
  import { ConfigurationError, RejectedError, ResilienceError } from '${SOURCE}/core/errors.ts';
  import { StoreUnavailableError } from '${SOURCE}/core/store-unavailable.ts';
  import { CircuitOpenError } from '${SOURCE}/circuit-breaker/errors.ts';
  import { RateLimitedError } from '${SOURCE}/rate-limit/errors.ts';
  const details = { code: 'X', statusCode: 500 };
  export const names = [
    new ResilienceError('x', details), new RejectedError('x', details), new ConfigurationError('x', []),
    new StoreUnavailableError('timeout'), new CircuitOpenError('x', 1), new RateLimitedError('x', { limit: 1, remaining: 0, resetAtMs: 1, periodMs: 1 }, 1),
  ].map(({ name }) => name);
`;

describe('errors in a minified bundle', () => {
  it('are called what they are, because Lambda, lines and metrics name them', async () => {
    const options = { bundle: true, minify: true, write: false, format: 'esm', logLevel: 'silent' } as const;
    const { outputFiles } = await build({ ...options, stdin: { contents: ERRORS, resolveDir: SOURCE } });
    const { names } = (await import(`data:text/javascript,${encodeURIComponent(outputFiles[0]!.text)}`)) as { names: string[] };
    expect(names).toEqual(['ResilienceError', 'RejectedError', 'ConfigurationError', 'StoreUnavailableError', 'CircuitOpenError', 'RateLimitedError']);
  });
});
