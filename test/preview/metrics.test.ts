import { describe, expect, it } from '@jest/globals';
import { readMetrics } from '../../preview/emf.ts';
import { gaugeRepeats } from '../../preview/gauge-repeats.ts';
import { evaluate, evaluateSeries } from '../../preview/metric-math.ts';
import { RunMetrics } from '../../preview/run-metrics.ts';
import { parseSearch } from '../../preview/search-expression.ts';
import { statisticOf } from '../../preview/statistics.ts';
import { emf, PAYMENTS, START_MS } from './sample.ts';

const CHECKOUT = { service: 'checkout' };
const ofCheckout = (name: string) => ({ namespace: 'ResilientLambda', name, dimensions: CHECKOUT });

describe('reading metrics out of lines', () => {
  it('takes every value with namespace, dimensions, unit and time', () => {
    const { points, problems } = readMetrics([emf(1, PAYMENTS, { CircuitOpened: 1 }), emf(2, CHECKOUT, { RequestLatency: [20, 30] })]);
    expect(problems).toEqual([]);
    expect(points).toEqual([
      { namespace: 'ResilientLambda', name: 'CircuitOpened', dimensions: PAYMENTS, unit: 'Count', atMs: START_MS + 1000, values: [1] },
      { ...ofCheckout('RequestLatency'), unit: 'Milliseconds', atMs: START_MS + 2000, values: [20, 30] },
    ]);
  });

  it('makes a metric of every set of dimensions', () => {
    const directive = { Namespace: 'N', Dimensions: [['a'], ['a', 'b']], Metrics: [{ Name: 'm' }] };
    const line = JSON.stringify({ _aws: { Timestamp: 1, CloudWatchMetrics: [directive] }, a: 'x', b: 'y', m: 3 });
    expect(readMetrics([line]).points.map(({ dimensions, unit }) => ({ dimensions, unit }))).toEqual([
      { dimensions: { a: 'x' }, unit: 'None' },
      { dimensions: { a: 'x', b: 'y' }, unit: 'None' },
    ]);
  });

  it('passes over what is no metric, and reports what should be one', () => {
    const lines = ['START', '{"event":"circuit.opened"}', '', emf(0, CHECKOUT, { Requests: 1 }).slice(0, -9), emf(0, CHECKOUT, { Requests: 'many' as never })];
    const { points, problems } = readMetrics(lines);
    expect(points).toEqual([]);
    expect(problems).toEqual([expect.stringContaining('line 4 holds no metrics'), expect.stringContaining('line 5 holds no metrics: Requests is "many"')]);
  });
});

describe('statistics', () => {
  it.each([
    ['Sum', 10],
    ['Average', 2.5],
    ['Minimum', 1],
    ['Maximum', 4],
    ['SampleCount', 4],
    ['p0', 1],
    ['p50', 2],
    ['p90', 4],
    ['p99.9', 4],
  ])('%s of 4, 1, 3 and 2 is %d', (statistic, expected) => {
    expect(statisticOf(statistic, [4, 1, 3, 2])).toBe(expected);
  });

  it('are missing where nothing was sent', () => {
    expect(statisticOf('Sum', [])).toBeUndefined();
  });

  it('that are not known are refused, with or without values', () => {
    expect(() => statisticOf('TM(10%:90%)', [])).toThrow('the statistic TM(10%:90%) is not known here');
  });
});

describe('metrics of a run', () => {
  const lines = [emf(0, CHECKOUT, { Requests: 2 }), emf(0.9, CHECKOUT, { Requests: 3 }), emf(2.5, CHECKOUT, { Requests: 4 }), emf(1.2, PAYMENTS, { CircuitOpened: 1 })];
  const run = new RunMetrics(readMetrics(lines).points);

  it('are aggregated by period from the first of all metrics on, whatever order their lines are in', () => {
    expect(run.series(ofCheckout('Requests'), 'Sum', 1000)).toEqual([5, undefined, 4]);
    expect(run.series(ofCheckout('Requests'), 'Maximum', 2000)).toEqual([3, 4]);
  });

  it('are told apart by name, namespace and every dimension, in any order', () => {
    const { circuit, service } = PAYMENTS;
    expect(run.has({ namespace: 'ResilientLambda', name: 'CircuitOpened', dimensions: { circuit, service } })).toBe(true);
    expect(run.has({ namespace: 'ResilientLambda', name: 'CircuitOpened', dimensions: { service } })).toBe(false);
    expect(run.has({ namespace: 'Other', name: 'CircuitOpened', dimensions: PAYMENTS })).toBe(false);
  });
});

