import { CONTRACT } from '../contract/contract.ts';
import { show } from './option-schema.ts';
import { isRecord } from './record.ts';

const { timeout: SCHEMA, timeoutLimit: LIMIT } = CONTRACT.configuration;

/** The options of a timeout that are no plain values: limits by operation and by tenant, in milliseconds. */
export const TIMEOUT_PARTS = ['operationTimeoutsMs', 'tenantTimeoutsMs'] as const;

/** The options of a timeout that this file checks, from a caller who may not have a compiler. */
export type TimeoutParts = Readonly<Partial<Record<(typeof TIMEOUT_PARTS)[number] | 'minTimeoutMs' | 'maxTimeoutMs', unknown>>>;

/** Every problem of a timeout that no rule for a single value can state; what is `undefined` is not set. */
export function timeoutPartsProblems(path: string, options: TimeoutParts): string[] {
  const { minTimeoutMs: least = SCHEMA.minTimeout.defaultMs, maxTimeoutMs: most = SCHEMA.maxTimeout.defaultMs } = options;
  const isReversed = typeof least === 'number' && typeof most === 'number' && least > most;
  return [
    ...TIMEOUT_PARTS.flatMap((part) => limitProblems(`${path}.${part}`, options[part])),
    ...(isReversed ? [`${path}.minTimeoutMs is ${least}, more than maxTimeoutMs, which is ${most}: set at most ${most}`] : []),
  ];
}

function limitProblems(path: string, limits: unknown): string[] {
  if (limits === undefined) return [];
  if (!isRecord(limits)) return [`${path} is ${show(limits)}: set an object of milliseconds by name`];
  const { minimumMs, maximumMs } = LIMIT;
  return Object.entries(limits).flatMap(([name, limitMs]) => {
    if (name === '') return [`${path} has a limit for nobody: set a name`];
    if (name === '__proto__') return [`${path} has the name ${show(name)}: choose another one, because templates lose that name`];
    const isLimit = typeof limitMs === 'number' && Number.isInteger(limitMs) && limitMs >= minimumMs && limitMs <= maximumMs;
    return isLimit ? [] : [`${path}[${show(name)}] is ${show(limitMs)}: set a whole number of milliseconds from ${minimumMs} to ${maximumMs}`];
  });
}
