import { Duration } from 'aws-cdk-lib';
import { ResilienceMetrics } from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { CONTRACT_METRICS, monitored } from './monitoring';
import { newStack } from './support';

const STATISTICS: Readonly<Record<string, string>> = { counter: 'Sum', gauge: 'Maximum', histogram: 'p99' };

type Method = (...args: unknown[]) => { namespace: string; metricName: string; statistic: string; dimensions: Record<string, string> };

const methodOf = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
const metricsOf = () => {
  const stack = newStack();
  return ResilienceMetrics.of(monitored(stack, 'Api', { environment: { POWERTOOLS_SERVICE_NAME: 'orders' } })) as unknown as Record<string, Method>;
};

test.each(CONTRACT_METRICS)('$name has a method that gives it with its dimensions', ({ name, dimensions, kind }) => {
  const metrics = metricsOf();
  const metric = dimensions.length === 2 ? metrics[methodOf(name)]!('x') : metrics[methodOf(name)]!();
  const [service = '', other] = dimensions;
  expect(metric.dimensions).toEqual({ [service]: 'orders', ...(other !== undefined && { [other]: 'x' }) });
  expect(metric).toMatchObject({ namespace: CONTRACT.metrics.namespace, metricName: name });
  expect(metric.statistic).toBe(STATISTICS[kind]);
});

test('there is a method for nothing else', () => {
  const own: object = ResilienceMetrics.prototype;
  const inherited = Object.getPrototypeOf(own) as object;
  const methods = [own, inherited].flatMap((each) => Object.getOwnPropertyNames(each)).filter((name) => !['constructor', '_metric'].includes(name));
  expect(Object.getPrototypeOf(inherited)).toBe(Object.prototype);
  expect(methods.sort()).toEqual(CONTRACT_METRICS.map(({ name }) => methodOf(name)).sort());
});

test('options change how a metric is shown', () => {
  const stack = newStack();
  const metric = ResilienceMetrics.of(monitored(stack)).requestLatency({ statistic: 'p50', period: Duration.minutes(1), label: 'half of them' });
  expect(metric).toMatchObject({ statistic: 'p50', label: 'half of them' });
  expect(metric.period.toSeconds()).toBe(60);
});
