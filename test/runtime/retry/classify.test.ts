import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, RejectedError } from '../../../runtime/src/core/errors.ts';
import { classify, retryAfterOf, type RetryRules } from '../../../runtime/src/retry/classify.ts';
import { AttemptTimedOutError, RetryExhaustedError } from '../../../runtime/src/retry/errors.ts';
import { RETRY_DEFAULTS } from '../../../runtime/src/retry/options.ts';
import { NoTimeLeftError, TimedOutError } from '../../../runtime/src/timeout/errors.ts';
import { networkError, statusError } from './world.ts';

class DeclinedError extends Error {
  override readonly name = 'DeclinedError';
}
class LostError extends Error {}
class VeryLostError extends LostError {}
/** The same class from another copy of a package in one bundle. */
const OtherLostError = { LostError: class LostError extends Error {} }.LostError;
/** A class as a minifier names it. */
const Minified = { e: class e extends Error {} }.e;
const OtherMinified = { e: class e extends Error {} }.e;

function verdictOf(error: unknown, rules: Partial<RetryRules> = {}): string {
  return classify({ kind: 'failure', error }, { ...RETRY_DEFAULTS, ...rules }).verdict;
}

function named(name: string, extra: object = {}): Error {
  return Object.assign(new Error(name), { name, ...extra });
}

function wrapped(cause: unknown, depth = 1): Error {
  const error = new Error('it failed', { cause });
  return depth === 1 ? error : wrapped(error, depth - 1);
}

const REFUSAL = new RejectedError('closed', { code: 'CIRCUIT_OPEN', statusCode: 503, retryAfterMs: 1000 });
const EXHAUSTED = new RetryExhaustedError('inner', { reason: 'attempts', attempts: 3, maxAttempts: 3, cause: networkError() });

describe('what may be tried again', () => {
  it.each([
    ...[429, 500, 502, 503, 504].map((status) => [`the status ${status} (RT-13, C-10, PRT-13)`, statusError(status)]),
    ['a status where fetch has it', Object.assign(new Error('x'), { status: 503 })],
    ['a status where axios has it', Object.assign(new Error('x'), { response: { status: 503 } })],
    ['a status where the SDK has it', Object.assign(new Error('x'), { $metadata: { httpStatusCode: 500 } })],
    ...['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'].map((code) => [`the network error ${code}`, networkError(code)]),
    ['what fetch throws', Object.assign(new TypeError('fetch failed'), { cause: networkError('ECONNREFUSED') })],
    ['what fetch throws for several addresses', new TypeError('fetch failed', { cause: new AggregateError([networkError('ECONNREFUSED'), networkError('ETIMEDOUT')]) })],
    ['throttling by AWS, although its status is 400', named('ProvisionedThroughputExceededException', { $metadata: { httpStatusCode: 400 } })],
    ['throttling that only says so', named('ThrottlingException')],
    ['what the SDK marks', named('OddException', { $retryable: { throttling: true }, $metadata: { httpStatusCode: 400 } })],
    ['a timeout of the SDK or of AbortSignal.timeout', named('TimeoutError')],
    ['an attempt that took too long (PRT-01)', new AttemptTimedOutError('payments', 1000)],
    ['a timeout further in that is told to answer with 408 (PRT-01)', new TimedOutError({ name: 'orders', limitMs: 100, answer: 'request-timeout' })],
    ['a cause, however deep (PRT-04)', wrapped(networkError(), 8)],
    ['an error whose timeout has cancelled something', Object.assign(named('TimeoutError'), { cause: named('AbortError') })],
  ] as [string, unknown][])('is %s', (_name, error) => {
    expect(verdictOf(error)).toBe('retryable');
  });

  it.each([
    ['an error of which nothing is known (PRT-03)', new Error('boom')],
    ['a programming error (PRT-03)', new TypeError('x is not a function')],
    ['a status that is on neither list', statusError(409)],
    ['a cancellation (RT-12)', named('AbortError')],
    ['a cancellation with a cause', Object.assign(named('AbortError'), { cause: networkError() })],
    ['nothing', undefined],
    ['text', 'ECONNRESET'],
  ])('is not %s', (_name, error) => {
    expect(verdictOf(error)).toBe('final');
  });

  it.each([
    ...[400, 401, 403, 404, 422].map((status) => [`the status ${status} (RT-13)`, statusError(status)]),
    ['a wrapped 400 (PRT-04)', wrapped(statusError(400), 3)],
    ['a 400 behind a 503 (PRT-05)', statusError(503, { cause: statusError(400) })],
    ['the refusal of a policy, whatever its status', REFUSAL],
    ['a timeout further in that had no time to begin', new NoTimeLeftError({ name: 'orders', limitMs: 1, answer: 'gateway-timeout' })],
    ['a refusal that was wrapped', statusError(503, { cause: REFUSAL })],
    ['what was tried often enough further in', EXHAUSTED],
    ['what was tried often enough and wrapped', wrapped(EXHAUSTED)],
    ['a configuration that cannot work', new ConfigurationError('x', ['y'])],
  ] as [string, unknown][])('is never %s', (_name, error) => {
    expect(verdictOf(error)).toBe('forbidden');
  });
});

