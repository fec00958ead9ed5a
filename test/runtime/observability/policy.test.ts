import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../../runtime/src/core/errors.ts';
import { DEFAULT_SINK, setDefaultSink } from '../../../runtime/src/core/sources.ts';
import type { ResilienceEvent } from '../../../runtime/src/core/events.ts';
import { createObservability, type ObservabilityDependencies, type ObservabilityOptions, type RequestCompletedEvent } from '../../../runtime/src/observability/index.ts';
import { ManualClock, RecordingSink, SeededRandom } from '../../../runtime/src/testing/index.ts';
import { listening } from './listening.ts';

const test = listening();

const EVENT: ResilienceEvent = { type: 'limit.refused', name: 'orders', atMs: 0 };
const HTTP = { isHttp: true };
const OK = { response: { statusCode: 200 } };

function world(options: ObservabilityOptions = {}, dependencies: ObservabilityDependencies = {}) {
  const clock = new ManualClock();
  const sink = new RecordingSink();
  const given = { clock, random: new SeededRandom(1), environment: {}, ...dependencies };
  const observability = createObservability({ service: 'checkout', level: 'detailed', sinks: [sink], ...options }, given);
  const completed = () => sink.ofType<RequestCompletedEvent>('request.completed');
  return { clock, sink, observability, completed };
}

describe('an observed request', () => {
  it('ends once, however often its end is told', () => {
    const { observability, completed, clock } = world();
    const request = observability.begin(HTTP, {});
    clock.advance(10);
    request.end(OK);
    request.end({ error: new Error('late') });
    expect(completed()).toMatchObject([{ result: 'success', durationMs: 10, active: 1, coldStart: true }]);
    expect(observability.statistics()).toMatchObject({ requests: 1, active: 0 });
  });

  it('is one of those in flight', () => {
    const { observability, completed } = world({}, { environment: { AWS_LAMBDA_MAX_CONCURRENCY: '10' } });
    const requests = [1, 2, 3].map(() => observability.begin(HTTP, {}));
    expect(observability.statistics().active).toBe(3);
    for (const request of requests) request.end(OK);
    expect(completed().map(({ active }) => active)).toEqual([3, 2, 1]);
  });

  it('is not counted where it is none, but lets go of all that it held', () => {
    const { observability, sink } = world();
    observability.begin(HTTP, {}).end(undefined);
    expect(sink.events).toEqual([]);
    expect(observability.statistics()).toMatchObject({ requests: 1, active: 0, events: 0 });
  });

  it.each([
    ['says nothing of its deadline', {}],
    ['says that it has no end', { getRemainingTimeInMillis: () => Infinity }],
    ['says nonsense', { getRemainingTimeInMillis: () => 'soon' }],
    [
      'cannot say its deadline',
      {
        getRemainingTimeInMillis: () => {
          throw new Error('context');
        },
      },
    ],
    ['is wrapped by the durable mode', { lambdaContext: { getRemainingTimeInMillis: () => 900_000 } }],
    ['is missing', undefined],
    ['is nothing', null],
  ])('is forgotten after the longest time that Lambda allows, if its context %s', (_, context) => {
    const { observability, clock, completed } = world({}, { environment: { AWS_LAMBDA_MAX_CONCURRENCY: '10' } });
    const late = observability.begin(HTTP, context, () => OK);
    for (const [afterMs, active] of [[960_000, 1], [1, 0]] as const) {
      clock.advance(afterMs);
      observability.begin(HTTP, {}).end(OK);
      expect(observability.statistics().active).toBe(active);
    }
    late.end(OK);
    expect(completed().map(({ durationMs }) => durationMs)).toEqual([0, undefined, 0]);
  });

  it('that was answered by somebody else has ended when the next begins, unless several run at once', () => {
    for (const [environment, active] of [[{}, 1], [{ AWS_LAMBDA_MAX_CONCURRENCY: ' ' }, 1], [{ AWS_LAMBDA_MAX_CONCURRENCY: '2' }, 2]] as const) {
      const { observability } = world({}, { environment });
      observability.begin(HTTP, {}, () => OK);
      observability.begin(HTTP, {});
      expect(observability.statistics().active).toBe(active);
    }
  });
});

