import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { Construct } from 'constructs';
import {
  BulkheadEnforcement,
  DependencyProfile,
  Resilience,
  ResilienceAlarms,
  ResilienceDashboard,
  ResilienceTables,
  type ResilienceOptions,
} from '../../lib';
import { CONTRACT } from '../../lib/private/contract';
import { CONTRACT_METRICS, dashboardsOf, expressionsOf, metricsOf, monitored, NOTHING, strangeness, widgetsOf, type Widget } from './monitoring';
import { INLINE, messageOf, newApp, newStack } from './support';

const titlesOf = (widgets: Widget[]) => widgets.flatMap(({ properties: { title } }) => title ?? []);
const titled = (widgets: Widget[], title: string) => widgets.find(({ properties }) => properties.title === title)!;

/** A stack with a dashboard of one function. */
function shown(detailed = false): Stack {
  const stack = newStack();
  new ResilienceDashboard(stack, 'Dashboard', { resilients: [monitored(stack)], detailed });
  return stack;
}

describe('what a dashboard shows', () => {
  test.each([false, true])('is emitted by the runtime or by AWS, with these dimensions (POB-09), detailed: %s', (detailed) => {
    const metrics = widgetsOf(shown(detailed)).flatMap(metricsOf);
    expect(metrics.length).toBeGreaterThan(20);
    expect(metrics.flatMap(strangeness)).toEqual([]);
  });

  test('is every essential metric of the contract, and none that needs the detailed level', () => {
    const names = new Set(widgetsOf(shown()).flatMap(metricsOf).filter(({ namespace }) => namespace === CONTRACT.metrics.namespace).map(({ name }) => name));
    const essential = CONTRACT_METRICS.filter(({ level }) => level === 'essential').map(({ name }) => name);
    expect([...names].sort()).toEqual(essential.sort());
  });

  test('is every metric of the contract, if details are asked for', () => {
    const names = new Set(widgetsOf(shown(true)).flatMap(metricsOf).map(({ name }) => name));
    expect(CONTRACT_METRICS.filter(({ name }) => !names.has(name))).toEqual([]);
  });

  test('is the service under which the runtime reports', () => {
    const stack = newStack();
    const api = monitored(stack, 'Api', { environment: { POWERTOOLS_SERVICE_NAME: 'orders' } });
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [api] });
    const own = widgetsOf(stack).flatMap(metricsOf).filter(({ namespace }) => namespace === CONTRACT.metrics.namespace);
    expect(new Set(own.map(({ dimensions, values }) => values[dimensions.indexOf('service')] ?? values[0]))).toEqual(new Set(['orders']));
  });

  test('has no empty widget, and rows that fill the width', () => {
    for (const { type, width, properties } of widgetsOf(shown(true))) {
      expect([24, 12, 8, 6]).toContain(width);
      expect({ type, filled: properties.metrics?.length ?? properties.markdown ?? properties.query }).not.toMatchObject({ filled: undefined });
    }
  });
});

