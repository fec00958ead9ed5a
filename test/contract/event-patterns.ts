/** A condition of an event pattern: a text, or one of the comparisons that the patterns of the library use. */
type Condition = string | { readonly 'anything-but': readonly string[] } | { readonly exists: boolean } | { readonly prefix: string };

/** Whether a pattern of EventBridge matches: every list of the pattern has a condition that the value in its place meets. */
export function matches(pattern: object, event: unknown): boolean {
  return Object.entries(pattern).every(([key, expected]: [string, unknown]) => {
    const value = memberOf(event, key);
    if (!Array.isArray(expected)) return matches(expected as object, value);
    // A list in an event stands for each of its members.
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return expected.some((condition: Condition) => values.some((each) => meets(condition, each)));
  });
}

function meets(condition: Condition, value: unknown): boolean {
  if (typeof condition === 'string') return value === condition;
  if ('exists' in condition) return (value !== undefined) === condition.exists;
  if ('prefix' in condition) return typeof value === 'string' && value.startsWith(condition.prefix);
  const { 'anything-but': others, ...rest } = condition;
  if (Object.keys(rest).length > 0) throw new Error(`a comparison that is not known: ${Object.keys(condition).join(', ')}`);
  // What is not there is not something else either.
  return value !== undefined && !others.some((other) => other === value);
}

/** What a pipe makes of an event by its input template; a path that leads nowhere gives nothing. */
export function transformed(template: string, event: unknown): unknown {
  return JSON.parse(template.replaceAll(/<\$\.([\w.]+)>/g, (_text, path: string) => {
    const value = path.split('.').reduce(memberOf, event);
    return typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
  }));
}

function memberOf(event: unknown, key: string): unknown {
  return typeof event === 'object' && event !== null && Object.hasOwn(event, key) ? (event as Record<string, unknown>)[key] : undefined;
}
