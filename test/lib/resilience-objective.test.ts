import { Duration, Lazy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ResilienceObjective } from '../../lib';
import { CONTRACT_METRICS, monitored } from './monitoring';
import { messageOf, newStack } from './support';

const TYPE = 'AWS::ApplicationSignals::ServiceLevelObjective';

test('an objective counts failed requests among all, over 28 days', () => {
  const stack = newStack();
  new ResilienceObjective(stack, 'Objective', { resilient: monitored(stack) });
  const ofRequests = (id: string, name: string) => {
    const { namespace, dimensions } = CONTRACT_METRICS.find((metric) => metric.name === name)!;
    return [Match.objectLike({
      Id: id,
      MetricStat: {
        Metric: { Namespace: namespace, MetricName: name, Dimensions: [{ Name: dimensions[0], Value: { Ref: Match.stringLikeRegexp('^Api') } }] },
        Period: 60,
        Stat: 'Sum',
      },
    })];
  };
  Template.fromStack(stack).hasResourceProperties(TYPE, {
    Name: Match.stringLikeRegexp('^Stack-Objective-'),
    Goal: { AttainmentGoal: 99.9, Interval: { RollingInterval: { Duration: 28, DurationUnit: 'DAY' } } },
    RequestBasedSli: {
      RequestBasedSliMetric: {
        TotalRequestCountMetric: ofRequests('total', 'Requests'),
        MonitoredRequestCountMetric: { BadCountMetric: ofRequests('bad', 'RequestErrors') },
      },
    },
    BurnRateConfigurations: [{ LookBackWindowMinutes: 60 }, { LookBackWindowMinutes: 360 }],
  });
});

test('an objective is what is promised', () => {
  const stack = newStack();
  const props = { goal: 99, interval: Duration.days(7), burnRateWindows: [Duration.minutes(30)] };
  new ResilienceObjective(stack, 'Objective', { resilient: monitored(stack), ...props });
  Template.fromStack(stack).hasResourceProperties(TYPE, {
    Goal: { AttainmentGoal: 99, Interval: { RollingInterval: { Duration: 7 } } },
    BurnRateConfigurations: [{ LookBackWindowMinutes: 30 }],
  });
});

test('promises that cannot be kept are refused, all at once', () => {
  const stack = newStack();
  const interval = Duration.hours(Lazy.number({ produce: () => 3 }));
  const props = { goal: 100, interval, burnRateWindows: [Duration.seconds(90), Duration.days(8)] };
  expect(messageOf(() => new ResilienceObjective(stack, 'Objective', { resilient: monitored(stack), ...props })).split('\n')).toEqual([
    'Stack/Objective: goal is 100: set a number above 0 and below 100',
    'Stack/Objective: interval is a token: set a Duration of 1 to 30 whole days, no token',
    'Stack/Objective: burnRateWindows[0] is the duration 1 minute 30 seconds: set a Duration of 1 to 10080 whole minutes, no token',
    'Stack/Objective: burnRateWindows[1] is the duration 8 days: set a Duration of 1 to 10080 whole minutes, no token',
  ]);
});
