import { schemaProblems, show, type OptionSchema } from './option-schema.ts';
import { isRecord } from './record.ts';

/** What the parts of a rate limit may hold that are no plain values; the contract states it. */
export interface LimitSchema {
  /** What one limit of a key may hold. */
  readonly rule: OptionSchema;
  /** Limits that a key may have at most. */
  readonly maximumRules: number;
  /** What a key may be made of. */
  readonly keyParts: readonly string[];
}

/** The options of a rate limit that are no plain values. */
export const LIMIT_PARTS = ['limits', 'tenantLimits', 'userLimits', 'by'] as const;

/** The options of a rate limit that this file checks, from a caller who may not have a compiler. */
export type LimitParts = Readonly<Partial<Record<(typeof LIMIT_PARTS)[number] | 'strategy' | 'maxShards', unknown>>>;

/** Every problem of the parts that no rule for a single value can state; what is `undefined` is not set. */
export function limitPartsProblems(schema: LimitSchema, path: string, parts: LimitParts): string[] {
  const { limits, tenantLimits, userLimits, by, strategy, maxShards } = parts;
  return [
    ...(limits === undefined ? [] : limitListProblems(schema, `${path}.limits`, limits, strategy)),
    ...limitMapProblems(schema, `${path}.tenantLimits`, tenantLimits, strategy),
    ...limitMapProblems(schema, `${path}.userLimits`, userLimits, strategy),
    ...keyProblems(schema, `${path}.by`, by),
    ...shardProblems(`${path}.maxShards`, maxShards),
  ];
}

/** Every problem of a list of limits. */
export function limitListProblems(schema: LimitSchema, path: string, limits: unknown, strategy: unknown): string[] {
  if (!Array.isArray(limits)) return [`${path} is ${show(limits)}: set a list of { limit, periodMs }`];
  const rules: readonly unknown[] = limits;
  if (rules.length < 1 || rules.length > schema.maximumRules) {
    return [`${path} has ${rules.length} entries: set 1 to ${schema.maximumRules} limits`];
  }
  // What is no number is a problem of its own, and no length that another may have.
  const periods = rules.map((rule) => (isRecord(rule) && typeof rule['periodMs'] === 'number' ? rule['periodMs'] : undefined));
  return rules.flatMap((rule, index) => {
    const problems = ruleProblems(schema.rule, `${path}[${index}]`, rule, strategy);
    if (periods[index] === undefined || periods.indexOf(periods[index]) === index) return problems;
    return [...problems, `${path}[${index}].periodMs is ${show(periods[index])}, like that of another limit: keep the smaller one`];
  });
}

function limitMapProblems(schema: LimitSchema, path: string, map: unknown, strategy: unknown): string[] {
  if (map === undefined) return [];
  if (!isRecord(map)) return [`${path} is ${show(map)}: set an object of lists of limits`];
  return Object.entries(map).flatMap(([id, limits]) =>
    id === '__proto__'
      ? [`${path} has the name ${show(id)}: look its limits up in the code, because templates lose that name`]
      : limitListProblems(schema, `${path}.${id}`, limits, strategy),
  );
}

/**
 * Callers with limits of their own must not share a key, whose limits would be those of the latest of them. Without `by` the
 * keys may be made by the code, which is asked later.
 */
export function sharedKeyProblems(path: string, options: LimitParts): string[] {
  const { by } = options;
  if (!Array.isArray(by)) return [];
  const parts: readonly unknown[] = by;
  return Object.entries({ tenant: 'tenantLimits', user: 'userLimits' } as const)
    .filter(([part, option]) => !parts.includes(part) && isFilled(options[option]))
    .map(
      ([part, option]) =>
        `${path}.by is ${parts.join(', ') || 'an empty list'}, although ${path}.${option} gives single ${part}s limits of their own: ` +
        `add ${part} to it, so that they do not share a key`,
    );
}

function isFilled(map: unknown): boolean {
  return isRecord(map) && Object.keys(map).length > 0;
}

function ruleProblems(schema: OptionSchema, path: string, rule: unknown, strategy: unknown): string[] {
  if (!isRecord(rule)) return [`${path} is ${show(rule)}: set { limit, periodMs }`];
  const missing = ['limit', 'periodMs'].filter((key) => rule[key] === undefined).map((key) => `${path}.${key} is missing: set a number`);
  const problems = [...missing, ...schemaProblems(schema, rule, path)];
  if (rule['burst'] === undefined || typeof strategy !== 'string' || strategy === 'token-bucket') return problems;
  return [...problems, `${path}.burst is ${show(rule['burst'])}: leave it out, a ${strategy} has no burst`];
}

function keyProblems({ keyParts }: LimitSchema, path: string, by: unknown): string[] {
  if (by === undefined) return [];
  if (!Array.isArray(by)) return [`${path} is ${show(by)}: set a list of ${keyParts.join(', ')}`];
  const parts: readonly unknown[] = by;
  return parts
    .filter((part, index) => !keyParts.some((known) => known === part) || parts.indexOf(part) !== index)
    .map((part) => `${path} holds ${show(part)}: list each of ${keyParts.join(', ')} at most once`);
}

function shardProblems(path: string, maxShards: unknown): string[] {
  // What is no whole number from 1 is the business of the rule for the single value.
  if (typeof maxShards !== 'number' || !Number.isInteger(maxShards) || maxShards < 1) return [];
  if (Number.isInteger(Math.log2(maxShards))) return [];
  return [`${path} is ${show(maxShards)}: set a power of two, because parts are split in two`];
}