describe('the rows', () => {
  test('are one for each circuit, with its state in steps between the lines of the phases', () => {
    const stack = newStack();
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [monitored(stack, 'Api', { circuits: { payments: {}, stock: {} } })] });
    const widgets = widgetsOf(stack);
    expect(titlesOf(widgets)).toEqual(expect.arrayContaining(['Circuit stock: state', 'Circuit stock: calls', 'Circuit stock: opened']));
    const state = titled(widgets, 'Circuit payments: state');
    expect(expressionsOf(state)).toEqual(['FILL(circuitState, REPEAT)']);
    expect(state.properties.annotations?.horizontal).toMatchObject([
      { value: 0, label: 'closed' },
      { value: 1, label: 'open' },
      { value: 2, label: 'half-open' },
    ]);
  });

  test('are one for each bulkhead: slots in use against those there are, refusals, waits, and what is not as usual', () => {
    const stack = newStack();
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [monitored(stack, 'Api', { bulkheads: { stock: {}, mails: {} } })] });
    const widgets = widgetsOf(stack);
    const titles = ['slots', 'refusals', 'time waited (ms)', 'not as usual'].map((title) => `Bulkhead mails: ${title}`);
    expect(titlesOf(widgets)).toEqual(expect.arrayContaining(titles));
    const slots = metricsOf(titled(widgets, 'Bulkhead mails: slots'));
    expect(slots.map(({ name, statistic }) => `${name} ${statistic}`)).toEqual(['BulkheadUsage Maximum', 'BulkheadCapacity Maximum']);
    for (const { values } of slots) expect(values).toContain('mails');
    expect(metricsOf(titled(widgets, 'Bulkhead mails: time waited (ms)')).map(({ statistic }) => statistic)).toEqual(['p50', 'p95', 'p99']);
  });

  test('are none for a bulkhead that Lambda keeps, about which the runtime knows nothing', () => {
    const stack = newStack();
    const bulkheads = { all: { maxConcurrent: 5, enforcement: BulkheadEnforcement.RESERVED_CONCURRENCY } };
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [monitored(stack, 'Api', { ...NOTHING, bulkheads })] });
    const widgets = widgetsOf(stack);
    expect(titlesOf(widgets).join()).not.toMatch(/Bulkhead|Table/);
    const { annotations } = titled(widgets, 'Lambda: concurrent executions').properties;
    expect(annotations?.horizontal).toMatchObject([{ value: 5, label: 'reserved concurrency' }]);
  });

  test('show no reserved concurrency that is not there, or known at deployment only', () => {
    const stack = newStack();
    const size = new CfnParameter(stack, 'Size', { type: 'Number' }).valueAsNumber;
    const functions = [monitored(stack, 'Plain'), monitored(stack, 'Late', { reservedConcurrentExecutions: size })];
    new ResilienceDashboard(stack, 'Dashboard', { resilients: functions });
    const graphs = widgetsOf(stack).filter(({ properties: { title } }) => title === 'Lambda: concurrent executions');
    expect(graphs.map(({ properties: { annotations } }) => annotations)).toEqual([undefined, undefined]);
  });

  test('are one for each dependency: calls, latency, retries where there are any, and endpoints', () => {
    const stack = newStack();
    const baseUrl = 'https://billing.example.com';
    const dependencies = { billing: { baseUrl }, mails: { baseUrl, profile: DependencyProfile.NON_CRITICAL } };
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [monitored(stack, 'Api', { ...NOTHING, dependencies })], detailed: true });
    const widgets = widgetsOf(stack);
    const calls = metricsOf(titled(widgets, 'Dependency billing: calls'));
    expect(calls.map(({ name }) => name)).toEqual(['ClientRequests', 'ClientErrors', 'ClientFallbacks']);
    for (const { values } of calls) expect(values).toContain('billing');
    expect(metricsOf(titled(widgets, 'Dependency mails: latency with all attempts (ms)')).map(({ statistic }) => statistic)).toEqual(['p50', 'p95', 'p99']);
    const retries = titlesOf(widgets).filter((title) => title.startsWith('Retry '));
    expect(retries).toEqual(['attempts', 'successes', 'waits (ms)'].map((what) => `Retry billing: ${what}`));
    expect(titlesOf(widgets)).toContain('Circuit mails: state');
  });

  test('are one for what takes too long, which calls to a dependency can as well', () => {
    const expired = (props: ResilienceOptions) => {
      const stack = newStack();
      new ResilienceDashboard(stack, 'Dashboard', { resilients: [monitored(stack, 'Api', { ...NOTHING, ...props })] });
      return titlesOf(widgetsOf(stack)).includes('Timeout: expired, calls and attempts included');
    };
    expect(expired({ requestTimeout: {} })).toBe(true);
    expect(expired({ dependencies: { billing: { baseUrl: 'https://billing.example.com' } } })).toBe(true);
    expect(expired({ requestTimeout: { enabled: false } })).toBe(false);
  });

  test('show whose requests are shed, by priority, with the details', () => {
    const shed = titled(widgetsOf(shown(true)), 'Load shedding: shed by priority');
    expect(expressionsOf(shed)).toEqual(CONTRACT.configuration.priorities.map((priority) => `FILL(${priority}, 0)`));
  });

  test('show counters without gaps, because they are sent only when they are not zero', () => {
    expect(expressionsOf(titled(widgetsOf(shown()), 'Circuit payments: calls'))).toEqual([
      'FILL(circuitFailures, 0)',
      'FILL(circuitRefused, 0)',
      'FILL(circuitFallbacks, 0)',
    ]);
  });

  test('show the timeout beside the latency', () => {
    const { annotations } = titled(widgetsOf(shown()), 'Latency of requests (ms), refusals left out').properties;
    expect(annotations?.horizontal).toMatchObject([{ value: 30_000, label: 'timeout of the function' }]);
  });

  test('are none for what a function does not have', () => {
    const stack = newStack();
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [monitored(stack, 'Plain', NOTHING)] });
    expect(titlesOf(widgetsOf(stack)).join()).not.toMatch(/Circuit|Rate limit|Bulkhead|Timeout|Retry|Dependency|Load shedding|Table/);
    Template.fromStack(stack).resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
  });

  test('create no table by looking at it', () => {
    const stack = newStack();
    const api = monitored(stack, 'Api', { ...NOTHING, circuits: { payments: { shared: false } }, bulkheads: { stock: { shared: false } } });
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [api] });
    expect(titlesOf(widgetsOf(stack)).join()).not.toContain('Table of');
    Template.fromStack(stack).resourceCountIs('AWS::DynamoDB::GlobalTable', 0);
  });

  test('link to the page that says what to do', () => {
    const stack = newStack();
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [monitored(stack)], runbookUrl: 'https://wiki.example.com/runbook' });
    expect(widgetsOf(stack)[0]?.properties.markdown).toContain('https://wiki.example.com/runbook#metrics');
  });

  test('take the period of their points, and otherwise a minute', () => {
    const stack = newStack();
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [monitored(stack)], period: Duration.minutes(5) });
    expect(titled(widgetsOf(stack), 'Requests').properties.period).toBe(300);
    expect(titled(widgetsOf(shown()), 'Requests').properties.period).toBe(60);
  });
});

