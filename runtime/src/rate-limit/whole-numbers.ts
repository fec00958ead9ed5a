/** `factor * other / divisor`, rounded up; exact for whole numbers, also where the product is no safe integer any more. */
export function scaledUp(factor: number, other: number, divisor: number): number {
  const product = factor * other;
  if (product <= Number.MAX_SAFE_INTEGER) return Math.ceil(product / divisor);
  return Number((BigInt(factor) * BigInt(other) + BigInt(divisor) - 1n) / BigInt(divisor));
}

/** `factor * other / divisor`, rounded down; exact for whole numbers, also where the product is no safe integer any more. */
export function scaledDown(factor: number, other: number, divisor: number): number {
  const product = factor * other;
  if (product <= Number.MAX_SAFE_INTEGER) return Math.floor(product / divisor);
  return Number((BigInt(factor) * BigInt(other)) / BigInt(divisor));
}
