import { Aws, CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ResilientFunction, type IResilient, type ResilientFunctionProps } from '../../lib';
import { INLINE, messageOf, newApp, newStack } from './support';

const SERVICE = 'POWERTOOLS_SERVICE_NAME';

const make = (stack: Stack, props: Partial<ResilientFunctionProps> = {}) => new ResilientFunction(stack, 'Fn', { ...INLINE, circuits: { payments: {} }, ...props });

describe('what dashboards and alarms know of a function', () => {
  test('is the function, its circuits, rate limits and bulkheads, whether it sheds load, and its tables', () => {
    const fn = make(newStack(), { circuits: { payments: {}, local: { shared: false } } });
    fn.addCircuit('search');
    const resilient: IResilient = fn;
    expect(resilient.protectedFunction).toBe(fn);
    expect(resilient.circuitNames).toEqual(['payments', 'local', 'search']);
    expect(resilient.rateLimitNames).toEqual([]);
    expect([resilient.bulkheadNames, resilient.shedsLoad]).toEqual([[], false]);
    expect(resilient.tables).toBe(fn.tables);
  });

  test.each([[{}], [{ OTHER: 'x' }], [{ [SERVICE]: '' }]])('its service is the name of the function with %p', (environment) => {
    const stack = newStack();
    const fn = make(stack, { environment });
    expect(stack.resolve(fn.serviceName)).toEqual(stack.resolve(fn.functionName));
  });

  test('its service is what the environment says', () => {
    expect(make(newStack(), { environment: { [SERVICE]: 'checkout' } }).serviceName).toBe('checkout');
  });

  test('its service is what the environment says later', () => {
    const stack = newStack();
    const fn = make(stack);
    const { serviceName } = fn;
    fn.addEnvironment(SERVICE, 'checkout');
    expect(stack.resolve(serviceName)).toBe('checkout');
    expect(fn.serviceName).toBe('checkout');
  });

  test.each(['named', 'unnamed'])('its service can be used in another stack, %s', (which) => {
    const app = newApp();
    const [home, other] = ['Home', 'Other'].map((id) => new Stack(app, id)) as [Stack, Stack];
    const environment = () => ({ [SERVICE]: new CfnParameter(home, 'Service').valueAsString });
    const fn = make(home, which === 'named' ? { environment: environment() } : {});
    new sns.Topic(other, 'Topic', { displayName: fn.serviceName });
    const exported = which === 'named' ? '^Home:.*Service' : '^Home:.*Fn';
    Template.fromStack(other).hasResourceProperties('AWS::SNS::Topic', { DisplayName: { 'Fn::ImportValue': Match.stringLikeRegexp(exported) } });
  });
});

describe('the size of the environment', () => {
  const synthesise = (stack: Stack) => Template.fromStack(stack);
  const PROBLEM =
    /the environment variables of Stack\/Fn take at least \d{4} bytes: keep names and values to 4096 together, which is what Lambda allows;/;

  test.each([
    ['given', { environment: { BIG: 'x'.repeat(4090) } }, () => undefined],
    ['added later', {}, (fn: ResilientFunction) => fn.addEnvironment('BIG', 'x'.repeat(4090))],
    ['partly known', { environment: { BIG: `${Aws.REGION}${'x'.repeat(4090)}` } }, () => undefined],
  ])('is refused with its size above what Lambda allows: %s', (_which, props, later) => {
    const stack = newStack();
    later(make(stack, props));
    expect(messageOf(() => synthesise(stack))).toMatch(PROBLEM);
  });

  test('is allowed up to it', () => {
    const stack = newStack();
    make(stack, { environment: { BIG: 'x'.repeat(3900) }, circuits: { payments: { shared: false } } });
    expect(() => synthesise(stack)).not.toThrow();
  });

  test('counts nothing for what deployment fills in', () => {
    const stack = newStack();
    const environment = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`V${index}`, Aws.STACK_ID]));
    make(stack, { environment });
    expect(() => synthesise(stack)).not.toThrow();
  });
});
