import { Lazy, Tokenization } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { CONTRACT } from './contract';

/** Where Powertools, and so the runtime, looks for the name of the service. */
const SERVICE_VARIABLE = 'POWERTOOLS_SERVICE_NAME';

/** What Lambda allows for the names and values of all environment variables of a function together, in bytes. */
const MAXIMUM_BYTES = 4096;

/** The environment variables that a function has so far; their values may be tokens. */
export function variablesOf(fn: lambda.Function): Readonly<Record<string, string>> {
  const { environment } = fn.node.defaultChild as lambda.CfnFunction;
  let rendered: unknown = environment;
  if (Tokenization.isResolvable(environment)) {
    // Resolved one level deep: tokens in the values must stay what they are, for use in other stacks.
    fn.stack.resolve(Lazy.uncachedAny({ produce: (context) => void (rendered = environment.resolve(context)) }));
  }
  const { variables = {} } = (rendered ?? {}) as { readonly variables?: Readonly<Record<string, string>> };
  return variables;
}

/** The service that a function reports as: what it is told to be, else its name. */
export function serviceNameOf(fn: lambda.Function): string {
  const service = variablesOf(fn)[SERVICE_VARIABLE];
  // Lazy: the variable may be added after the name was asked for.
  return service || Lazy.uncachedString({ produce: () => variablesOf(fn)[SERVICE_VARIABLE] || fn.functionName });
}

/**
 * Refuses to set a variable that the constructs set themselves.
 *
 * @throws if it is one of those
 */
export function refuseReservedVariable(name: string, construct: string): void {
  const reserved = Object.values(CONTRACT.environment).find((variable) => variable.name === name);
  if (reserved === undefined) return;
  throw new Error(`environment.${name} is set by ${construct}, from what is declared, tables and dynamicConfig: remove it`);
}

/** What is wrong with the environment variables of a function once all of them are known. */
export function environmentProblems(fn: lambda.Function): string[] {
  const variables = fn.stack.resolve(variablesOf(fn)) as Readonly<Record<string, unknown>>;
  const bytes = Object.entries(variables).reduce((sum, entry) => sum + knownBytes(entry), 0);
  if (bytes <= MAXIMUM_BYTES) return [];
  return [
    `the environment variables of ${fn.node.path} take at least ${bytes} bytes: keep names and values to ${MAXIMUM_BYTES} together, ` +
      'which is what Lambda allows; leave out options that equal their defaults, or read other settings from elsewhere',
  ];
}

/** Bytes of what is known of a rendered value: what deployment fills in counts as nothing. */
function knownBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, part) => sum + knownBytes(part), 0);
  const join: unknown = (value as Readonly<Record<string, unknown>> | undefined)?.['Fn::Join'];
  return join === undefined ? 0 : knownBytes(join);
}
