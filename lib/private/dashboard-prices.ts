import { Token } from 'aws-cdk-lib';
import { show } from './option-problem';

/** Prices in USD, with no tokens among the defaults. */
export interface Prices {
  /** Undefined: that of the function's architecture. */
  readonly lambdaGbSecond: number | undefined;
  readonly lambdaMillionRequests: number;
  readonly dynamoDbMillionReads: number;
  readonly dynamoDbMillionWrites: number;
}

/** On demand in us-east-1, as of November 2026: https://aws.amazon.com/lambda/pricing and https://aws.amazon.com/dynamodb/pricing/on-demand. */
const PRICES: Prices = { lambdaGbSecond: undefined, lambdaMillionRequests: 0.2, dynamoDbMillionReads: 0.125, dynamoDbMillionWrites: 0.625 };

/** A GB-second in the first tier, by architecture. */
const GB_SECOND: Readonly<Record<string, number>> = { arm64: 0.0000133334, x86_64: 0.0000166667 };

/** The price of a GB-second on an architecture. */
export function gbSecondOn(architecture: string): number {
  return GB_SECOND[architecture] ?? 0.0000166667;
}

/**
 * Prices with the defaults for what is not given.
 *
 * @throws if a price is not a number from zero, with every problem at once
 */
export function resolvePrices(options: Partial<Prices>, path: string): Prices {
  // `unknown`: callers in plain JavaScript have no compiler to stop them.
  const given = Object.entries<unknown>(options).filter(([, value]) => value !== undefined);
  const unknown = given.filter(([name]) => !Object.hasOwn(PRICES, name)).map(([name]) => `prices.${name} of ${path} is no price: use one of ${Object.keys(PRICES).join(', ')}`);
  const problems = given
    .filter(([, value]) => !Token.isUnresolved(value) && !(typeof value === 'number' && value >= 0 && Number.isFinite(value)))
    .map(([name, value]) => `prices.${name} of ${path} is ${show(value)}: set a number of USD from 0`);
  if (unknown.length + problems.length > 0) throw new Error([...unknown, ...problems].join('\n'));
  return { ...PRICES, ...Object.fromEntries(given) };
}
