import { optionsOver } from '../config/declared.ts';
import { processEnvironment } from '../config/process-environment.ts';
import { isRecord } from '../core/record.ts';
import { show, unknownOption } from '../core/option-schema.ts';
import { ConfigurationError } from '../core/errors.ts';
import { callWithin, currentCall, withCall } from './current-call.ts';
import { declaredDependency } from './declared-dependency.ts';
import { Dependency } from './dependency.ts';
import { DEPENDENCY_OPTIONS, dependencyOptionProblems, resolvedDependency, type DependencyOptions } from './dependency-options.ts';
import { makeParts, type DependencyCall, type DependencySources } from './dependency-parts.ts';

/**
 * Creates the policies of a dependency, to run any operation under them. Call it once, outside the handler. Options given here win over
 * those that the stack declares for the name; what it says of requests of HTTP, such as an address, has no effect here.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function createDependency(options: DependencyOptions, sources: DependencySources = {}): Dependency {
  const given: unknown = options;
  if (!isRecord(given)) throw new ConfigurationError('the dependency cannot work', [`options is ${show(given)}: pass an object with a name`]);
  const unknown = Object.keys(given).filter((key) => !DEPENDENCY_OPTIONS.some((known) => known === key));
  const problems = [...unknown.map((key) => unknownOption('options', key, DEPENDENCY_OPTIONS)), ...dependencyOptionProblems(given)];
  if (problems.length > 0) throw new ConfigurationError('the dependency cannot work', problems);
  const all = optionsOver(declaredOptions(options, sources), options);
  return new Dependency(options.name, makeParts(resolvedDependency(all), sources));
}

/** What the stack declares for a name, as far as it is not about requests of HTTP. What code forbids to repeat is not made twice either. */
function declaredOptions({ name, retry }: DependencyOptions, { environment = processEnvironment() }: DependencySources): Readonly<Record<string, unknown>> {
  const { options } = declaredDependency(environment, name);
  const taken = DEPENDENCY_OPTIONS.filter((key) => Object.hasOwn(options, key) && !(key === 'hedgeAfterQuantile' && retry === false));
  return Object.fromEntries(taken.map((key) => [key, options[key]]));
}

/** Options of a function that is protected; its name is given beside them. */
export interface ResilientOptions<Arguments extends readonly unknown[]> extends Omit<DependencyOptions, 'name'> {
  /** What is known of a call, from the arguments of the function: its operation, tenant, method, signal, deadline. Default: what is known of the call around it. */
  readonly callOf?: ((...given: Arguments) => DependencyCall) | undefined;
}

/** A function that is protected, with the policies that protect it. */
export interface ResilientFunction<Arguments extends readonly unknown[], Result> {
  (...given: Arguments): Promise<Result>;
  /** The policies, and what has come of the calls. */
  readonly dependency: Dependency;
}

/**
 * Protects an asynchronous function that calls a dependency: total time, retries, circuit breaker, bulkhead, and the time of each
 * attempt. While it runs, `currentCall()` says what the attempt has: its signal, which is aborted when its time is over, and its
 * deadline. A function that is not safe to repeat needs `retry: false`. Call it once, outside the handler. Options given here win over
 * those that the stack declares for the name.
 *
 * @param name Name of the dependency.
 * @param work The function. What it throws and returns is judged like errors and responses of HTTP where it has a status.
 * @throws ConfigurationError with every problem at once.
 */
export function resilient<Arguments extends readonly unknown[], Result>(
  name: string,
  work: (...given: Arguments) => Result | PromiseLike<Result>,
  options: ResilientOptions<Arguments> = {},
  sources: DependencySources = {},
): ResilientFunction<Arguments, Result> {
  const { callOf, ...rest } = options;
  const functions = Object.entries({ work, 'options.callOf': callOf }).filter(([key, value]) => (key === 'work' || value !== undefined) && typeof value !== 'function');
  if (functions.length > 0) throw new ConfigurationError(`the dependency ${show(name)} cannot work`, functions.map(([key, value]) => `${key} is ${show(value)}: pass a function`));
  const dependency = createDependency({ ...rest, name }, sources);
  const protectedWork = async (...given: Arguments): Promise<Result> => {
    const call = callWithin(callOf?.(...given) ?? {}, currentCall());
    return dependency.execute((attempt) => withCall(attempt, () => work(...given)), call);
  };
  return Object.assign(protectedWork, { dependency });
}
