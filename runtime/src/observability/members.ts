/** A member of what may be no object, or may throw when it is touched; undefined if it cannot be read. */
export function memberOf(value: unknown, name: string): unknown {
  try {
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  } catch {
    return undefined;
  }
}

/** A text cut to a number of UTF-16 units, without leaving half a character at its end. */
export function cutText(text: string, maximumLength: number): string {
  if (text.length <= maximumLength) return text;
  const end = text.codePointAt(maximumLength - 1) ?? 0;
  return text.slice(0, end > 0xffff ? maximumLength - 1 : maximumLength);
}