describe('a sample', () => {
  const lines = (sampleRate: number, end: object, requests: number): number => {
    const { observability } = world({ sampleRate });
    test.heard.clear();
    for (let count = 0; count < requests; count += 1) observability.begin(HTTP, {}).end(end);
    return test.heard.lines.length;
  };

  it('of the requests that went well is written, as many as asked for (OB-05)', () => {
    expect([lines(1, OK, 500), lines(0, OK, 500)]).toEqual([500, 0]);
    const tenth = lines(0.1, OK, 5000);
    expect(tenth).toBeGreaterThan(400); // 500 expected, 21 the standard deviation
    expect(tenth).toBeLessThan(600);
  });

  it('leaves out none that failed, and nothing that is counted', () => {
    expect(lines(0, { error: new Error('boom') }, 100)).toBe(100);
    lines(0, OK, 100);
    expect(test.heard.sumOf('Requests')).toBe(100);
  });

  it('does not ask for bodies that nobody sees', () => {
    const asked: string[] = [];
    const bodies = () => ({ request: asked.push('asked') });
    for (const [options, expected] of [[{ sampleRate: 0 }, 0], [{ level: 'essential' }, 0], [{}, 1]] as const) {
      asked.length = 0;
      const { observability } = world(options);
      observability.begin(HTTP, {}).end({ ...OK, bodies });
      expect(asked).toHaveLength(expected);
      observability.begin(HTTP, {}).end({ error: new Error('boom'), bodies });
      expect(asked).toHaveLength(expected + 1);
    }
  });
});

describe('the default sink of the environment', () => {
  it('is the observability from when it is made, until somebody sets another', () => {
    const first = world();
    DEFAULT_SINK.emit(EVENT);
    const second = world();
    DEFAULT_SINK.emit(EVENT);
    DEFAULT_SINK.flush?.(0);
    expect([first.sink.events, second.sink.events]).toEqual([[EVENT], [EVENT]]);
    const own = new RecordingSink();
    setDefaultSink(own).emit(EVENT);
    DEFAULT_SINK.emit(EVENT);
    DEFAULT_SINK.flush?.(0);
    expect([second.sink.events.length, own.events.length]).toEqual([2, 1]);
  });

  it('stays what it is if an observability cannot be made', () => {
    const { sink } = world();
    expect(() => createObservability({ tracing: true })).toThrow(ConfigurationError);
    DEFAULT_SINK.emit(EVENT);
    expect(sink.events).toEqual([EVENT]);
  });

  it('cannot throw', () => {
    setDefaultSink({
      emit: () => {
        throw new Error('sink');
      },
    });
    expect(() => DEFAULT_SINK.emit(EVENT)).not.toThrow();
    expect(() => DEFAULT_SINK.flush?.(0)).not.toThrow();
  });
});

describe('the name of the service', () => {
  it.each([
    ['that is given', { service: 'given' }, { POWERTOOLS_SERVICE_NAME: 'powertools' }, 'given'],
    ['that Powertools has', { service: undefined }, { POWERTOOLS_SERVICE_NAME: ' powertools ', AWS_LAMBDA_FUNCTION_NAME: 'function' }, 'powertools'],
    ['of the function', { service: undefined }, { POWERTOOLS_SERVICE_NAME: ' ', AWS_LAMBDA_FUNCTION_NAME: 'function' }, 'function'],
    ['that Powertools takes where there is none', { service: undefined }, {}, 'service_undefined'],
  ])('is the one %s', (_, options, environment, service) => {
    const { observability, completed } = world(options, { environment });
    observability.begin(HTTP, {}).end(OK);
    expect(completed()[0]?.name).toBe(service);
    expect(test.heard.points.find(({ name }) => name === 'Requests')?.dimensions).toEqual({ service });
    expect(test.heard.lines[0]).toMatchObject({ service });
  });
});

describe('constant dimensions', () => {
  it('are added to a second copy of every metric, so that dashboards find theirs (OB-05)', () => {
    const { observability } = world({ defaultDimensions: { stage: 'prod', region: 'north' }, level: 'essential' });
    observability.begin(HTTP, {}).end(OK);
    const dimensions = test.heard.points.filter(({ name }) => name === 'Requests').map((point) => point.dimensions);
    expect(dimensions).toEqual([{ service: 'checkout' }, { service: 'checkout', stage: 'prod', region: 'north' }]);
  });
});