describe('several functions', () => {
  test('have their rows one after the other, and what a shared table says of itself once', () => {
    const stack = newStack();
    const tables = new ResilienceTables(stack, 'Tables');
    const dashboard = new ResilienceDashboard(stack, 'Dashboard', { resilients: [monitored(stack, 'Api', { tables })] });
    dashboard.add(monitored(stack, 'Worker', { tables })).add(monitored(stack, 'Own'));
    const titles = titlesOf(widgetsOf(stack));
    const count = (title: string) => titles.filter((each) => each === title).length;
    expect(count('Requests')).toBe(3);
    expect(count('Table of circuits: failed requests')).toBe(3);
    expect(count('Table of circuits: units consumed')).toBe(2);
  });

  test('are refused if they are one twice', () => {
    const stack = newStack();
    const api = monitored(stack);
    expect(messageOf(() => new ResilienceDashboard(stack, 'Dashboard', { resilients: [api, api] }))).toBe(
      'Stack/Api is on Stack/Dashboard already: add it once',
    );
  });

  test('may be attached to and imported: what is not known of them is left out', () => {
    const stack = newStack();
    const fn = lambda.Function.fromFunctionAttributes(stack, 'Imported', {
      functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:legacy',
    });
    const fixture = Object.assign(new Construct(stack, 'Legacy'), {
      protectedFunction: fn,
      serviceName: 'legacy',
      circuitNames: ['payments'],
      rateLimitNames: [],
      bulkheadNames: ['stock'],
      dependencyNames: ['billing'],
      retryNames: ['retry'],
      limitsTime: true,
      shedsLoad: true,
    });
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [fixture] });
    const widgets = widgetsOf(stack);
    expect(titlesOf(widgets).join()).not.toMatch(/Cost|Table/);
    expect(titled(widgets, 'Latest changes').properties.query).toMatch(/^SOURCE '\/aws\/lambda\/legacy'/);
  });

  test('may be ones that exist already', () => {
    const stack = newStack();
    const fn = new lambda.Function(stack, 'Fn', { ...INLINE, runtime: lambda.Runtime.NODEJS_24_X });
    const resilience = new Resilience(stack, 'Resilience', { target: fn, circuits: { payments: {} } });
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [resilience] });
    expect(titlesOf(widgetsOf(stack))).toContain('Circuit payments: state');
  });
});

