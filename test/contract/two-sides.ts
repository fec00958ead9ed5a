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
import { createResilientClient } from '../../runtime/src/http-client/index.ts';
import { resolveLoadSheddingOptions } from '../../runtime/src/load-shedding/options.ts';
import { resolveObservabilityOptions } from '../../runtime/src/observability/options.ts';
import { resolveRateLimitOptions } from '../../runtime/src/rate-limit/options.ts';
import { resolveRetryOptions } from '../../runtime/src/retry/options.ts';
import { resolveTimeoutOptions } from '../../runtime/src/timeout/options.ts';
import { DURATIONS, inMilliseconds, type Declarations } from './declarations.ts';

/** The largest document that the construct takes: Lambda's environment is no larger. No schema can know that. */
export const MAXIMUM_BYTES = 3072;

const VARIABLE = CONTRACT.environment.configuration.name;
const CODE = { handler: 'index.handler', code: lambda.Code.fromInline('exports.handler = async () => undefined;') };

type Policy = 'retry' | 'circuit' | 'bulkhead';
type Section = Readonly<Record<string, unknown>>;

/** What dependencies have where they do not say. */
const PROFILES: Readonly<Record<string, readonly Policy[]>> = { critical: ['retry', 'circuit', 'bulkhead'], 'non-critical': ['circuit'], 'high-volume': ['bulkhead'] };
const UNSAID = { circuit: {}, bulkhead: { shared: false } };
const NAME = new RegExp(CONTRACT.configuration.name.pattern);

const has = (options: Section, policy: Policy): boolean =>
  options[policy] !== undefined || PROFILES[(options['profile'] ?? 'critical') as string]!.includes(policy);

/** The circuits or bulkheads of the document, with those that dependencies bring along. */
function withBrought(declared: unknown, policy: 'circuit' | 'bulkhead', dependencies: Section): unknown {
  const there: Section = isRecord(declared) ? declared : {};
  const brought = Object.entries(dependencies).flatMap(([name, options]) => {
    if (!isRecord(options) || !NAME.test(name) || !has(options, policy)) return [];
    const own = options[policy];
    if (own === undefined) return Object.hasOwn(there, name) ? [] : [[name, UNSAID[policy]] as const];
    return isRecord(own) ? [[name, own] as const] : [];
  });
  return brought.length === 0 ? declared : Object.fromEntries([...Object.entries(there), ...brought]);
}

/** A dependency as the document has it: it names its circuit and its bulkhead, unless its name is none. */
function dependencyDocument(name: string, options: unknown): unknown {
  if (!isRecord(options)) return options;
  const { profile: _profile, cloudMap, ...rest } = options;
  const reference = (policy: Policy) => {
    if (options[policy] !== undefined && !isRecord(options[policy])) return options[policy];
    return has(options, policy) ? name : false;
  };
  const policies = NAME.test(name) ? { circuit: reference('circuit'), bulkhead: reference('bulkhead') } : {};
  return { ...rest, cloudMap: cloudMapDocument(cloudMap), ...(has(options, 'retry') ? {} : { retry: false }), ...policies };
}

/** A service as the document has it: by its names. What is no service has none. */
function cloudMapDocument(cloudMap: unknown): unknown {
  if (!isRecord(cloudMap)) return cloudMap;
  const { service, ...rest } = cloudMap;
  if (!isRecord(service)) return { ...rest, namespace: 'shop.local', service: service === undefined ? undefined : null };
  return { ...rest, namespace: (service['namespace'] as Section)['namespaceName'], service: service['serviceName'] };
}

/** The document that the construct writes for what it does not refuse. */
export const documentFor = (declarations: Declarations): string => {
  const { rateLimits: limits, requestTimeout: timeout, dependencies, ...others } = inMilliseconds(declarations) as Declarations;
  const document = { version: CONTRACT.version, limits, timeout, ...others };
  if (!isRecord(dependencies)) return JSON.stringify({ ...document, dependencies });
  return JSON.stringify({
    ...document,
    circuits: withBrought(others.circuits, 'circuit', dependencies),
    bulkheads: withBrought(others.bulkheads, 'bulkhead', dependencies),
    dependencies: Object.fromEntries(Object.entries(dependencies).map(([name, options]) => [name, dependencyDocument(name, options)])),
  });
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

/** What only code can say of a timeout. */
export const NO_LOAD = (): undefined => undefined;

/** What a policy of the runtime works with, when the code gives it a name and nothing else. */
export function resolvedFrom(environment: Environment) {
  const { circuits = {}, rateLimits = {}, bulkheads = {}, dependencies, timeout, retry, loadShedding, observability } = readConfiguration(environment);
  const each = <Resolved>(declared: object, resolve: (name: string) => Resolved) =>
    Object.fromEntries(Object.keys(declared).map((name) => [name, resolve(name)]));
  return {
    circuits: each(circuits, (name) => resolveCircuitBreakerOptions(withDeclared({ name }, circuits))),
    rateLimits: each(rateLimits, (name) => resolveRateLimitOptions(withDeclared({ name }, rateLimits))),
    bulkheads: each(bulkheads, (name) => resolveBulkheadOptions(withDeclared({ name }, bulkheads))),
    dependencies,
    timeout: timeout && resolveTimeoutOptions({ ...timeout, load: NO_LOAD }),
    retry: retry && resolveRetryOptions(retry),
    loadShedding: loadShedding && resolveLoadSheddingOptions(loadShedding),
    observability: resolveObservabilityOptions(observability),
  };
}

/** The options that a refusal names, sorted: as often as it names them, in the words of the construct. */
const concerned = (problems: readonly string[]): string[] => problems.map(optionOf).sort();

function optionOf(problem: string): string {
  const [path = ''] = problem.split(' ');
  const inWordsOfTheConstruct = path
    .replace(/^limits(?=\.|$)/, 'rateLimits')
    .replace(/^timeout(?=\.|$)/, 'requestTimeout')
    .replace(/^(requestTimeout\.\w+Timeouts)Ms(?:\["(.*)"\])?/, (_text, times: string, name?: string) => (name === undefined ? times : `${times}.${name}`))
    // What a dependency brings along stands in a section of its own.
    .replace(/^dependencies\.([^.]*)\.(circuit|bulkhead)\./, '$2s.$1.');
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
  const { limits, dependencies } = JSON.parse(document) as Record<string, unknown>;
  const found = problemsOf(() => readConfiguration({ [VARIABLE]: document }));
  return concerned([...found, ...missingLimits(limits), ...missingAddresses(dependencies)]);
}

/** A list of limits may come from the code, so it is missed only when the policy is made. */
function missingLimits(limits: unknown): string[] {
  return Object.entries(isRecord(limits) ? limits : {}).flatMap(([name, options]) => {
    if (!isRecord(options) || options['limits'] !== undefined) return [];
    const found = problemsOf(() => resolveRateLimitOptions({ ...options, name }));
    return found.filter((problem) => problem.startsWith('options.limits ')).map((problem) => problem.replace('options', `limits.${name}`));
  });
}

const PLACES = ['baseUrl', 'endpoints', 'cloudMap'];

/** An address may come from the code as well. */
function missingAddresses(dependencies: unknown): string[] {
  return Object.entries(isRecord(dependencies) ? dependencies : {}).flatMap(([name, options]) => {
    if (!isRecord(options) || PLACES.some((place) => options[place] !== undefined)) return [];
    // A name that is none is a problem of the document.
    const found = problemsOf(() => createResilientClient({ name: 'any' }, { environment: {} }));
    return found.map((problem) => problem.replace('options', `dependencies.${name}`));
  });
}
