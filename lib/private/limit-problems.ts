import { Token } from 'aws-cdk-lib';
import { CONTRACT } from './contract';
import { isDuration, isFilled, isRecord, isTokenObject, namedProblems, optionsProblems, outline, show } from './option-problem';
import { LIMIT_RULES, RATE_LIMIT_RULES } from './option-rules';

const { maximumRulesPerKey: MAXIMUM_RULES, limitKeyParts: KEY_PARTS } = CONTRACT.configuration;

/** The options of a rate limit that are no plain values, in the order in which the document holds them. */
export const LIMIT_PARTS = ['limits', 'tenantLimits', 'userLimits', 'by'] as const;

/** Every problem of the options of one rate limit, from a caller who may not have a compiler. */
export function rateLimitProblems(path: string, options: Readonly<Record<string, unknown>>): string[] {
  const { limits, tenantLimits, userLimits, by, strategy, maxShards } = options;
  return [
    ...optionsProblems(RATE_LIMIT_RULES, path, options, LIMIT_PARTS),
    ...(limits === undefined
      ? [`${path}.limits is missing: set at least one { limit, period }`]
      : limitListProblems(`${path}.limits`, limits, strategy)),
    ...limitMapProblems(`${path}.tenantLimits`, tenantLimits, strategy),
    ...limitMapProblems(`${path}.userLimits`, userLimits, strategy),
    ...keyProblems(`${path}.by`, by),
    ...sharedKeyProblems(path, options),
    ...shardProblems(`${path}.maxShards`, maxShards),
  ];
}

function limitMapProblems(path: string, map: unknown, strategy: unknown): string[] {
  return namedProblems(path, map, 'lists of limits', (id, limits) => limitListProblems(`${path}.${id}`, limits, strategy));
}

function limitListProblems(path: string, limits: unknown, strategy: unknown): string[] {
  if (!Array.isArray(limits) || Token.isUnresolved(limits)) return [`${path} is ${outline(limits)}: set a list of { limit, period }`];
  const rules: readonly unknown[] = limits;
  if (rules.length < 1 || rules.length > MAXIMUM_RULES) {
    return [`${path} has ${rules.length} entries: set 1 to ${MAXIMUM_RULES} limits`];
  }
  const periods = rules.map((rule) => (isRecord(rule) ? milliseconds(rule['period']) : undefined));
  return rules.flatMap((rule, index) => {
    const problems = ruleProblems(`${path}[${index}]`, rule, strategy);
    const period = periods[index];
    if (period === undefined || periods.indexOf(period) === index) return problems;
    return [...problems, `${path}[${index}].period is that of another limit: keep the smaller one of the two`];
  });
}

function ruleProblems(path: string, rule: unknown, strategy: unknown): string[] {
  if (!isRecord(rule) || isTokenObject(rule)) return [`${path} is ${outline(rule)}: set { limit, period }`];
  const problems = [
    ...(rule['limit'] === undefined ? [`${path}.limit is missing: set a number of tokens`] : []),
    ...(rule['period'] === undefined ? [`${path}.period is missing: set a Duration`] : []),
    ...optionsProblems(LIMIT_RULES, path, rule),
  ];
  if (rule['burst'] === undefined || mayHaveBurst(strategy)) return problems;
  return [...problems, `${path}.burst is ${show(rule['burst'])}: leave it out, only a token bucket has a burst`];
}

/** What is no text is the business of the rule for the strategy; undefined is the default, which has a burst. */
function mayHaveBurst(strategy: unknown): boolean {
  return typeof strategy !== 'string' || strategy === 'token-bucket' || Token.isUnresolved(strategy);
}

function keyProblems(path: string, by: unknown): string[] {
  if (by === undefined) return [];
  const known: readonly unknown[] = KEY_PARTS;
  if (!Array.isArray(by) || Token.isUnresolved(by)) return [`${path} is ${outline(by)}: set a list of ${known.join(', ')}`];
  const parts: readonly unknown[] = by;
  return parts
    .filter((part, index) => !known.includes(part) || parts.indexOf(part) !== index)
    .map((part) => `${path} holds ${show(part)}: list each of ${known.join(', ')} at most once`);
}

/**
 * Callers with limits of their own must not share a key, whose limits would be those of the latest of them. Without `by` the
 * keys may be made by the code, and are the business of the runtime.
 */
function sharedKeyProblems(path: string, options: Readonly<Record<string, unknown>>): string[] {
  const { by } = options;
  if (!Array.isArray(by) || Token.isUnresolved(by) || by.some((part) => Token.isUnresolved(part))) return [];
  const parts: readonly unknown[] = by;
  return Object.entries({ tenant: 'tenantLimits', user: 'userLimits' })
    .filter(([part, option]) => !parts.includes(part) && isFilled(options[option]))
    .map(
      ([part, option]) =>
        `${path}.by is ${parts.join(', ') || 'an empty list'}, although ${path}.${option} gives single ${part}s limits of their own: ` +
        `add ${part} to it, so that they do not share a key, or leave it out and make the keys in the code`,
    );
}

function shardProblems(path: string, maxShards: unknown): string[] {
  // What is no whole number from 1 is the business of the rule for the single value; tokens are that of the runtime.
  if (typeof maxShards !== 'number' || !Number.isInteger(maxShards) || maxShards < 1) return [];
  return Number.isInteger(Math.log2(maxShards)) ? [] : [`${path} is ${maxShards}: set a power of two, because parts are split in two`];
}

/** A period to compare with others; two equal tokens are equal periods. Undefined where there is none to compare. */
function milliseconds(period: unknown): number | undefined {
  if (!isDuration(period) || (period.isUnresolved() && period.unitLabel() !== 'millis')) return undefined;
  return period.toMilliseconds({ integral: false });
}