describe('the lists of the user (RT-11)', () => {
  it.each([
    ['a class', [LostError], new LostError()],
    ['a class that it is derived from', [LostError], new VeryLostError()],
    ['the class of another copy (PRT-04)', [LostError], new OtherLostError()],
    ['a name', ['DeclinedError'], new DeclinedError()],
    ['the name of a class', ['LostError'], new VeryLostError()],
    ['a code', ['E_LOST'], Object.assign(new Error('x'), { code: 'E_LOST' })],
    ['the kind of a cause (PRT-04)', [LostError], wrapped(new LostError(), 4)],
    ['everything', [Error], new Error('boom')],
    ['the refusal of a policy', ['CIRCUIT_OPEN'], REFUSAL],
  ] as [string, RetryRules['retryOn'], unknown][])('allow what is of %s', (_name, retryOn, error) => {
    expect(verdictOf(error)).not.toBe('retryable');
    expect(verdictOf(error, { retryOn })).toBe('retryable');
    expect(verdictOf(error, { retryOn, neverRetryOn: retryOn })).toBe('forbidden');
  });

  it('do not take two classes for one because a minifier gave both the same letter', () => {
    expect(verdictOf(new Minified(), { retryOn: [Minified] })).toBe('retryable');
    expect(verdictOf(new OtherMinified(), { retryOn: [Minified] })).toBe('final');
  });

  it.each([
    ['a status that is never tried again', new DeclinedError('x', { cause: statusError(400) }), { retryOn: ['DeclinedError'] }],
    ['a kind that is never tried again', statusError(503, { name: 'DeclinedError' }), { neverRetryOn: ['DeclinedError'] }],
    ['a kind of cause that is never tried again', statusError(503, { cause: new DeclinedError() }), { neverRetryOn: [DeclinedError] }],
    ['a network error that is never tried again', networkError('ENOTFOUND'), { neverRetryOn: ['ENOTFOUND'] }],
    ['a status on both lists', statusError(503), { nonRetryableStatuses: [503] }],
  ] as [string, unknown, Partial<RetryRules>][])('let what denies win over what allows: %s (PRT-05)', (_name, error, rules) => {
    expect(verdictOf(error, rules)).toBe('forbidden');
  });

  it('change which statuses count (PX-13)', () => {
    expect(verdictOf(statusError(503), { retryableStatuses: [] })).toBe('final');
    expect(verdictOf(statusError(409), { retryableStatuses: [409] })).toBe('retryable');
    expect(verdictOf(statusError(404), { nonRetryableStatuses: [] })).toBe('final');
  });
});

