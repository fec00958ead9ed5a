import type { BulkheadOptions } from '../bulkhead-options';
import type { LimitRule } from '../limit-rule';
import type { RateLimitOptions } from '../rate-limit-options';
import { BULKHEAD_LIMITS, bulkheadProblems } from './bulkhead-problems';
import { CONTRACT } from './contract';
import { dependencyDocument } from './dependency-document';
import { dependencyProblems } from './dependency-problems';
import { documentOptions, type DocumentOptions } from './document-options';
import { rateLimitProblems, type LIMIT_PARTS } from './limit-problems';
import { optionsProblems } from './option-problem';
import { BULKHEAD_RULES, CIRCUIT_RULES, LIMIT_RULES, RATE_LIMIT_RULES } from './option-rules';
import { isKeptByRuntime, platformPart } from './platform-bulkheads';

/** A kind of thing that a function declares by name. */
export interface DeclarationKind {
  /** The property of the function that declares them. */
  readonly property: 'circuits' | 'rateLimits' | 'bulkheads' | 'dependencies';
  /** The key of the configuration document that holds them. */
  readonly section: 'circuits' | 'limits' | 'bulkheads' | 'dependencies';
  /** One of them in words. */
  readonly noun: string;
  /** How many there may be. */
  readonly maximum: number;
  /** What to pass where the options are no object. */
  readonly remedy: string;
  /** Every problem of the options of one of them. */
  readonly problems: (path: string, options: Readonly<Record<string, unknown>>) => string[];
  /** The options of one of them as the document holds them; they have been checked. */
  readonly document: (options: object, name: string) => DocumentOptions;
  /** Whether the runtime has a part in one of them. Where it has none, the document does not hold it. */
  readonly isForRuntime: (options: DocumentOptions) => boolean;
}

/** Circuit breakers. */
export const CIRCUITS: DeclarationKind = {
  property: 'circuits',
  section: 'circuits',
  noun: 'circuit',
  maximum: CONTRACT.configuration.maximumCircuits,
  remedy: 'set an object of options, {} for the defaults',
  problems: circuitProblems,
  document: circuitDocument,
  isForRuntime: always,
};

/** Rate limits. */
export const RATE_LIMITS: DeclarationKind = {
  property: 'rateLimits',
  section: 'limits',
  noun: 'rate limit',
  maximum: CONTRACT.configuration.maximumRateLimits,
  remedy: 'set an object of options with limits',
  problems: rateLimitProblems,
  document: rateLimitDocument,
  isForRuntime: always,
};

/** Bulkheads. */
export const BULKHEADS: DeclarationKind = {
  property: 'bulkheads',
  section: 'bulkheads',
  noun: 'bulkhead',
  maximum: CONTRACT.configuration.maximumBulkheads,
  remedy: 'set an object of options, {} for the defaults',
  problems: bulkheadProblems,
  document: bulkheadDocument,
  isForRuntime: isKeptByRuntime,
};

/** Things that the function calls. */
export const DEPENDENCIES: DeclarationKind = {
  property: 'dependencies',
  section: 'dependencies',
  noun: 'dependency',
  maximum: CONTRACT.configuration.maximumDependencies,
  remedy: 'set an object of options with baseUrl, endpoints or cloudMap',
  problems: dependencyProblems,
  document: dependencyDocument,
  isForRuntime: always,
};

/** Every kind, in the order in which the document holds them. */
export const DECLARATION_KINDS: readonly DeclarationKind[] = [CIRCUITS, RATE_LIMITS, BULKHEADS, DEPENDENCIES];

function always(): boolean {
  return true;
}

function circuitProblems(path: string, options: Readonly<Record<string, unknown>>): string[] {
  return optionsProblems(CIRCUIT_RULES, path, options);
}

function circuitDocument(options: object): DocumentOptions {
  return documentOptions(CIRCUIT_RULES, options);
}

function rateLimitDocument(checked: object): DocumentOptions {
  const options = checked as RateLimitOptions;
  const parts: Record<(typeof LIMIT_PARTS)[number], unknown> = {
    limits: ruleDocuments(options.limits),
    tenantLimits: options.tenantLimits && ruleMapDocument(options.tenantLimits),
    userLimits: options.userLimits && ruleMapDocument(options.userLimits),
    by: options.by && [...options.by],
  };
  const set = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
  return { ...set, ...documentOptions(RATE_LIMIT_RULES, options) };
}

function bulkheadDocument(checked: object): DocumentOptions {
  const options = checked as BulkheadOptions;
  const limits = BULKHEAD_LIMITS.flatMap((name) => (options[name] === undefined ? [] : [[name, { ...options[name] }] as const]));
  return { ...documentOptions(BULKHEAD_RULES, options), ...Object.fromEntries(limits), ...platformPart(options) };
}

function ruleMapDocument(limits: Readonly<Record<string, readonly LimitRule[]>>): Readonly<Record<string, DocumentOptions[]>> {
  return Object.fromEntries(Object.entries(limits).map(([id, rules]) => [id, ruleDocuments(rules)]));
}

function ruleDocuments(rules: readonly LimitRule[]): DocumentOptions[] {
  return rules.map((rule) => documentOptions(LIMIT_RULES, rule));
}
