import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { EverythingStack } from '../../integ/everything-stack';
import { RECOMMENDED_FLAGS, newApp } from './support';

describe.each([
  ['without feature flags', {}],
  ['with the recommended feature flags', RECOMMENDED_FLAGS],
])('a function with everything there is, %s', (_, flags) => {
  test.each([
    ['AwsSolutions', AwsSolutionsChecks],
    ['Serverless', ServerlessChecks],
  ])('has no finding of %s that is not acknowledged with a reason', (_name, Checks) => {
    const stack = new EverythingStack(newApp(flags), 'Everything');
    const found = new Checks().validateScope(stack.node.root).violations;
    expect(found.map(({ ruleName }) => ruleName)).toEqual([]);
  });
});

test('the checks see what is not acknowledged', () => {
  const stack = new EverythingStack(newApp(), 'Everything');
  new Queue(stack, 'Forgotten', { enforceSSL: true });
  const found = new ServerlessChecks().validateScope(stack.node.root).violations;
  expect(found.map(({ ruleName }) => ruleName)).toEqual(['Serverless-SQSRedrivePolicy']);
});
