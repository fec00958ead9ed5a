/**
 * What stands at a path of something foreign, such as an event or what somebody has thrown; undefined if there is nothing or it
 * cannot be read. What has getters or is a proxy may throw when it is touched: that must not take the place of what goes on.
 */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  try {
    for (const name of path) {
      if (!isObject(found)) return undefined;
      found = (found as Record<string, unknown>)[name];
    }
    return found;
  } catch {
    return undefined;
  }
}

/** Whether a value has members; a function is an object, too. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** What foreign code returns; undefined where it throws, for callbacks that must not fail what they are asked about. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
