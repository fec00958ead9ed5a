import { PRIORITIES, type Priority } from '../core/call-context.ts';
import { show } from '../core/option-schema.ts';
import { attempt } from '../core/read.ts';
import { describeCaller, identityProblems, type CallerIdentity } from './caller.ts';
import { prioritySourceProblems, withPriority, type PrioritisedCall, type PrioritySource } from './priority.ts';

/** Where it is said who makes a request, and how much it matters. */
export interface RequestSources {
  /** Where it is said who makes a call. Default: the platform and its authorizers, never the caller. */
  readonly identity?: CallerIdentity | undefined;
  /** Header in which a request says how much it matters. Callers choose it themselves unless a hop in front overwrites it. Default `x-priority`. */
  readonly priority?: PrioritySource | undefined;
  /** The priority of a request, in place of the header; undefined leaves it to the header, and so does what it throws. Default: none. */
  readonly priorityOf?: ((event: unknown, context: unknown) => Priority | undefined) | undefined;
}

/** Says of requests who makes them, what they ask for and how much they matter. What is unknown is left out. */
export function describeRequest({ identity, priority, priorityOf }: RequestSources): (event: unknown, context: unknown) => PrioritisedCall {
  const describe = withPriority(describeCaller(identity), priority);
  if (priorityOf === undefined) return describe;
  return (event, context) => {
    // What cannot say how much a request matters must not fail it.
    const chosen = attempt(() => priorityOf(event, context));
    const described = describe(event, context);
    return chosen !== undefined && Object.hasOwn(PRIORITIES, chosen) ? { ...described, priority: chosen } : described;
  };
}

/** Every problem of these sources, each as one sentence that names the option, the value seen and the remedy. */
export function requestSourceProblems(path: string, { identity, priority, priorityOf }: RequestSources): string[] {
  return [
    ...identityProblems(`${path}.identity`, identity),
    ...prioritySourceProblems(`${path}.priority`, priority),
    ...(priorityOf === undefined || typeof priorityOf === 'function' ? [] : [`${path}.priorityOf is ${show(priorityOf)}: pass a function`]),
  ];
}
