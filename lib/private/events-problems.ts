import { Token, type ResourceEnvironment } from 'aws-cdk-lib';
import type { CircuitPhase } from '../circuit-phase';
import { CONTRACT } from './contract';
import { isElsewhere } from './distance';
import { isDuration, show } from './option-problem';

/** What a pipe is made of, as given by a caller who may not have a compiler. */
export interface PipeParts {
  /** Where the pipe is. */
  readonly env: ResourceEnvironment;
  readonly tableEnv: ResourceEnvironment;
  /** Empty where there is none. */
  readonly streamArn: string;
  readonly eventBusEnv: ResourceEnvironment | undefined;
  readonly retryAttempts: unknown;
  readonly maxEventAge: unknown;
}

const MAXIMUM_RETRIES = 10_000;
/** From the shortest age that a pipe takes to the time for which a stream keeps its records. */
const AGE_SECONDS = { minimum: 60, maximum: 86_400 };

const { name: NAME } = CONTRACT.configuration;
const NAME_PATTERN = new RegExp(NAME.pattern);

/** Every problem of what a pipe is to be made of. */
export function pipeProblems({ env, tableEnv, streamArn, eventBusEnv, retryAttempts, maxEventAge }: PipeParts): string[] {
  return [
    ...streamProblems(streamArn),
    ...distanceProblems('tables', env, tableEnv),
    ...(eventBusEnv === undefined ? [] : distanceProblems('eventBus', env, eventBusEnv)),
    ...retryProblems(retryAttempts),
    ...ageProblems(maxEventAge),
  ];
}

function streamProblems(streamArn: string): string[] {
  if (streamArn !== '') return [];
  return [
    'tables has no stream of circuit state: set circuitStream to true where ResilienceTables is created, and for imported tables ' +
      'circuitTableStreamArn in fromTableNames',
  ];
}

function distanceProblems(name: string, here: ResourceEnvironment, there: ResourceEnvironment): string[] {
  if (!isElsewhere(here, there)) return [];
  return [`${name} is in ${there.account}/${there.region}: a pipe reaches only what is in ${here.account}/${here.region}, where it is itself`];
}

function retryProblems(retries: unknown): string[] {
  if (retries === undefined || Token.isUnresolved(retries)) return [];
  if (typeof retries === 'number' && Number.isInteger(retries) && retries >= 0 && retries <= MAXIMUM_RETRIES) return [];
  return [`retryAttempts is ${show(retries)}: set a whole number from 0 to ${MAXIMUM_RETRIES}`];
}

function ageProblems(age: unknown): string[] {
  const remedy = `set a Duration of whole seconds from ${AGE_SECONDS.minimum} to ${AGE_SECONDS.maximum}`;
  if (!isDuration(age)) return [`maxEventAge is ${show(age)}: ${remedy}`];
  if (age.isUnresolved()) {
    // CloudFormation cannot multiply, so a token in any other unit could never become seconds.
    return age.unitLabel() === 'seconds' ? [] : [`maxEventAge is a token in ${age.unitLabel()}: only Duration.seconds() can hold a token here`];
  }
  const seconds = age.toSeconds({ integral: false });
  if (Number.isInteger(seconds) && seconds >= AGE_SECONDS.minimum && seconds <= AGE_SECONDS.maximum) return [];
  return [`maxEventAge is ${show(age)}: ${remedy}`];
}

/** Every problem of the changes that a rule is to be for. */
export function changeProblems(circuits: readonly string[] | undefined, to: readonly CircuitPhase[] | undefined): string[] {
  const none = Object.entries({ circuits, to }).filter(([, list]) => list?.length === 0);
  return [
    ...none.map(([name]) => `${name} is an empty list, which nothing matches: name at least one, or leave it out for all`),
    ...(circuits ?? []).filter((name) => !NAME_PATTERN.test(name)).map((name) => nameProblem(name)),
  ];
}

function nameProblem(name: string): string {
  // A rule that never matches says nothing, so the name has to be one that a circuit can have.
  return Token.isUnresolved(name)
    ? 'circuits holds a token: use names that are known at synthesis'
    : `circuits holds ${show(name)}: use ${NAME.rule}`;
}
