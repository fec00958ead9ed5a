import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CIRCUIT_BREAKER_DEFAULTS } from '../../runtime/src/circuit-breaker/options.ts';
import { readConfiguration } from '../../runtime/src/config/configuration.ts';
import { CONTRACT } from '../../runtime/src/contract/contract.ts';
import { schemaProblems, type OptionRule } from '../../runtime/src/core/option-schema.ts';
import { CONTRACT_COPIES, renderContract } from '../../scripts/generate-contract.ts';

const SCHEMA: Readonly<Record<string, OptionRule & { readonly description: string }>> = CONTRACT.configuration.circuit;
const OPTIONS_SOURCE = new URL('../../runtime/src/circuit-breaker/options.ts', import.meta.url);

const keyOf = (name: string, rule: OptionRule) => (rule.type === 'duration' ? `${name}Ms` : name);
const defaultOf = (rule: OptionRule) => (rule.type === 'duration' ? rule.defaultMs : rule.default);

describe('the copies of the contract', () => {
  it.each(Object.entries(CONTRACT_COPIES))('in %s is what `npm run contract` writes', (_package, copy) => {
    expect(readFileSync(copy, 'utf8')).toBe(renderContract());
  });

  it('are made of the document alone', () => {
    expect(renderContract('{"version":7}')).toContain('export const CONTRACT = {\n  "version": 7\n} as const;');
  });
});

describe('environment variables', () => {
  it('are all read by the runtime, and no others', () => {
    const read = new Set<unknown>();
    readConfiguration(new Proxy({}, { get: (_target, name) => void read.add(name) }));
    expect([...read].sort()).toEqual(Object.values(CONTRACT.environment).map(({ name }) => name).sort());
  });

  it('have names that Lambda accepts and does not reserve', () => {
    for (const { name } of Object.values(CONTRACT.environment)) {
      expect(name).toMatch(/^[A-Z][A-Z0-9_]+$/);
      expect(name).not.toMatch(/^(AWS|LAMBDA|_)/);
    }
  });
});

describe('options of a circuit', () => {
  it('and their defaults are those of the runtime (PX-13)', () => {
    expect(CIRCUIT_BREAKER_DEFAULTS).toEqual(Object.fromEntries(Object.entries(SCHEMA).map(([name, rule]) => [keyOf(name, rule), defaultOf(rule)])));
  });

  it('are all read from the document that the stack writes', () => {
    const circuits = { payments: CIRCUIT_BREAKER_DEFAULTS };
    const environment = { [CONTRACT.environment.configuration.name]: JSON.stringify({ version: CONTRACT.version, circuits }) };
    expect(readConfiguration(environment).circuits).toEqual(circuits);
  });

  it('have defaults within their own bounds', () => {
    expect(schemaProblems(CONTRACT.configuration.circuit, CIRCUIT_BREAKER_DEFAULTS, 'defaults')).toEqual([]);
  });
});

/** A quantity as the doc comments write it, as a number or in milliseconds. */
function quantity(text: string): number {
  const UNITS: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };
  const [amount, unit] = text.split(' ');
  return Number(amount) * (unit === undefined ? 1 : UNITS[unit]!);
}

/** The doc comment of every option that a stack can declare. */
function documentedOptions(): Map<string, string> {
  const source = readFileSync(OPTIONS_SOURCE, 'utf8');
  const body = /export interface DeclaredCircuitOptions \{(.*?)\n\}/s.exec(source)![1]!;
  const documented = body.matchAll(/\/\*\*\s(.*?)\s\*\/\s+readonly (\w+)\?/gs);
  return new Map([...documented].map(([, comment, name]) => [name!, comment!.replaceAll(/\s*\n\s*\* ?/g, ' ').replace(/^\s*\* /, '').trim()]));
}

describe('the doc comments of the options', () => {
  const documented = documentedOptions();

  it('exist for every option, and for no other', () => {
    expect([...documented.keys()]).toEqual(Object.keys(CIRCUIT_BREAKER_DEFAULTS));
  });

  it.each(Object.entries(SCHEMA).map(([name, rule]) => ({ option: keyOf(name, rule), rule })))('$option: state the default of the contract', ({ option, rule }) => {
    const stated = / Default ([^.]+(?:\.\d+)?)\.$/.exec(documented.get(option)!)![1]!;
    expect(rule.type === 'boolean' ? stated : quantity(stated)).toBe(rule.type === 'boolean' ? String(rule.default) : defaultOf(rule));
  });

  it.each(Object.entries(SCHEMA).flatMap(([name, rule]) => (rule.type === 'boolean' ? [] : [{ option: keyOf(name, rule), rule }])))('$option: state the bounds of the contract', ({ option, rule }) => {
    const QUANTITY = String.raw`(\d+(?: (?:ms|s|min|h))?)`;
    const stated = new RegExp(`(?:${QUANTITY} to|above ${QUANTITY}, up to) ${QUANTITY}[.;]`).exec(documented.get(option)!)!;
    const [, from, above, to] = stated;
    const [low, high] = rule.type === 'duration' ? [rule.minimumMs, rule.maximumMs] : [rule.minimum ?? rule.exclusiveMinimum, rule.maximum];
    expect([quantity((from ?? above)!), quantity(to!)]).toEqual([low, high]);
    expect(above !== undefined).toBe('exclusiveMinimum' in rule);
  });
});

describe('metrics', () => {
  const { namespace, ...groups } = CONTRACT.metrics;
  const all = Object.values(groups).flatMap(({ names }) => Object.values(names));

  it('have names in PascalCase, each once', () => {
    for (const { name } of all) expect(name).toMatch(/^([A-Z][a-z0-9]+)+$/);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(namespace).toMatch(/^([A-Z][a-z0-9]+)+$/);
  });

  it('have units that CloudWatch knows, and a description for the dashboard', () => {
    for (const { unit, description } of all) {
      expect(['Count', 'None', 'Milliseconds', 'Percent', 'Seconds', 'Bytes']).toContain(unit);
      expect(description).toMatch(/^[A-Z].+\.$/);
    }
  });

  it('begin with the service, and have few dimensions (POB-01)', () => {
    for (const { dimensions } of Object.values(groups)) {
      expect(dimensions[0]).toBe('service');
      expect(dimensions).toHaveLength(2);
      expect(dimensions).not.toContain('tenant');
    }
  });
});

describe('tables', () => {
  it('have a TTL, and grant no action that reads or deletes many items', () => {
    for (const { timeToLiveAttribute, timeToLiveDays, partitionKey, actions } of Object.values(CONTRACT.tables)) {
      expect(timeToLiveAttribute).not.toBe(partitionKey);
      expect(timeToLiveDays).toBeGreaterThan(0);
      for (const action of actions) expect(action).toMatch(/^dynamodb:(Get|Update|Put|Delete)Item$/);
    }
  });
});
