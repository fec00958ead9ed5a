/** Stands for a value that is not known: Prometheus takes an empty label for one that is not there. */
export const NONE = 'none';

/** Stands for every value that came after a label had as many as it may have. */
export const OTHER = 'other';

const MAX_LENGTH = 100;

/** A text that is short and that every exporter can encode: halves of surrogate pairs are not. */
export function shortText(text: string): string {
  return text.slice(0, MAX_LENGTH).replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** A value as a label shows it. */
export function labelText(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? shortText(value) : NONE;
}

/** Keeps the values of every label few: every series costs memory here and money where it is kept. */
export class LabelCap {
  readonly #maximum: number;
  readonly #seen = new Map<string, Set<string>>();

  /** @param maximum Values that a label has at most, besides `none` and `other`. */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** The value itself as long as there is room for it, else `other`. */
  fold(label: string, value: string): string {
    if (value === NONE || value === OTHER) return value;
    const seen = this.#seen.get(label) ?? new Set();
    this.#seen.set(label, seen);
    if (seen.has(value)) return value;
    if (seen.size >= this.#maximum) return OTHER;
    seen.add(value);
    return value;
  }
}
