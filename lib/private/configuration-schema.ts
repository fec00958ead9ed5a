import { CONTRACT } from './contract';
import { DEPENDENCY_RETRY_RULES } from './dependency-problems';
import { documentKey } from './document-options';
import {
  BULKHEAD_RULES,
  CIRCUIT_RULES,
  CLOUD_MAP_RULES,
  DEPENDENCY_RULES,
  LIMIT_RULES,
  LOAD_SHEDDING_RULES,
  OBSERVABILITY_RULES,
  RATE_LIMIT_RULES,
  RETRY_RULES,
  TIMEOUT_RULES,
  type OptionRule,
  type OptionRules,
} from './option-rules';

type Schema = Readonly<Record<string, unknown>>;

const { name: NAME, baseUrl, bulkheadLimit, limitKeyParts, priorities, rateLimit, timeoutLimit, urlPath, ...CONFIGURATION } = CONTRACT.configuration;

/**
 * The JSON Schema of the configuration document: what synthesis refuses, as far as a schema can tell.
 *
 * It cannot tell names that differ in letter case only, two limits of one period, and numbers that are above those of another option.
 * Of draft 4, because AppConfig takes no other.
 */
export function configurationSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-04/schema#',
    ...optionsSchema(new Map(), { version: { enum: [CONTRACT.version] }, ...sections() }, ['version']),
    definitions: {
      circuit: optionsSchema(CIRCUIT_RULES),
      limitRule: optionsSchema(LIMIT_RULES, {}, ['limit', 'periodMs']),
      limits: { type: 'array', minItems: 1, maxItems: CONFIGURATION.maximumRulesPerKey, items: reference('limitRule') },
      rateLimit: rateLimitSchema(),
      bulkhead: bulkheadSchema(),
      dependency: dependencySchema(),
    },
  };
}

function sections(): Schema {
  return {
    circuits: namedSchema('circuit', CONFIGURATION.maximumCircuits),
    limits: namedSchema('rateLimit', CONFIGURATION.maximumRateLimits),
    bulkheads: namedSchema('bulkhead', CONFIGURATION.maximumBulkheads),
    dependencies: namedSchema('dependency', CONFIGURATION.maximumDependencies),
    timeout: timeoutSchema(),
    retry: optionsSchema(RETRY_RULES),
    loadShedding: loadSheddingSchema(),
    observability: optionsSchema(OBSERVABILITY_RULES),
  };
}

function rateLimitSchema(): Schema {
  const owners = { type: 'object', additionalProperties: reference('limits') };
  const parts = {
    limits: reference('limits'),
    tenantLimits: owners,
    userLimits: owners,
    by: { type: 'array', uniqueItems: true, items: { enum: limitKeyParts } },
  };
  const options = optionsSchema(RATE_LIMIT_RULES, parts, ['limits']);
  return {
    ...options,
    properties: { ...(options['properties'] as Schema), maxShards: { enum: powersOfTwo(rateLimit.maxShards.maximum) } },
    allOf: [burstSchema(), ownKeySchema('tenant', 'tenantLimits'), ownKeySchema('user', 'userLimits')],
  };
}

/** Only a token bucket has a burst. */
function burstSchema(): Schema {
  const plain = { items: { not: { required: ['burst'] } } };
  const owners = { additionalProperties: plain };
  return {
    anyOf: [
      { properties: { strategy: { enum: ['token-bucket'] } } },
      { properties: { limits: plain, tenantLimits: owners, userLimits: owners } },
    ],
  };
}

/** Callers with limits of their own do not share a key. */
function ownKeySchema(part: string, option: string): Schema {
  const lists = { not: { items: { not: { enum: [part] } } } };
  return { anyOf: [{ not: { required: ['by'] } }, { properties: { [option]: { maxProperties: 0 } } }, { properties: { by: lists } }] };
}

