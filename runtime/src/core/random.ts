/** The only source of chance of every policy. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
}

/** A number between `low` and `high`, uniformly. */
export function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}

/** A short identifier, unique enough for one lease or one write: 12 characters, about 62 bits. */
export function randomId(random: Random): string {
  const half = () => Math.floor(random.next() * 36 ** 6).toString(36).padStart(6, '0');
  return half() + half();
}