describe('the gauge of a circuit', () => {
  it('is repeated with its last value wherever its service is heard of, as it would be once a minute', () => {
    const lines = [
      emf(0, PAYMENTS, { CircuitState: 1 }),
      emf(0.5, PAYMENTS, { CircuitState: 0 }),
      emf(2, CHECKOUT, { Requests: 1 }),
      emf(3, { service: 'search' }, { Requests: 1 }),
      emf(4, PAYMENTS, { CircuitState: 2 }),
      emf(5, CHECKOUT, { Requests: 1 }),
    ];
    const { points } = readMetrics(lines);
    const run = new RunMetrics([...points, ...gaugeRepeats(points, 1000)]);
    const state = { namespace: 'ResilientLambda', name: 'CircuitState', dimensions: PAYMENTS };
    expect(run.series(state, 'Maximum', 1000)).toEqual([1, undefined, 0, undefined, 2, 2]);
  });
});

describe('metric math', () => {
  const series = { a: [undefined, 1, undefined, 3], b: [2, 2, 2, 0] };

  it.each<[string, readonly (number | undefined)[]]>([
    ['FILL(a, 0)', [0, 1, 0, 3]],
    ['FILL(a, REPEAT)', [undefined, 1, 1, 3]],
    ['FILL(a, b)', [2, 1, 2, 3]],
    ['a + b', [undefined, 3, undefined, 3]],
    ['a / b', [undefined, 0.5, undefined, undefined]],
    ['1 + 2 * b - 1', [4, 4, 4, 0]],
    ['IF(b > 0, a, 9)', [undefined, 1, undefined, 9]],
    ['b == 2', [1, 1, 1, 0]],
    ['60 / PERIOD(a)', [12, 12, 12, 12]],
  ])('%s', (expression, expected) => {
    expect(evaluateSeries(expression, series, 4, 5)).toEqual(expected);
  });

  it.each([
    ['RATE(a)', 'RATE is not known'],
    ['c + 1', 'c is not among the metrics'],
    ['(a', 'a bracket is missing'],
    ['a b', 'cannot evaluate a b'],
  ])('refuses %s', (expression, message) => {
    expect(() => evaluate(expression, { a: 1, b: 2 })).toThrow(message);
  });
});

describe('a search', () => {
  it('finds metrics of its namespace with its dimensions, name and values', () => {
    const search = parseSearch(`SEARCH('{ResilientLambda,service,circuit} MetricName="CircuitOpened" service="checkout"', 'Sum')`);
    const wanted = { namespace: 'ResilientLambda', name: 'CircuitOpened', dimensions: PAYMENTS };
    expect(search).toMatchObject({ metricName: 'CircuitOpened', statistic: 'Sum' });
    expect(search?.finds(wanted)).toBe(true);
    expect(search?.finds({ ...wanted, name: 'CircuitClosed' })).toBe(false);
    expect(search?.finds({ ...wanted, namespace: 'Other' })).toBe(false);
    expect(search?.finds({ ...wanted, dimensions: { ...PAYMENTS, service: 'search' } })).toBe(false);
    expect(search?.finds({ ...wanted, dimensions: { ...PAYMENTS, more: '1' } })).toBe(false);
  });

  it('with anything else in it is refused', () => {
    expect(() => parseSearch(`SEARCH('{N,service} NOT service="x" OR y', 'Sum')`)).toThrow('cannot read SEARCH');
    expect(parseSearch('FILL(a, 0)')).toBeUndefined();
  });
});
