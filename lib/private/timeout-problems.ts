import { CONTRACT } from './contract';
import { isDuration, namedProblems, optionsProblems } from './option-problem';
import { TIMEOUT_LIMIT_RULE, TIMEOUT_RULES } from './option-rules';

const { minTimeout: MIN, maxTimeout: MAX } = CONTRACT.configuration.timeout;

/** The options of the timeout that are times of single operations and tenants, in the order in which the document holds them. */
export const TIMEOUT_PARTS = ['operationTimeouts', 'tenantTimeouts'] as const;

type Options = Readonly<Record<string, unknown>>;

/** Every problem of the timeout, from a caller who may not have a compiler. */
export function timeoutProblems(path: string, options: Options): string[] {
  return [
    ...optionsProblems(TIMEOUT_RULES, path, options, TIMEOUT_PARTS),
    ...TIMEOUT_PARTS.flatMap((part) => ownTimesProblems(`${path}.${part}`, options[part])),
    ...orderProblems(`${path}.minTimeout`, knownMs(options['minTimeout'], MIN.defaultMs), 'maxTimeout', knownMs(options['maxTimeout'], MAX.defaultMs)),
  ];
}

/** A time that is longer than another one that bounds it; nothing is said of what is not known. */
export function orderProblems(path: string, shorterMs: number | undefined, bound: string, boundMs: number | undefined): string[] {
  if (shorterMs === undefined || boundMs === undefined || shorterMs <= boundMs) return [];
  return [`${path} is ${shorterMs} ms, more than ${bound}, which is ${boundMs} ms: set at most ${boundMs} ms`];
}

/** A duration in milliseconds, or the default where there is none; undefined for tokens and for what is no duration. */
export function knownMs(duration: unknown, defaultMs?: number): number | undefined {
  if (duration === undefined) return defaultMs;
  return isDuration(duration) && !duration.isUnresolved() ? duration.toMilliseconds({ integral: false }) : undefined;
}

function ownTimesProblems(path: string, times: unknown): string[] {
  return namedProblems(path, times, 'Durations by name', (name, time) => {
    if (name === '') return [`${path} has a time for nobody: set a name`];
    return optionsProblems(new Map([[name, TIMEOUT_LIMIT_RULE]]), path, { [name]: time });
  });
}
