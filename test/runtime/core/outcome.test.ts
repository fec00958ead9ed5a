import { describe, expect, it } from '@jest/globals';
import { RejectedError, ResilienceError } from '../../../runtime/src/core/errors.ts';
import { ABANDONED, outcomeOfError } from '../../../runtime/src/core/outcome.ts';

const details = { code: 'X', statusCode: 503 };

describe('the outcome of a call that threw', () => {
  it('is abandoned if another policy refused: never a failure of the protected thing (PX-10)', () => {
    expect(outcomeOfError(new RejectedError('no', details))).toBe(ABANDONED);
  });

  it.each([['an error', new Error('x')], ['an error of the library that is no refusal', new ResilienceError('x', details)], ['undefined', undefined], ['a refusal as a cause only', new Error('x', { cause: new RejectedError('no', details) })]])(
    'is a failure if it threw %s',
    (_what, error) => {
      expect(outcomeOfError(error)).toEqual({ kind: 'failure', error });
    },
  );
});
