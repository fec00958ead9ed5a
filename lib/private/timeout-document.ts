import type { Duration } from 'aws-cdk-lib';
import type { TimeoutOptions } from '../timeout-options';
import { documentOptions, type DocumentOptions } from './document-options';
import { TIMEOUT_RULES } from './option-rules';
import { TIMEOUT_PARTS } from './timeout-problems';

/** Options of the timeout, which have been checked, as the document holds them. */
export function timeoutDocument(checked: object): DocumentOptions {
  const options = checked as TimeoutOptions;
  const parts = TIMEOUT_PARTS.flatMap((part) => (options[part] === undefined ? [] : [[`${part}Ms`, timesDocument(options[part])] as const]));
  return { ...documentOptions(TIMEOUT_RULES, options), ...Object.fromEntries(parts) };
}

function timesDocument(times: Readonly<Record<string, Duration | undefined>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(times).flatMap(([name, time]) => (time === undefined ? [] : [[name, time.toMilliseconds()] as const])));
}
