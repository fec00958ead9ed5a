import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import Ajv from 'ajv';
import cdk from 'aws-cdk-lib';
import assertions from 'aws-cdk-lib/assertions';
import lambda from 'aws-cdk-lib/aws-lambda';
import * as fc from 'fast-check';
import constructs from '../../dist/index.js';
import { ALLOWED, WILD, type Declarations } from './declarations.ts';
import { documentFor } from './two-sides.ts';

const DRAFT_4 = createRequire(import.meta.url)('ajv/lib/refs/json-schema-draft-04.json') as object;
const CODE = { handler: 'index.handler', code: lambda.Code.fromInline('exports.handler = async () => undefined;') };

/** What synthesis refuses and no schema can tell: see `configurationSchema`. */
const BEYOND_SCHEMAS = new RegExp(
  [
    ' differs from .* only in letter case: ',
    ' is that of another limit: ',
    ', because templates lose that name$',
    ', more than (maxConcurrent|maxRate|maxStale|maxTimeout|timeout), ',
    ' is ([1-9][0-9]{0,4}|100000): set .*, of which there are slots$',
  ].join('|'),
);

function declare(declarations: Declarations): cdk.Stack {
  const app = new cdk.App({ builtinCloudFormationValidation: false, analyticsReporting: false, context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new cdk.Stack(app, 'Stack');
  new constructs.ResilientFunction(stack, 'Fn', { ...CODE, dynamicConfig: {}, ...(declarations as constructs.ResilienceOptions) });
  return stack;
}

const resourceOf = (declarations: Declarations, type: string): Record<string, unknown> | undefined => {
  const { Resources } = assertions.Template.fromStack(declare(declarations)).toJSON() as { Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> };
  return Object.values(Resources).find(({ Type }) => Type === `AWS::AppConfig::${type}`)?.Properties;
};

/** The problems that synthesis finds. */
function problemsOf(declarations: Declarations): string[] {
  try {
    declare(declarations);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n- ').slice(1);
  }
}

function validatorOf(declarations: Declarations) {
  const [validator] = resourceOf(declarations, 'ConfigurationProfile')!['Validators'] as { Content: string }[];
  // `id` and the schema of schemas are those of draft 4, the only one that AppConfig takes.
  const ajv = new Ajv({ schemaId: 'id', meta: false });
  ajv.addMetaSchema(DRAFT_4, 'http://json-schema.org/draft-04/schema');
  const validate = ajv.compile(JSON.parse(validator!.Content) as object);
  return (text: string): boolean => validate(JSON.parse(text)) === true;
}

describe('the schema that AppConfig checks documents with', () => {
  const accepts = validatorOf({ circuits: { payments: {} } });

  it('is the same whatever is declared', () => {
    const schemas = [{ circuits: { payments: {} } }, { observability: { logging: false } }].map((declarations) => resourceOf(declarations, 'ConfigurationProfile')!['Validators']);
    expect(schemas[0]).toEqual(schemas[1]);
  });

  it('accepts every document that the stack makes', () => {
    let some = 0;
    fc.assert(fc.property(ALLOWED, (declarations) => {
      const content = resourceOf(declarations, 'HostedConfigurationVersion')?.['Content'] as string | undefined;
      if (content === undefined) return;
      some += 1;
      expect({ content, accepted: accepts(content) }).toEqual({ content, accepted: true });
    }), { numRuns: 100, seed: 20_261_121 });
    expect(some).toBeGreaterThan(50);
  });

  it('refuses what synthesis refuses, and nothing else, apart from what no schema can tell (PX-13)', () => {
    let [taken, refused, beyond] = [0, 0, 0];
    fc.assert(fc.property(WILD, (declarations) => {
      const problems = problemsOf(declarations);
      const told = problems.filter((problem) => !BEYOND_SCHEMAS.test(problem));
      const document = documentFor(declarations);
      expect({ document, problems, accepted: accepts(document) }).toEqual({ document, problems, accepted: told.length === 0 });
      if (problems.length === 0) taken += 1;
      else if (told.length === 0) beyond += 1;
      else refused += 1;
    }), { numRuns: 1500, seed: 20_261_121 });
    // A property whose case never comes up proves nothing (PX-18).
    expect(Math.min(taken, refused)).toBeGreaterThan(20);
    expect(beyond).toBeGreaterThan(0);
  });

  it.each([
    ['a section that is unknown', '{"version":1,"retries":{}}'],
    ['no version', '{"circuits":{}}'],
    ['another version', '{"version":2,"circuits":{}}'],
    ['an option in the words of the stack', '{"version":1,"circuits":{"payments":{"openDuration":1000}}}'],
    ['text', '"nonsense"'],
  ])('refuses %s', (_which, document) => {
    expect(accepts(document)).toBe(false);
  });
});
