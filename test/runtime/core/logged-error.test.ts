import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loggedError } from '../../../runtime/src/core/logged-error.ts';

describe('an error in a line', () => {
  it('has name, text, code, stack and cause', () => {
    const error = Object.assign(new TypeError('boom', { cause: new Error('below') }), { code: 'E_BOOM' });
    expect(loggedError(error)).toEqual({
      name: 'TypeError',
      message: 'boom',
      code: 'E_BOOM',
      stack: error.stack,
      cause: { name: 'Error', message: 'below', stack: (error.cause as Error).stack },
    });
  });

  it('has nothing else that hangs on it, because clients hang their requests on theirs', () => {
    const error = Object.assign(new Error('401'), { config: { headers: { Authorization: 'Bearer secret' } }, request: { body: 'secret' } });
    expect(JSON.stringify(loggedError(error))).not.toContain('secret');
  });

  it('has no secret in its text, its stack or its causes', () => {
    const error = new Error('GET https://user:hunter2@x.example failed', { cause: new Error('Authorization: Bearer abc.def') });
    expect(JSON.stringify(loggedError(error))).not.toMatch(/hunter2|abc\.def/);
  });

  it('has a few causes at most, also if they go round', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(loggedError(error)).match(/"round"/g)).toHaveLength(4);
  });

  it('is short, however long its text is', () => {
    const error = new Error('x'.repeat(100_000));
    expect(JSON.stringify(loggedError(error)).length).toBeLessThan(10_000);
  });

  it('may be anything that was thrown', () => {
    expect(loggedError('text')).toEqual({ name: 'string', message: 'text' });
    expect(loggedError(undefined)).toEqual({ name: 'undefined', message: 'undefined' });
    expect(loggedError({ message: 'plain' })).toEqual({ name: 'object', message: 'plain' });
  });

  it('is harmless, also if it does not want to be read', () => {
    const hostile = new Proxy({}, { get: () => { throw new Error('no'); } });
    expect(loggedError(hostile)).toEqual({ name: 'unreadable', message: '' });
    fc.assert(fc.property(fc.anything(), (thrown) => typeof loggedError(thrown).name === 'string'));
  });
});
