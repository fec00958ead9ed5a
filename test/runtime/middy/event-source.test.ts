import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventKind, operationOf } from '../../../runtime/src/middy/event-source.ts';
import { CALLERS_OWN, EVENT_FIXTURES, FIXTURE_CONTEXT } from './event-fixtures.ts';
import { hostileEvent } from './hostile-events.ts';

const BOUNDED = /^[\x20-\x7E]{1,128}$/;

describe('the operation that an event is', () => {
  it.each(EVENT_FIXTURES)('$operation for $source (OB-03)', ({ event, kind, operation }) => {
    expect(eventKind(event)).toBe(kind);
    expect(operationOf(event, FIXTURE_CONTEXT)).toBe(operation);
  });

  it('names the function in the durable mode too, and is never empty', () => {
    expect(operationOf({}, { lambdaContext: FIXTURE_CONTEXT })).toBe('order-worker');
    expect(operationOf({}, undefined)).toBe('unknown');
    expect(operationOf({ source: '\u0007', 'detail-type': '  ' }, { functionName: '   ' })).toBe('events _');
  });

  it('names only the kind where the source leaves out its name', () => {
    expect(operationOf({ Records: [{ eventSource: 'aws:sqs' }] }, FIXTURE_CONTEXT)).toBe('sqs');
    expect(operationOf({ eventSource: 'SelfManagedKafka', records: {} }, FIXTURE_CONTEXT)).toBe('kafka');
  });

  it('is of plain characters and cut, so that CloudWatch takes it as a dimension', () => {
    const event = { source: 'shöp\n', 'detail-type': 'x'.repeat(1000) };
    expect(operationOf(event, FIXTURE_CONTEXT)).toBe(`events sh_p_ ${'x'.repeat(115)}`);
    expect(operationOf({ Records: [{ eventSource: 'aws:sqs', eventSourceARN: 'x'.repeat(1_000_000) }] }, FIXTURE_CONTEXT)).toBe('sqs');
  });

  it('holds nothing of what callers write, from any source (POB-01)', () => {
    for (const { event } of EVENT_FIXTURES) expect(operationOf(event, FIXTURE_CONTEXT)).not.toContain(CALLERS_OWN);
  });

  it('stays the same whatever callers write, so that the names have an end (POB-01)', () => {
    const replaced = (event: unknown, text: string): unknown => JSON.parse(JSON.stringify(event).replaceAll(CALLERS_OWN, text));
    fc.assert(
      fc.property(fc.constantFrom(...EVENT_FIXTURES), fc.stringMatching(/^[\w /:.$-]{1,40}$/), ({ event, operation }, text) => {
        if (event === undefined) return;
        expect(operationOf(replaced(event, text), FIXTURE_CONTEXT)).toBe(operation);
      }),
      { numRuns: 500 },
    );
  });

  it('is bounded and never throws, whatever the event and the context are', () => {
    fc.assert(
      fc.property(hostileEvent, hostileEvent, (makeEvent, makeContext) => {
        const [event, context] = [makeEvent(), makeContext()];
        expect(operationOf(event, context)).toMatch(BOUNDED);
        expect(typeof eventKind(event)).toBe('string');
      }),
      { numRuns: 1500 },
    );
  });
});
