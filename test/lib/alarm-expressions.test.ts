import { Stack } from 'aws-cdk-lib';
import { ResilienceAlarms, ResilienceDashboard } from '../../lib';
import { evaluate, type Sample } from '../../preview/metric-math';
import { alarmsOf, expressionsOf, monitored, widgetsOf } from './monitoring';
import { newStack } from './support';

function expressionOf(stack: Stack, start: string): string {
  const [, alarm] = Object.entries(alarmsOf(stack)).find(([id]) => id.startsWith(`Alarms${start}`))!;
  const expression = alarm.Metrics?.find(({ Expression }) => Expression !== undefined)?.Expression;
  const ids = alarm.Metrics?.map(({ Id }) => Id) ?? [];
  for (const id of expression?.match(/[a-z]\w*/g) ?? []) expect(ids).toContain(id);
  return expression!;
}

const stack = newStack();
const resilient = monitored(stack);
new ResilienceAlarms(stack, 'Alarms', { resilient, healthChecks: ['stock'] });
new ResilienceDashboard(stack, 'Dashboard', { resilients: [resilient] });

describe('expressions of alarms on sample data (POB-10)', () => {
  const RATES: [what: string, sample: Sample, expected: number | undefined][] = [
    ['is the share of those that failed, in percent', { part: 6, whole: 100 }, 6],
    ['reaches a hundred', { part: 40, whole: 40 }, 100],
    ['is nothing of a handful of requests', { part: 3, whole: 9 }, 0],
    ['counts from the least number on', { part: 1, whole: 10 }, 10],
    ['is missing where nothing failed, which is good', { part: undefined, whole: 100 }, undefined],
    ['is missing without requests, which is good', { part: undefined, whole: undefined }, undefined],
  ];

  test.each(RATES)('the error rate %s', (_, sample, expected) => {
    expect(evaluate(expressionOf(stack, 'ErrorRate'), sample)).toBe(expected);
    expect(evaluate(expressionOf(stack, 'FunctionErrors'), sample)).toBe(expected);
  });

  test('bad health answers add up over endpoints, whichever of them was asked', () => {
    const expression = expressionOf(stack, 'HealthAnswers');
    expect(evaluate(expression, { health: undefined, ready: 2 })).toBe(2);
    expect(evaluate(expression, { health: 1, ready: 2 })).toBe(3);
    expect(evaluate(expression, { health: undefined, ready: undefined })).toBe(0);
  });
});

describe('expressions of the dashboard on sample data (POB-10)', () => {
  const [ofFunction, ofCircuits] = widgetsOf(stack)
    .filter(({ properties }) => properties.title?.startsWith('Cost'))
    .flatMap(expressionsOf);

  test('a million invocations of 100 ms with 512 MB in a day cost 0.20 for requests and 0.67 for compute', () => {
    const sample = { invocations: 1_000_000 / 1440, duration: 100_000_000 / 1440 };
    expect(evaluate(ofFunction!, sample, 60)).toBeCloseTo(0.2 + 50_000 * 0.0000133334, 6);
  });

  test('a million writes in a day cost 0.625, with or without reads', () => {
    expect(evaluate(ofCircuits!, { writes0: 1_000_000 / 288, reads0: undefined }, 300)).toBeCloseTo(0.625, 6);
    expect(evaluate(ofCircuits!, { writes0: 1_000_000 / 288, reads0: 1_000_000 / 288 }, 300)).toBeCloseTo(0.75, 6);
  });

  test('the share of failed requests is zero where nothing failed', () => {
    const [expression] = widgetsOf(stack).filter(({ properties }) => properties.title === 'Share of requests that failed').flatMap(expressionsOf);
    expect(evaluate(expression!, { requestErrors: undefined, requests: 10 })).toBe(0);
    expect(evaluate(expression!, { requestErrors: 5, requests: 10 })).toBe(50);
  });
});
