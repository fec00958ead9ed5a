import { App, Stack, type AppProps, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json';
import { CONTRACT } from '../../lib/private/contract';

/** Names of the environment variables that the construct sets. */
export const CONFIGURATION = CONTRACT.environment.configuration.name;
export const CIRCUIT_TABLE = CONTRACT.environment.circuitTable.name;
export const RATE_LIMIT_TABLE = CONTRACT.environment.rateLimitTable.name;
export const BULKHEAD_TABLE = CONTRACT.environment.bulkheadTable.name;

/** Code that needs no bundling and no file. */
export const INLINE = { code: lambda.Code.fromInline('exports.handler = async () => {};'), handler: 'index.handler' };

/** A file to name as entry. */
export const ENTRY = `${__dirname}/fixtures/handler.mts`;

/** Every feature flag that CDK recommends for a new project. */
export const RECOMMENDED_FLAGS: Record<string, unknown> = { ...recommendedFlags };

/** An app that skips bundling, with more context if given. */
export function newApp(context: Record<string, unknown> = {}, props: AppProps = {}): App {
  return new App({ ...props, context: { 'aws:cdk:bundling-stacks': [], ...context } });
}

/** A stack in an app that skips bundling. */
export function newStack(context: Record<string, unknown> = {}, props: StackProps = {}): Stack {
  return new Stack(newApp(context), 'Stack', props);
}

/** The only resource of a type in a template. */
export function onlyResource(template: Template, type: string): { Properties: Record<string, unknown>; DeletionPolicy?: string } {
  const found = Object.values(template.findResources(type));
  expect(found).toHaveLength(1);
  return found[0] as { Properties: Record<string, unknown> };
}

/** The configuration document of the only function of a stack that holds no tokens; undefined where there is none. */
export function configurationOf(stack: Stack): unknown {
  const { Environment } = onlyResource(Template.fromStack(stack), 'AWS::Lambda::Function').Properties;
  const text = (Environment as { Variables: Record<string, string> } | undefined)?.Variables[CONFIGURATION];
  return text === undefined ? undefined : JSON.parse(text);
}

/** One statement of a policy document. */
export interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
}

/** Every statement of every inline policy of a stack. */
export function statementsOf(stack: Stack): Statement[] {
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  return policies.flatMap(
    (policy) => (policy as { Properties: { PolicyDocument: { Statement: Statement[] } } }).Properties.PolicyDocument.Statement,
  );
}

/** Every statement of a stack that allows something of DynamoDB. */
export function dynamoStatementsOf(stack: Stack): Statement[] {
  return statementsOf(stack).filter(({ Action }) => JSON.stringify(Action).includes('dynamodb:'));
}

/** The message of the error that a call throws. */
export function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

/**
 * The text of a template with its hashes replaced, so that a snapshot survives a change of the assets: those of the assets
 * themselves, and those of the versions that are made of them.
 */
export function withoutHashes(template: string): string {
  return template.replaceAll(/[0-9a-f]{64}/g, '[HASH]').replaceAll(/(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}/g, '$1[HASH]');
}

/** A template as a snapshot keeps it. */
export function stableTemplate(stack: Stack): unknown {
  return JSON.parse(withoutHashes(JSON.stringify(Template.fromStack(stack).toJSON())));
}
