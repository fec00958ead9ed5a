import { describe, expect, it } from '@jest/globals';
import {
  ConfigurationError,
  isRejection,
  isResilienceError,
  RejectedError,
  ResilienceError,
  retryAfterSeconds,
} from '../../../runtime/src/core/errors.ts';

// A bundle may hold the package twice; a query string makes Node load the module a second time. Not a literal, because
// the compiler cannot resolve it.
const SECOND_COPY = ['../../../runtime/src/core/errors.ts', 'second-copy'].join('?');
const other = (await import(SECOND_COPY)) as typeof import('../../../runtime/src/core/errors.ts');

const details = { code: 'CIRCUIT_OPEN', statusCode: 503 };

describe('brands', () => {
  it('recognise the errors of a second copy of the package, where instanceof does not', () => {
    const refusal = new other.RejectedError('no', details);
    expect(refusal).not.toBeInstanceOf(RejectedError);
    expect(refusal).not.toBeInstanceOf(ResilienceError);
    expect(isRejection(refusal)).toBe(true);
    expect(isResilienceError(refusal)).toBe(true);
    expect(other.isRejection(new RejectedError('no', details))).toBe(true);
  });

  it('tell a refusal from other errors of the library (PX-10)', () => {
    expect(isRejection(new ResilienceError('broken', details))).toBe(false);
    expect(isResilienceError(new ResilienceError('broken', details))).toBe(true);
    expect(isRejection(new ConfigurationError('x', []))).toBe(false);
  });

  it.each([['an error', new Error('x')], ['a look-alike', { ...details, name: 'RejectedError' }], ['null', null], ['text', 'CIRCUIT_OPEN'], ['nothing', undefined]])(
    'are not seen on %s',
    (_what, value) => {
      expect(isRejection(value)).toBe(false);
      expect(isResilienceError(value)).toBe(false);
    },
  );

  it('are not among the properties that a log line shows', () => {
    const error = new RejectedError('no', details);
    const symbols = Object.getOwnPropertySymbols(error);
    expect(symbols).toHaveLength(2);
    expect(symbols.filter((symbol) => Object.prototype.propertyIsEnumerable.call(error, symbol))).toEqual([]);
  });
});

describe('an error', () => {
  it('carries what the answer needs, its cause and the name of its class', () => {
    const cause = new Error('behind');
    class FullError extends RejectedError {}
    const error = new FullError('full', { ...details, retryAfterMs: 1500, publicFields: { service: 'payments' }, cause });
    expect(error).toMatchObject({ name: 'FullError', code: 'CIRCUIT_OPEN', statusCode: 503, expose: true, retryAfterMs: 1500, cause });
    expect(error.publicFields).toEqual({ service: 'payments' });
    expect(error).toBeInstanceOf(Error);
  });

  it('has no cause, no wait and no fields unless given', () => {
    const error = new ResilienceError('x', details);
    expect('cause' in error).toBe(false);
    expect(error.retryAfterMs).toBeUndefined();
    expect(error.publicFields).toEqual({});
  });
});

describe('Retry-After', () => {
  it.each([[-5, 1], [0, 1], [1, 1], [999, 1], [1000, 1], [1001, 2], [59_001, 60]])('%d ms are %d s: rounded up, at least 1 (PRL-07)', (ms, seconds) => {
    expect(retryAfterSeconds(ms)).toBe(seconds);
    expect(new RejectedError('no', { ...details, retryAfterMs: ms }).headers).toEqual({ 'Retry-After': String(seconds) });
  });

  it('is absent where waiting does not help', () => {
    expect(retryAfterSeconds(undefined)).toBeUndefined();
    expect(new RejectedError('no', details).headers).toEqual({});
  });
});

describe('ConfigurationError', () => {
  it('lists every problem, one to a line', () => {
    const cause = new SyntaxError('x');
    const error = new ConfigurationError('the circuit breaker cannot work', ['a is 1: set 2', 'b is 3: set 4'], cause);
    expect(error.message).toBe('the circuit breaker cannot work:\n  - a is 1: set 2\n  - b is 3: set 4');
    expect(error.problems).toEqual(['a is 1: set 2', 'b is 3: set 4']);
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'INVALID_CONFIGURATION', statusCode: 500, cause });
  });

  it('is not shown to callers, because it names variables and tables', () => {
    expect(new ConfigurationError('x', ['y']).expose).toBe(false);
  });
});

describe('the stack of a refusal', () => {
  it('holds no frames, because there may be many refusals', () => {
    expect(new RejectedError('refused', { code: 'X', statusCode: 429 }).stack).not.toContain('\n    at ');
  });

  it('is no matter where what is built in has been frozen', () => {
    const property = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') ?? {};
    Object.defineProperty(Error, 'stackTraceLimit', { ...property, writable: false });
    try {
      expect(new RejectedError('refused', { code: 'X', statusCode: 429 }).message).toBe('refused');
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', property);
    }
  });

  it('leaves the stacks of all other errors as they are', () => {
    const frames = Error.stackTraceLimit;
    const refusal = new RejectedError('refused', { code: 'X', statusCode: 429, cause: new Error('behind it') });
    expect(Error.stackTraceLimit).toBe(frames);
    expect((refusal.cause as Error).stack).toContain('\n    at ');
    expect(new ResilienceError('failed', { code: 'X', statusCode: 500 }).stack).toContain('\n    at ');
  });
});
