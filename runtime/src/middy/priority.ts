import { PRIORITIES, type CallContext, type Priority } from '../core/call-context.ts';
import { show, unknownOption } from '../core/option-schema.ts';
import { isRecord } from '../core/record.ts';
import type { CallDescription } from './describe.ts';
import { isHeaderName, requestHeader } from './headers.ts';

/** Where a request says how much it matters. */
export interface PrioritySource {
  /** Header that names the priority, in any case: 1 to 128 characters. Default `x-priority`. */
  readonly header?: string | undefined;
}

/** What a request says about the call that it is, its priority with it. */
export type PrioritisedCall = CallDescription & Pick<CallContext, 'priority'>;

type Describe<Description> = (event: unknown, context: unknown) => Description;

const DEFAULT_HEADER = 'x-priority';

/**
 * The priority that a header of an HTTP event names: `critical`, `high`, `normal`, `low` or `background`, in any case. Any other
 * value is `normal`; undefined if there is no such header. Of several values the last one counts, for a hop that appends
 * instead of overwriting writes last. Callers choose it themselves unless a hop in front of the function overwrites it.
 *
 * @param header Name of the header, in any case.
 */
export function priorityFromHeader(event: unknown, header: string = DEFAULT_HEADER): Priority | undefined {
  const value = requestHeader(event, header).at(-1);
  if (value === undefined) return undefined;
  const name = value.trim().toLowerCase();
  return Object.hasOwn(PRIORITIES, name) ? (name as Priority) : 'normal';
}

/** The same description with the priority that the request names, where it names one. */
export function withPriority(describe: Describe<CallDescription>, { header }: PrioritySource = {}): Describe<PrioritisedCall> {
  return (event, context) => {
    const priority = priorityFromHeader(event, header);
    const described = describe(event, context);
    return priority === undefined ? described : { ...described, priority };
  };
}

/** Every problem of a source of priorities, each as one sentence that names the option, the value seen and the remedy. */
export function prioritySourceProblems(path: string, source: unknown): string[] {
  if (source === undefined) return [];
  if (!isRecord(source)) return [`${path} is ${show(source)}: set { header }`];
  const { header, ...others } = source;
  return [
    ...(header === undefined || isHeaderName(header) ? [] : [`${path}.header is ${show(header)}: set the name of a header`]),
    ...Object.keys(others).map((key) => unknownOption(path, key, ['header'])),
  ];
}
