import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RejectedError } from '../../../runtime/src/core/errors.ts';
import { countedEnd } from '../../../runtime/src/observability/request-result.ts';

const refusal = new RejectedError('full', { code: 'FULL', statusCode: 503 });
const withStatus = (statusCode: unknown) => Object.assign(new RangeError('x'), { statusCode });
const named = (name: unknown) => Object.assign(new Error('x'), { name });

describe('the end of an HTTP request counts', () => {
  it.each([
    ['an answer without a status', { response: { body: 'x' } }, 'success', undefined, undefined],
    ['a text', { response: 'ok' }, 'success', undefined, undefined],
    ['no answer', { response: undefined }, 'success', undefined, undefined],
    ['200', { response: { statusCode: 200 } }, 'success', 200, undefined],
    ['"201"', { response: { statusCode: '201' } }, 'success', 201, undefined],
    ['499', { response: { statusCode: 499 } }, 'success', 499, undefined],
    ['500', { response: { statusCode: 500 } }, 'error', 500, 'status_500'],
    ['a status that is none', { response: { statusCode: 'x' } }, 'success', undefined, undefined],
    ['a status that is a fraction', { response: { statusCode: 200.5 } }, 'success', undefined, undefined],
    ['an error', { error: new TypeError('x') }, 'error', undefined, 'TypeError'],
    ['an error with 404', { error: withStatus(404) }, 'success', 404, undefined],
    ['an error with 503', { error: withStatus(503) }, 'error', 503, 'RangeError'],
    ['an error that was answered with 400', { response: { statusCode: 400 }, error: new TypeError('x') }, 'success', 400, undefined],
    ['an error with 404 that was answered with 502', { response: { statusCode: 502 }, error: withStatus(404) }, 'error', 502, 'RangeError'],
    ['an error that was answered without a status', { response: { body: 'x' }, error: new TypeError('x') }, 'error', undefined, 'TypeError'],
    ['a refusal', { error: refusal }, 'rejected', 503, undefined],
    ['a refusal that was answered with 200', { response: { statusCode: 200 }, error: refusal }, 'rejected', 200, undefined],
    ['a text that was thrown', { error: 'x' }, 'error', undefined, 'string'],
    ['null that was thrown', { error: null }, 'error', undefined, 'object'],
  ])('by its status: %s', (_, end, result, statusCode, errorType) => {
    expect(countedEnd(end, true)).toEqual({ result, statusCode, errorType });
  });
});

describe('the end of any other event counts', () => {
  it.each([
    ['an answer', { response: { batchItemFailures: [{ itemIdentifier: '1' }] } }, 'success', undefined, undefined],
    ['an answer with 500', { response: { statusCode: 500 } }, 'success', 500, undefined],
    ['an error', { error: new TypeError('x') }, 'error', undefined, 'TypeError'],
    ['an error with 404', { error: withStatus(404) }, 'error', undefined, 'RangeError'],
    ['an error that was answered with 404', { response: { statusCode: 404 }, error: withStatus(404) }, 'error', 404, 'RangeError'],
    ['a refusal', { error: refusal }, 'rejected', undefined, undefined],
  ])('by whether it was thrown: %s', (_, end, result, statusCode, errorType) => {
    expect(countedEnd(end, false)).toEqual({ result, statusCode, errorType });
  });
});

describe('the type of an error', () => {
  it('is its name, and bounded', () => {
    expect(countedEnd({ error: named('x'.repeat(1000)) }, true).errorType).toBe('x'.repeat(64));
    for (const name of ['', 1, null]) expect(countedEnd({ error: named(name) }, true).errorType).toBe('Error');
  });

  it('is told of errors alone, whatever is thrown and answered', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.boolean(), (response, error, isHttp) => {
        const counted = countedEnd({ response, error }, isHttp);
        expect(counted.errorType !== undefined).toBe(counted.result === 'error');
        expect(counted.statusCode === undefined || Number.isInteger(counted.statusCode)).toBe(true);
        if (error === undefined && !isHttp) expect(counted.result).toBe('success');
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});
