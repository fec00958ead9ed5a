import { cutText } from './members.ts';

const DEFAULT_MAXIMUM_LENGTH = 256;

/** Controls, invisible and direction-changing characters, line and paragraph separators, halves of characters. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

/**
 * A text that callers had a hand in, made harmless for a log line: one line, no invisible characters, not longer than the limit.
 *
 * The JSON logger escapes line breaks and most control characters in fields by itself. It leaves the C1 controls, U+2028 and the
 * characters that turn the direction of writing as they are, which terminals and log viewers act upon, and nothing escapes what
 * is put into a message that leaves as plain text (Lambda's text log format). So this is for values inside messages, and for
 * fields of any length.
 *
 * @param maximumLength In UTF-16 units; default 256.
 */
export function sanitizeText(text: string, maximumLength: number = DEFAULT_MAXIMUM_LENGTH): string {
  return cutText(escapeUnsafe(cutText(text, maximumLength)), maximumLength);
}

/** A text in which characters that act instead of being shown are written as JSON would escape them: JSON stays JSON. */
export function escapeUnsafe(text: string): string {
  return text.replace(UNSAFE, (character) => SHORT[character] ?? escapesOf(character));
}

function escapesOf(character: string): string {
  return Array.from({ length: character.length }, (_, index) => String.raw`\u${hex(character.charCodeAt(index))}`).join('');
}

function hex(unit: number): string {
  return unit.toString(16).padStart(4, '0');
}
