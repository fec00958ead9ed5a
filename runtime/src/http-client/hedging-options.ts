import { CONTRACT } from '../contract/contract.ts';
import { ConfigurationError } from '../core/errors.ts';
import { nameProblem, schemaProblems, show } from '../core/option-schema.ts';
import { isRecord } from '../core/record.ts';

const { hedgeAfterQuantile } = CONTRACT.configuration.dependency;

/** When a call is sent a second time. */
export interface HedgeOptions {
  /** Name of the dependency: 1 to 64 letters, digits, hyphens or underscores, starting with a letter. */
  readonly name: string;
  /** Quantile of the latency after which a call is sent a second time, 0 to 0.999; 0 means never. Default 0. */
  readonly hedgeAfterQuantile?: number | undefined;
  /**
   * Whether what a call returned is what it was made for, so that the other one need not be waited for. Default: what has a status
   * of 500 or more is not, nor one of 429.
   */
  readonly isSuccess?: ((value: unknown) => boolean) | undefined;
}

/** Options with every default filled in. */
export type ResolvedHedgeOptions = { readonly [Key in keyof HedgeOptions]-?: NonNullable<HedgeOptions[Key]> };

/**
 * Fills in the defaults.
 *
 * @throws ConfigurationError with every problem at once.
 */
export function resolveHedgeOptions(options: HedgeOptions): ResolvedHedgeOptions {
  const problems = hedgeProblems(options);
  if (problems.length > 0) throw new ConfigurationError('the hedge cannot work', problems);
  return Object.freeze({
    name: options.name,
    hedgeAfterQuantile: options.hedgeAfterQuantile ?? hedgeAfterQuantile.default,
    isSuccess: options.isSuccess ?? isGoodAnswer,
  });
}

function hedgeProblems(options: unknown): string[] {
  if (!isRecord(options)) return [`options is ${show(options)}: pass an object with a name`];
  const { name, isSuccess, ...declared } = options;
  const badName = nameProblem(CONTRACT.configuration.name, 'options.name', name);
  const isCallable = isSuccess === undefined || typeof isSuccess === 'function';
  return [
    ...(badName === undefined ? [] : [badName]),
    ...(isCallable ? [] : [`options.isSuccess is ${show(isSuccess)}: pass a function`]),
    ...schemaProblems({ hedgeAfterQuantile }, declared, 'options', ['name', 'isSuccess']),
  ];
}

function isGoodAnswer(value: unknown): boolean {
  const status = value instanceof Response ? value.status : isRecord(value) ? (value['statusCode'] ?? value['status']) : undefined;
  return !(typeof status === 'number' && (status >= 500 || status === 429));
}