describe('the dashboard', () => {
  test('has no physical name, and starts with the last three hours', () => {
    const stack = shown();
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: Match.absent() });
    expect(dashboardsOf(stack)[0]).toMatchObject({ start: '-PT3H' });
  });

  test('may be one that exists, which keeps what it has', () => {
    const stack = newStack();
    const dashboard = new cloudwatch.Dashboard(stack, 'Mine');
    dashboard.addWidgets(new cloudwatch.TextWidget({ markdown: 'mine' }));
    expect(new ResilienceDashboard(stack, 'Rows', { dashboard, resilients: [monitored(stack)] }).dashboard).toBe(dashboard);
    const widgets = widgetsOf(stack);
    expect(widgets[0]?.properties.markdown).toBe('mine');
    expect(titlesOf(widgets)).toContain('Circuit payments: state');
  });

  test('shows the state of alarms at the top', () => {
    const stack = newStack();
    const resilient = monitored(stack);
    const { alarms } = new ResilienceAlarms(stack, 'Alarms', { resilient });
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [resilient], alarms });
    expect(widgetsOf(stack)[0]).toMatchObject({ type: 'alarm', properties: { title: 'Alarms' } });
    expect(widgetsOf(stack)[0]?.properties.alarms).toHaveLength(alarms.length);
  });

  test('reports what was declared too late, in place of leaving it out', () => {
    const app = newApp();
    const stack = new Stack(app, 'Stack');
    const api = monitored(stack);
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [api] });
    api.addCircuit('stock');
    expect(messageOf(() => app.synth())).toContain(
      "circuit 'stock' of Stack/Api came after it was added to Stack/Dashboard, which therefore lacks it: declare it before",
    );
  });

  test('reports more widgets and metrics than CloudWatch takes', () => {
    const app = newApp();
    const stack = new Stack(app, 'Stack');
    const circuits = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`c${index}`, {}]));
    const dashboard = new ResilienceDashboard(stack, 'Dashboard');
    for (let index = 0; index < 8; index += 1) dashboard.add(monitored(stack, `Fn${index}`, { circuits }));
    expect(messageOf(() => app.synth())).toMatch(/has \d+ widgets, and CloudWatch takes 500: spread the functions over several dashboards/);
  });

  test.each([
    ['AwsSolutions', AwsSolutionsChecks],
    ['Serverless', ServerlessChecks],
  ])('gives no finding of its own to the checks of %s', (_, Checks) => {
    const without = newStack();
    monitored(without);
    const found = ({ node }: Stack) => new Checks().validateScope(node.root).violations.map(({ ruleName }) => ruleName).sort();
    expect(found(shown())).toEqual(found(without));
  });

  test('looks the same as before', () => {
    expect(dashboardsOf(shown())[0]).toMatchSnapshot();
  });
});

