import cdk from 'aws-cdk-lib';
import assertions from 'aws-cdk-lib/assertions';
import lambda from 'aws-cdk-lib/aws-lambda';
import constructs from '../../dist/index.js';
import { resolveBulkheadOptions } from '../../runtime/src/bulkhead/options.ts';
import { resolveCircuitBreakerOptions } from '../../runtime/src/circuit-breaker/options.ts';
import { readConfiguration, type Environment } from '../../runtime/src/config/configuration.ts';
import { withDeclared } from '../../runtime/src/config/declared.ts';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';
import { ConfigurationError } from '../../runtime/src/core/errors.ts';
import { isRecord } from '../../runtime/src/core/record.ts';
import { resolveLoadSheddingOptions } from '../../runtime/src/load-shedding/options.ts';
import { resolveObservabilityOptions } from '../../runtime/src/observability/options.ts';
import { resolveRateLimitOptions } from '../../runtime/src/rate-limit/options.ts';
import { DURATIONS, inMilliseconds, type Declarations } from './declarations.ts';

/** The largest document that the construct takes: Lambda's environment is no larger. No schema can know that. */
export const MAXIMUM_BYTES = 3072;

const VARIABLE = CONTRACT.environment.configuration.name;
const CODE = { handler: 'index.handler', code: lambda.Code.fromInline('exports.handler = async () => undefined;') };

/** The document that the construct writes for what it does not refuse. */
export const documentFor = (declarations: Declarations): string => {
  const { rateLimits: limits, ...others } = inMilliseconds(declarations) as Declarations;
  return JSON.stringify({ version: CONTRACT.version, limits, ...others });
};

function declare(declarations: Declarations): cdk.Stack {
  const app = new cdk.App({ builtinCloudFormationValidation: false, analyticsReporting: false, context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new cdk.Stack(app, 'Stack');
  new constructs.ResilientFunction(stack, 'Fn', { ...CODE, ...(declarations as constructs.ResilienceOptions) });
  return stack;
}

/** The environment of the function in the template of a stack that declares this. */
export function environmentOf(declarations: Declarations): Environment {
  const { Resources } = assertions.Template.fromStack(declare(declarations)).toJSON() as { Resources: Record<string, { Type: string; Properties: { Environment?: { Variables: Environment } } }> };
  const [fn] = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  return fn!.Properties.Environment?.Variables ?? {};
}

/** What a policy of the runtime works with, when the code gives it a name and nothing else. */
export function resolvedFrom(environment: Environment) {
  const { circuits = {}, rateLimits = {}, bulkheads = {}, loadShedding, observability } = readConfiguration(environment);
  const each = <Resolved>(declared: object, resolve: (name: string) => Resolved) =>
    Object.fromEntries(Object.keys(declared).map((name) => [name, resolve(name)]));
  return {
    circuits: each(circuits, (name) => resolveCircuitBreakerOptions(withDeclared({ name }, circuits))),
    rateLimits: each(rateLimits, (name) => resolveRateLimitOptions(withDeclared({ name }, rateLimits))),
    bulkheads: each(bulkheads, (name) => resolveBulkheadOptions(withDeclared({ name }, bulkheads))),
    loadShedding: loadShedding && resolveLoadSheddingOptions(loadShedding),
    observability: resolveObservabilityOptions(observability),
  };
}

/** The options that a refusal names, sorted: as often as it names them, in the words of the construct. */
const concerned = (problems: readonly string[]): string[] => problems.map(optionOf).sort();

function optionOf(problem: string): string {
  const [path = ''] = problem.split(' ');
  const inWordsOfTheConstruct = path.replace(/^limits(?=\.|$)/, 'rateLimits');
  return inWordsOfTheConstruct.replace(/\b(\w+)Ms$/, (text, option: string) => (DURATIONS.has(option) ? option : text));
}

/** The options that the construct refuses; none if it takes all. */
export function refusedByConstruct(declarations: Declarations): string[] {
  try {
    declare(declarations);
    return [];
  } catch (error) {
    const [first = '', ...problems] = (error as Error).message.split('\n- ');
    if (!first.startsWith('the configuration of Stack/Fn has ')) throw error;
    return concerned(problems);
  }
}

function problemsOf(action: () => unknown): readonly string[] {
  try {
    action();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/** The options that the runtime refuses in the document; none if it takes all. */
export function refusedByRuntime(declarations: Declarations): string[] {
  const document = documentFor(declarations);
  const found = problemsOf(() => readConfiguration({ [VARIABLE]: document }));
  return concerned([...found, ...missingLimits((JSON.parse(document) as { limits?: unknown }).limits)]);
}

/** A list of limits may come from the code, so it is missed only when the policy is made. */
function missingLimits(limits: unknown): string[] {
  return Object.entries(isRecord(limits) ? limits : {}).flatMap(([name, options]) => {
    if (!isRecord(options) || options['limits'] !== undefined) return [];
    const found = problemsOf(() => resolveRateLimitOptions({ ...options, name }));
    return found.filter((problem) => problem.startsWith('options.limits ')).map((problem) => problem.replace('options', `limits.${name}`));
  });
}
