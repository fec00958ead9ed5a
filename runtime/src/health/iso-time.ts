const DAY_MS = 86_400_000;
/** Days of 400 years of the Gregorian calendar, after which it repeats. */
const ERA_DAYS = 146_097;
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_DAYS = 719_468;

/** An instant in epoch milliseconds as ISO 8601 in UTC, as `Date.toISOString` writes it, for the years 0 to 9999. */
export function isoTime(epochMs: number): string {
  const day = Math.floor(epochMs / DAY_MS);
  const timeMs = Math.floor(epochMs - day * DAY_MS);
  const clock = [Math.floor(timeMs / 3_600_000), Math.floor(timeMs / 60_000) % 60, Math.floor(timeMs / 1000) % 60];
  return `${dateText(day)}T${clock.map((part) => padded(part, 2)).join(':')}.${padded(timeMs % 1000, 3)}Z`;
}

/** The civil date of a day since the epoch. Years begin in March, so that the odd day comes last. */
function dateText(day: number): string {
  const shifted = day + EPOCH_DAYS;
  const era = Math.floor(shifted / ERA_DAYS);
  const ofEra = shifted - era * ERA_DAYS;
  const yearOfEra = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365);
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const date = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return [padded(year, 4), padded(month, 2), padded(date, 2)].join('-');
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
