import { Token } from 'aws-cdk-lib';
import { BulkheadEnforcement } from '../bulkhead-enums';
import { outline, show } from './option-problem';

const { RUNTIME, EVENT_SOURCES } = BulkheadEnforcement;

/** What Lambda takes as the maximum concurrency of the event source mapping of a queue. */
const SOURCE_CONCURRENCY = { minimum: 2, maximum: 1000 };

/** The options that mean something where Lambda keeps the bulkhead. */
const KNOWN_TO_LAMBDA = ['enabled', 'shared', 'inbound', 'maxConcurrent', 'enforcement'];

const OR_RUNTIME = 'or leave enforcement out, so that the runtime keeps the bulkhead';

type Options = Readonly<Record<string, unknown>>;

/** Everything that Lambda cannot do although it is to keep the bulkhead. */
export function enforcementProblems(path: string, options: Options): string[] {
  const { enforcement = RUNTIME } = options;
  const known: readonly unknown[] = Object.values(BulkheadEnforcement);
  if (!known.includes(enforcement)) {
    return [`${path}.enforcement is ${outline(enforcement)}: use one of ${known.join(', ')}`];
  }
  if (enforcement === RUNTIME) return [];
  return [
    ...Object.entries(options)
      .filter(([name, value]) => value !== undefined && !KNOWN_TO_LAMBDA.includes(name))
      .map(([name, value]) => `${path}.${name} is ${outline(value)}, which Lambda knows nothing of: leave it out, ${OR_RUNTIME}`),
    ...wholeFunctionProblems(path, options),
    ...sizeProblems(path, options),
  ];
}

/** Lambda counts the invocations of all environments. */
function wholeFunctionProblems(path: string, { enabled, shared, inbound }: Options): string[] {
  return [
    ...(Token.isUnresolved(enabled) ? [`${path}.enabled is a token: set true or false, because it decides what the template holds`] : []),
    ...Object.entries({ shared, inbound })
      .filter(([, value]) => value === false || Token.isUnresolved(value))
      .map(([name, value]) => `${path}.${name} is ${outline(value)}, and Lambda counts the invocations of the whole function: leave it out, ${OR_RUNTIME}`),
  ];
}

function sizeProblems(path: string, { enforcement, maxConcurrent }: Options): string[] {
  // The default suits calls to a dependency; for all that a function does, somebody has to choose.
  if (maxConcurrent === undefined) return [`${path}.maxConcurrent is missing: set how many invocations Lambda may run at the same time`];
  if (enforcement !== EVENT_SOURCES || typeof maxConcurrent !== 'number' || Token.isUnresolved(maxConcurrent)) return [];
  const { minimum, maximum } = SOURCE_CONCURRENCY;
  // What is no whole number from 1 is the business of the rule for the single value.
  if (!Number.isInteger(maxConcurrent) || maxConcurrent < 1 || (maxConcurrent >= minimum && maxConcurrent <= maximum)) return [];
  return [`${path}.maxConcurrent is ${show(maxConcurrent)}: set a whole number from ${minimum} to ${maximum}, which is what event sources take`];
}
