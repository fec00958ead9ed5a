import { describe, expect, it } from '@jest/globals';
import { classify, errorTypeOf, type FailurePredicate, type Verdict } from '../../../runtime/src/circuit-breaker/classify.ts';
import { CircuitOpenError } from '../../../runtime/src/circuit-breaker/errors.ts';
import { ABANDONED, outcomeOfError, type CompletedOutcome, type Outcome } from '../../../runtime/src/core/outcome.ts';

const returned = (value: unknown): CompletedOutcome => ({ kind: 'success', value });
const thrown = (error: unknown): CompletedOutcome => ({ kind: 'failure', error });
const withFields = (fields: object): Error => Object.assign(new Error('no'), fields);

interface Row {
  readonly sentence: string;
  readonly outcome: Outcome;
  readonly verdict: Verdict;
}

const ROWS: readonly Row[] = [
  { sentence: 'a plain value is a success', outcome: returned('ok'), verdict: 'success' },
  { sentence: 'nothing returned is a success', outcome: returned(undefined), verdict: 'success' },
  { sentence: 'null is a success', outcome: returned(null), verdict: 'success' },
  { sentence: 'a number that looks like a status is a success', outcome: returned(500), verdict: 'success' },
  { sentence: 'a Lambda result of 200 is a success', outcome: returned({ statusCode: 200, body: '' }), verdict: 'success' },
  { sentence: 'a Lambda result of 499 is a success: the dependency answered', outcome: returned({ statusCode: 499 }), verdict: 'success' },
  { sentence: 'a Lambda result of 500 is a failure without a throw (PCB-11)', outcome: returned({ statusCode: 500 }), verdict: 'failure' },
  { sentence: 'a Lambda result of 503 is a failure (PCB-11)', outcome: returned({ statusCode: 503 }), verdict: 'failure' },
  { sentence: 'a status in text is no status', outcome: returned({ statusCode: '500' }), verdict: 'success' },
  { sentence: 'a fetch response of 204 is a success', outcome: returned(new Response(null, { status: 204 })), verdict: 'success' },
  { sentence: 'a fetch response of 404 is a success', outcome: returned(new Response(null, { status: 404 })), verdict: 'success' },
  { sentence: 'a fetch response of 502 is a failure (PCB-11)', outcome: returned(new Response(null, { status: 502 })), verdict: 'failure' },
  { sentence: 'an answer of the SDK with status 500 is a failure', outcome: returned({ $metadata: { httpStatusCode: 500 } }), verdict: 'failure' },
  { sentence: 'metadata that is missing or no object is a success', outcome: returned({ $metadata: null }), verdict: 'success' },
  { sentence: 'an error without a status is a failure', outcome: thrown(new Error('connection refused')), verdict: 'failure' },
  { sentence: 'an error with status 500 is a failure', outcome: thrown(withFields({ statusCode: 500 })), verdict: 'failure' },
  { sentence: 'an error with status 499 is ignored (PCB-12)', outcome: thrown(withFields({ statusCode: 499 })), verdict: 'ignored' },
  { sentence: 'an error with status 400 is ignored: one client\'s bad input (PCB-12)', outcome: thrown(withFields({ status: 400 })), verdict: 'ignored' },
  { sentence: 'an error with status 399 is a failure: it was thrown', outcome: thrown(withFields({ status: 399 })), verdict: 'failure' },
  {
    sentence: 'a validation error of the SDK is ignored (PCB-12)',
    outcome: thrown(withFields({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } })),
    verdict: 'ignored',
  },
  {
    sentence: 'a server error of the SDK is a failure',
    outcome: thrown(withFields({ name: 'InternalServerError', $metadata: { httpStatusCode: 500 } })),
    verdict: 'failure',
  },
  {
    sentence: 'an error of the SDK that got no answer is a failure',
    outcome: thrown(withFields({ name: 'TimeoutError', $metadata: {} })),
    verdict: 'failure',
  },
  { sentence: 'a cancellation is ignored (PCB-12)', outcome: thrown(new DOMException('gone', 'AbortError')), verdict: 'ignored' },
  { sentence: 'a time limit that passed is a failure', outcome: thrown(new DOMException('late', 'TimeoutError')), verdict: 'failure' },
  { sentence: 'a thrown text is a failure', outcome: thrown('no'), verdict: 'failure' },
  { sentence: 'a thrown undefined is a failure', outcome: thrown(undefined), verdict: 'failure' },
  { sentence: 'a thrown null is a failure', outcome: thrown(null), verdict: 'failure' },
  { sentence: 'an abandoned call is ignored', outcome: ABANDONED, verdict: 'ignored' },
  {
    sentence: 'the refusal of another circuit is ignored, although its status is 503 (PCB-12)',
    outcome: outcomeOfError(new CircuitOpenError('inner', 1000)),
    verdict: 'ignored',
  },
];

describe('what an outcome means to a circuit', () => {
  for (const { sentence, outcome, verdict } of ROWS) {
    it(sentence, () => {
      expect(classify(outcome, undefined)).toBe(verdict);
    });
  }
});

describe('a predicate of the user', () => {
  it('sees results and errors, and what it says is counted either way', () => {
    const seen: Outcome[] = [];
    const shouldTrip = (outcome: Outcome) => seen.push(outcome) % 2 === 0;
    const [bad, good] = [thrown(withFields({ statusCode: 500 })), returned({ statusCode: 200 })];
    expect(classify(bad, shouldTrip)).toBe('success');
    expect(classify(good, shouldTrip)).toBe('failure');
    expect(seen).toStrictEqual([bad, good]);
  });

  it('is not asked about a call that never reached the dependency', () => {
    const shouldTrip = () => {
      throw new Error('was asked');
    };
    expect(classify(ABANDONED, shouldTrip)).toBe('ignored');
  });
});

describe('what a failure is called', () => {
  const always = () => true;
  const hostile = {
    get name(): string {
      throw new Error('no name for you');
    },
  };
  const named = (name: unknown) => Object.assign(new Error('message'), { name });

  it.each<[string, CompletedOutcome, FailurePredicate | undefined, string]>([
    ['an error by its name, never by its message', thrown(new TypeError('user 4711 is unknown')), undefined, 'TypeError'],
    ['an error with a status by that', thrown(withFields({ statusCode: 503 })), undefined, 'status_503'],
    ['an error of the SDK by its status', thrown(withFields({ $metadata: { httpStatusCode: 500 } })), undefined, 'status_500'],
    ['a result by its status', returned({ statusCode: 502 }), undefined, 'status_502'],
    ['an error that a predicate took for a failure by its name', thrown(withFields({ statusCode: 503 })), always, 'Error'],
    ['a result that a predicate took for a failure', returned({ statusCode: 200 }), always, 'result'],
    ['a long name by its beginning', thrown(named('E'.repeat(100))), undefined, 'E'.repeat(64)],
    ['an error without a name by its type', thrown(named('')), undefined, 'object'],
    ['an error with a number for a name by its type', thrown(named(5)), undefined, 'object'],
    ['a text that was thrown by its type', thrown('user 4711 is unknown'), undefined, 'string'],
    ['nothing that was thrown', thrown(undefined), undefined, 'undefined'],
    ['an error that does not tell its name by its type', thrown(hostile), always, 'object'],
  ])('%s', (_what, outcome, shouldTrip, type) => {
    expect(errorTypeOf('failure', outcome, shouldTrip)).toBe(type);
  });

  it('a success that is one for being slow', () => {
    expect(errorTypeOf('success', returned('value'), undefined)).toBe('slow');
    expect(errorTypeOf('success', returned('value'), always)).toBe('slow');
  });
});