describe('the estimate of costs', () => {
  const TITLE = 'Cost in USD a day, at the rate of the moment (estimate)';

  test('takes list prices, the memory and the architecture of the function', () => {
    expect(expressionsOf(titled(widgetsOf(shown()), TITLE))).toEqual([
      '86400 / PERIOD(invocations) * (invocations * 0.2 / 1000000 + duration / 1000 * 512 / 1024 * 0.0000133334)',
      '86400 / PERIOD(writes0) * (FILL(writes0, 0) * 0.625 + FILL(reads0, 0) * 0.125) / 1000000',
      '86400 / PERIOD(writes1) * (FILL(writes1, 0) * 0.625 + FILL(reads1, 0) * 0.125) / 1000000',
      '86400 / PERIOD(writes2) * (FILL(writes2, 0) * 0.625 + FILL(reads2, 0) * 0.125) / 1000000',
    ]);
  });

  test('takes prices of your own, without exponents', () => {
    const stack = newStack();
    const prices = { lambdaGbSecond: 0.0000001, lambdaMillionRequests: 0.1, dynamoDbMillionWrites: 1, dynamoDbMillionReads: 0 };
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [monitored(stack)], prices });
    const [lambdaCost, tableCost] = expressionsOf(titled(widgetsOf(stack), TITLE));
    expect(lambdaCost).toContain('invocations * 0.1 / 1000000 + duration / 1000 * 512 / 1024 * 0.0000001)');
    expect(tableCost).toContain('FILL(writes0, 0) * 1 + FILL(reads0, 0) * 0)');
  });

  test('refuses prices that are none, all at once', () => {
    const prices = { lambdaGbSecond: -1, dynamoDbMillionReads: NaN, gold: 1 };
    expect(messageOf(() => new ResilienceDashboard(newStack(), 'Dashboard', { prices })).split('\n')).toEqual([
      'prices.gold of Stack/Dashboard is no price: use one of lambdaGbSecond, lambdaMillionRequests, dynamoDbMillionReads, dynamoDbMillionWrites',
      'prices.lambdaGbSecond of Stack/Dashboard is -1: set a number of USD from 0',
      'prices.dynamoDbMillionReads of Stack/Dashboard is NaN: set a number of USD from 0',
    ]);
  });

  test('takes a memory that is known only at deployment', () => {
    const stack = newStack();
    const memorySize = new CfnParameter(stack, 'MemoryParameter', { type: 'Number' }).valueAsNumber;
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [monitored(stack, 'Api', { memorySize })] });
    expect(expressionsOf(titled(widgetsOf(stack), TITLE))[0]).toContain('* {MemoryParameter} / 1024 *');
  });
});

describe('what the lines tell', () => {
  test('are events of the contract', () => {
    const queries = widgetsOf(shown()).flatMap(({ properties: { query } }) => query ?? []);
    expect(queries).toHaveLength(2);
    const events = queries.flatMap((query) => [...query.matchAll(/"([a-z_]+\.[a-z_]+)"/g)].map(([, event = '']) => event));
    expect(events.length).toBeGreaterThan(8);
    for (const event of events) expect(Object.keys(CONTRACT.logs)).toContain(event);
  });

  test('is looked up in the log group of the function, its own where it has one', () => {
    const stack = newStack();
    const logGroup = new logs.LogGroup(stack, 'Logs');
    new ResilienceDashboard(stack, 'Dashboard', { resilients: [monitored(stack, 'Plain'), monitored(stack, 'Own', { logGroup })] });
    const sources = widgetsOf(stack).flatMap(({ properties: { query } }) => query?.split(' | ')[0] ?? []);
    expect(new Set(sources)).toEqual(
      new Set([expect.stringMatching(/^SOURCE '\/aws\/lambda\/\{Plain\w+\}'$/), expect.stringMatching(/^SOURCE '\{Logs\w+\}'$/)]),
    );
  });
});

test('a dashboard in another stack and region names the region of the function', () => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const here = new Stack(app, 'Here', { env: { account: '111111111111', region: 'eu-west-1' }, crossRegionReferences: true });
  const there = new Stack(app, 'There', { env: { account: '111111111111', region: 'us-east-1' }, crossRegionReferences: true });
  const api = monitored(here, 'Api', { functionName: 'orders', ...NOTHING, environment: { POWERTOOLS_SERVICE_NAME: 'orders' } });
  new ResilienceDashboard(there, 'Dashboard', { resilients: [api] });
  const graphs = widgetsOf(there).filter(({ type }) => type === 'metric');
  for (const { properties } of graphs) {
    for (const metric of properties.metrics ?? []) {
      const { expression, region } = metric.at(-1) as { expression?: string; region?: string };
      // Arithmetic is done where its metrics are.
      if (expression === undefined || expression.startsWith('SEARCH')) expect(region).toBe('eu-west-1');
    }
  }
});
