import { DAY_MS, daysSinceEpoch } from './calendar.ts';

const SECOND_MS = 1000;

/** Longest time that is believed, one year: what asks for more asks for ever. */
const LONGEST_MS = 365 * DAY_MS;

const MONTHS: readonly string[] = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const TIME = String.raw`(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})`;

/** The three forms of a date in HTTP (RFC 9110, 5.6.7), of which only the first one is written today. */
const FORMS: readonly RegExp[] = [
  new RegExp(String.raw`^[a-z]{3}, (?<day>\d{2}) (?<month>[a-z]{3}) (?<year>\d{4}) ${TIME} GMT$`, 'i'),
  new RegExp(String.raw`^[a-z]{6,9}, (?<day>\d{2})-(?<month>[a-z]{3})-(?<year>\d{2}) ${TIME} GMT$`, 'i'),
  new RegExp(String.raw`^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`, 'i'),
];

/**
 * How long a `Retry-After` header asks to wait, in milliseconds: whole seconds or a date of HTTP. 0 means now, and so does a date
 * that is past; at most a year. Undefined if it is neither.
 */
export function parseRetryAfter(value: string, nowMs: number): number | undefined {
  const text = value.trim();
  if (/^\d+$/.test(text)) return Math.min(LONGEST_MS, Number(text) * SECOND_MS);
  const untilMs = httpDate(text, nowMs);
  return untilMs === undefined ? undefined : Math.min(LONGEST_MS, Math.max(0, untilMs - nowMs));
}

function httpDate(text: string, nowMs: number): number | undefined {
  for (const form of FORMS) {
    const parts = form.exec(text)?.groups;
    if (parts !== undefined) return instantOf(parts, nowMs);
  }
  return undefined;
}

function instantOf(parts: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const { month: name = '', year = '' } = parts;
  const [day, hour, minute, second] = [Number(parts['day']), Number(parts['hour']), Number(parts['minute']), Number(parts['second'])];
  const month = MONTHS.indexOf(name.toLowerCase()) + 1;
  const isOnClock = hour < 24 && minute < 60 && second <= 60; // a leap second is a second
  if (month < 1 || day < 1 || day > 31 || !isOnClock) return undefined;
  return ((daysSinceEpoch(fullYear(year, nowMs), month, day) * 24 + hour) * 60 + minute) * 60_000 + second * SECOND_MS;
}

/** A year of two digits is the one of this century, unless that is more than fifty years ahead. */
function fullYear(digits: string, nowMs: number): number {
  if (digits.length === 4) return Number(digits);
  const currentYear = 1970 + Math.floor(nowMs / (365.2425 * DAY_MS));
  const year = currentYear - (currentYear % 100) + Number(digits);
  return year > currentYear + 50 ? year - 100 : year;
}
