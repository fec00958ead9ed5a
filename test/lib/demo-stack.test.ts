import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { CheckoutStack } from '../../demo/stack/checkout-stack';
import { CONTRACT } from '../../lib/private/contract';
import { newApp, RECOMMENDED_FLAGS } from './support';

const newStack = () => new CheckoutStack(newApp(RECOMMENDED_FLAGS), 'Checkout');

test('the stack of the demo has no finding of AwsSolutions that is not acknowledged with a reason', () => {
  const stack = newStack();
  expect(new AwsSolutionsChecks().validateScope(stack.node.root).violations).toEqual([]);
});

test('the stack of the demo has a table with TTL, and a function that may use its items and nothing else', () => {
  const template = Template.fromStack(newStack());
  template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
    TimeToLiveSpecification: { AttributeName: CONTRACT.tables.circuit.timeToLiveAttribute, Enabled: true },
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { RESILIENCE_CONFIG: Match.serializedJson({ version: 1, circuits: { payments: { openDurationMs: 3000 } } }) } },
  });
  const statements = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[],
  );
  const actions = statements.flatMap(({ Action }) => Action);
  expect(actions).toEqual(expect.arrayContaining([...CONTRACT.tables.circuit.actions]));
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  const onTable = statements.filter(({ Action }) => [Action].flat().some((action) => action.startsWith('dynamodb:')));
  expect(onTable).toHaveLength(1);
  expect(onTable[0]?.Resource).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/CircuitTable/), 'Arn'] });
});