describe('returned values', () => {
  const verdict = (value: unknown): string => classify({ kind: 'success', value }, RETRY_DEFAULTS).verdict;

  it.each([[{ status: 503 }, 'retryable'], [{ statusCode: 429 }, 'retryable'], [{ statusCode: 200 }, 'fine'], [{ status: 404 }, 'forbidden'], [{ status: 501 }, 'fine'], [undefined, 'fine'], ['503', 'fine'], [{ status: '503' }, 'fine']])(
    '%j is %s',
    (value, expected) => {
      expect(verdict(value)).toBe(expected);
    },
  );

  it('are told by the status of a Response', () => {
    expect(verdict(new Response('', { status: 503 }))).toBe('retryable');
    expect(verdict(new Response('ok'))).toBe('fine');
  });
});

describe('what hostile errors do', () => {
  it('is nothing: cycles, long chains, getters that throw and proxies are read as far as they go (PRT-04)', () => {
    const cycle = new Error('a');
    cycle.cause = new Error('b', { cause: cycle });
    const throwing = Object.defineProperty({}, 'name', { get: () => { throw new Error('no'); } });
    const proxy = new Proxy({}, { get: () => { throw new Error('no'); }, getPrototypeOf: () => { throw new Error('no'); } });
    for (const error of [cycle, throwing, proxy, wrapped(networkError(), 1000)]) expect(verdictOf(error, { retryOn: [LostError], neverRetryOn: ['X'] })).toBe('final');
  });
});

describe('the type of a failure (PRT-12)', () => {
  it.each([
    [networkError('EPIPE'), 'EPIPE'],
    [new TypeError('fetch failed', { cause: networkError('ECONNREFUSED') }), 'ECONNREFUSED'],
    [statusError(503), 'status_503'],
    [statusError(404), 'Error'],
    [named('ThrottlingException'), 'ThrottlingException'],
    [new AttemptTimedOutError('payments', 1), 'AttemptTimedOutError'],
    [REFUSAL, 'RejectedError'],
    [new LostError('password=hunter2'), 'Error'],
    ['text', 'string'],
  ])('of %s is %s, and never a message', (error, expected) => {
    expect(classify({ kind: 'failure', error }, RETRY_DEFAULTS).errorType).toBe(expected);
  });
});

describe('how long an outcome asks to stay away (PRT-02)', () => {
  const failure = (error: unknown): number | undefined => retryAfterOf({ kind: 'failure', error }, Date.UTC(2026, 10, 21));
  const value = (response: unknown): number | undefined => retryAfterOf({ kind: 'success', value: response }, Date.UTC(2026, 10, 21));

  it('is said by headers of responses and of errors, in any case and shape', () => {
    expect(value(new Response('', { status: 503, headers: { 'Retry-After': '2' } }))).toBe(2000);
    expect(value({ statusCode: 503, headers: { 'RETRY-AFTER': 0 } })).toBe(0);
    expect(value({ statusCode: 503, headers: { 'retry-after': ['Sat, 21 Nov 2026 00:00:09 GMT'] } })).toBe(9000);
    expect(failure(Object.assign(new Error('x'), { response: { headers: new Headers({ 'retry-after': '3' }) } }))).toBe(3000);
    expect(failure(Object.assign(new Error('x'), { $response: { headers: { 'retry-after': '4' } } }))).toBe(4000);
  });

  it('is said by errors of this library, also where they are wrapped', () => {
    expect(failure(wrapped(REFUSAL, 2))).toBe(1000);
  });

  it('is nothing where nothing is said', () => {
    const broken = { headers: { get: () => { throw new Error('no'); } } };
    for (const silent of [{}, { headers: {} }, { headers: null }, { headers: { 'retry-after': 'soon' } }, broken, undefined]) expect(value(silent)).toBeUndefined();
    expect(failure(new Error('x'))).toBeUndefined();
  });
});
