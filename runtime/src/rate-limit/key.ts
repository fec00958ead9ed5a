import type { CallContext } from '../core/call-context.ts';
import type { KeyPartName } from './options.ts';

/**
 * One text for a key: the name of the limit itself or, with parts, a JSON array. Different keys have different texts, whatever
 * the parts hold, for no name begins with a bracket; and a part that is not known is not the same as any text.
 */
export function limitKey(name: string, parts: readonly (string | undefined)[]): string {
  return parts.length === 0 ? name : JSON.stringify([name, ...parts.map((part) => part ?? null)]);
}

/** The parts of a call's key. */
export function partsOf(call: CallContext, by: readonly KeyPartName[]): (string | undefined)[] {
  return by.map((part) => call[part]);
}
