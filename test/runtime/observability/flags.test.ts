import { describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../../runtime/src/contract/contract.ts';
import { middy } from '../../../runtime/src/middy/middy.ts';
import { invoke, lambdaContext } from '../middy/gates.ts';
import { listening } from './listening.ts';
import { observed, ORDER_EVENT } from './observed.ts';
import { inSegment, subsegmentsOf } from './tracing.ts';

const YES_NO = [true, false];
const FLAGS = YES_NO.flatMap((logging) => YES_NO.flatMap((metrics) => YES_NO.map((tracing) => ({ logging, metrics, tracing }))));
const BODIES = YES_NO.flatMap((logRequestBody) => YES_NO.map((logResponseBody) => ({ logRequestBody, logResponseBody })));
const COMBINATIONS = FLAGS.flatMap((flags) =>
  BODIES.flatMap((bodies) => (['essential', 'detailed'] as const).map((level) => ({ ...flags, ...bodies, level }))),
);

const ESSENTIAL = ['RequestErrors', 'RequestLatency', 'Requests'];
const DETAILED = [
  ...ESSENTIAL,
  ...['ActiveRequests', 'ColdStarts', 'ErrorsByType', 'OperationErrors', 'OperationLatency', 'OperationRequests', 'ResponseSize'],
].sort();

const test = listening();

/** What a line of that kind shows, as far as it depends on the flags. */
function expectedBodies(line: 'request.completed' | 'request.failed', { logRequestBody, logResponseBody }: (typeof BODIES)[number], response: string) {
  const fields: readonly string[] = CONTRACT.logs[line].fields;
  return {
    request: logRequestBody && fields.includes('request') ? '{"id":1,"password":"[redacted]"}' : undefined,
    response: logResponseBody && fields.includes('response') ? response : undefined,
  };
}

const shown = (line: Readonly<Record<string, unknown>> | undefined) => ({
  request: (line?.['request'] as { text: string } | undefined)?.text,
  response: (line?.['response'] as { text: string } | undefined)?.text,
});

describe('the flags of the observability', () => {
  it.each(COMBINATIONS)(
    'each do their own and nothing else: logging $logging, metrics $metrics, tracing $tracing, $level, request body $logRequestBody, response body $logResponseBody (PR-09, OB-02)',
    async (options) => {
      const { heard } = test;
      const { middleware } = observed(options);
      const answers = [{ statusCode: 200, body: '{"ok":true}' }, { statusCode: 502, body: '{"ok":false}' }];
      const answer = async () => answers.shift();
      const handler = middy(answer).use(middleware);
      const segments = await inSegment(async (segment) => {
        await expect(invoke(handler, ORDER_EVENT)).resolves.toEqual({ statusCode: 200, body: '{"ok":true}' });
        await expect(invoke(handler, ORDER_EVENT)).resolves.toEqual({ statusCode: 502, body: '{"ok":false}' });
        return subsegmentsOf(segment);
      });
      const [completed, failed] = [heard.linesOf('request.completed'), heard.linesOf('request.failed')];
      expect(completed).toHaveLength(options.logging && options.level === 'detailed' ? 1 : 0);
      expect(failed).toHaveLength(options.logging ? 1 : 0);
      for (const line of completed) expect(shown(line)).toEqual(expectedBodies('request.completed', options, '{"ok":true}'));
      for (const line of failed) expect(shown(line)).toEqual(expectedBodies('request.failed', options, '{"ok":false}'));
      const names = [...new Set(heard.points.map(({ name }) => name))].sort();
      expect(names).toEqual(options.metrics ? (options.level === 'detailed' ? DETAILED : ESSENTIAL) : []);
      expect(segments.map(({ annotations }) => annotations?.['StatusCode'])).toEqual(options.tracing ? [200, 502] : []);
      expect(heard.remarks).toEqual([]);
    },
  );

  it('can be off all at once, and nothing but the statistics is left', async () => {
    const { heard } = test;
    const { middleware, metrics } = observed({ logging: false, metrics: false, tracing: false });
    const handler = middy(async () => 'ok').use(middleware);
    metrics.addMetric('own', 'Count', 1);
    await expect(invoke(handler, ORDER_EVENT, lambdaContext())).resolves.toBe('ok');
    expect([heard.lines, heard.points.map(({ name }) => name)]).toEqual([[], ['own']]);
    expect(middleware.statistics()).toMatchObject({ requests: 1, active: 0, traces: 0, lastTraceAtMs: undefined, errors: 0, logLines: 0, metricsEmitted: 0 });
  });
});