function bulkheadSchema(): Schema {
  const limits = { type: 'object', additionalProperties: { type: 'integer', ...bulkheadLimit } };
  return {
    ...optionsSchema(BULKHEAD_RULES, { tenantLimits: limits, operationLimits: limits }),
    allOf: [switchSchema('tenantLimits', 'perTenant'), switchSchema('operationLimits', 'perOperation')],
  };
}

/** Limits that nothing would look at are refused. */
function switchSchema(limits: string, option: string): Schema {
  return {
    anyOf: [{ properties: { [limits]: { maxProperties: 0 } } }, { properties: { [option]: { enum: [true] } }, required: [option] }],
  };
}

/** What is false is left out; circuit and bulkhead are named. */
function dependencySchema(): Schema {
  const url = { type: 'string', pattern: baseUrl.pattern };
  const retry = optionsSchema(DEPENDENCY_RETRY_RULES);
  const named = orNone({ type: 'string', pattern: NAME.pattern });
  const endpoints = { type: 'array', minItems: 1, maxItems: CONFIGURATION.maximumEndpoints, uniqueItems: true, items: url };
  const addresses = { baseUrl: url, endpoints, cloudMap: cloudMapSchema() };
  const parts = { ...addresses, retry: orNone(retry), circuit: named, bulkhead: named };
  return { ...optionsSchema(DEPENDENCY_RULES, parts), oneOf: Object.keys(addresses).map((name) => ({ required: [name] })) };
}

function cloudMapSchema(): Schema {
  const name = { type: 'string', minLength: 1 };
  const parts = { namespace: name, service: name, path: { type: 'string', pattern: urlPath.pattern } };
  return optionsSchema(CLOUD_MAP_RULES, parts, ['namespace', 'service']);
}

function orNone(schema: Schema): Schema {
  return { anyOf: [{ enum: [false] }, schema] };
}

function timeoutSchema(): Schema {
  const time = { type: 'integer', minimum: timeoutLimit.minimumMs, maximum: timeoutLimit.maximumMs };
  // Any name, but not none.
  const times = { type: 'object', patternProperties: { '[\\s\\S]': time }, additionalProperties: false };
  return optionsSchema(TIMEOUT_RULES, { operationTimeoutsMs: times, tenantTimeoutsMs: times });
}

function loadSheddingSchema(): Schema {
  const share = { type: 'number', minimum: 0, maximum: 1 };
  const caps = Object.fromEntries(priorities.map((priority) => [priority, share]));
  return optionsSchema(LOAD_SHEDDING_RULES, { priorityRateCaps: { type: 'object', properties: caps, additionalProperties: false } });
}

function namedSchema(definition: string, maximum: number): Schema {
  return {
    type: 'object',
    maxProperties: maximum,
    patternProperties: { [NAME.pattern]: reference(definition) },
    additionalProperties: false,
  };
}

function optionsSchema(rules: OptionRules, parts: Schema = {}, required: readonly string[] = []): Schema {
  const options = [...rules].map(([name, rule]) => [documentKey(name, rule), optionSchema(rule)] as const);
  return {
    type: 'object',
    properties: { ...parts, ...Object.fromEntries(options) },
    // The list may not be empty.
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

function optionSchema(rule: OptionRule): Schema {
  switch (rule.type) {
    case 'boolean':
      return { type: 'boolean' };
    case 'choice':
      return { enum: rule.values };
    case 'duration':
      return { type: 'integer', minimum: rule.minimumMs, maximum: rule.maximumMs };
    default: {
      const { type, minimum, exclusiveMinimum, maximum } = rule;
      const bound = exclusiveMinimum === undefined ? { minimum } : { minimum: exclusiveMinimum, exclusiveMinimum: true };
      return { type, ...bound, maximum };
    }
  }
}

function reference(definition: string): Schema {
  return { $ref: `#/definitions/${definition}` };
}

function powersOfTwo(maximum: number): number[] {
  return Array.from({ length: Math.log2(maximum) + 1 }, (_, power) => 2 ** power);
}
