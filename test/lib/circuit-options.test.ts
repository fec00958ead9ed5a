import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { CONTRACT } from '../../lib/private/contract';

const SOURCE = readFileSync(join(__dirname, '../../lib/circuit-options.ts'), 'utf8');
const MEMBERS = [...SOURCE.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*readonly (\w+)\?: (\w+);/g)].map(([, doc = '', name = '', type = '']) => ({
  name,
  type,
  doc: doc.replaceAll(/^\s*\* ?/gm, '').trim(),
}));

interface AnyRule {
  readonly type: string;
  readonly description: string;
  readonly default?: unknown;
  readonly defaultMs?: number;
  readonly minimum?: number;
  readonly minimumMs?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly maximumMs?: number;
}

const RULES: Readonly<Record<string, AnyRule>> = CONTRACT.configuration.circuit;

function documentedDefault(doc: string): unknown {
  const text = /@default (.*)$/.exec(doc)?.[1] ?? '';
  const duration = /^Duration\.(millis|seconds)\((\d+)\)$/.exec(text);
  if (duration === null) return JSON.parse(text);
  return Duration[duration[1] as 'millis' | 'seconds'](Number(duration[2])).toMilliseconds();
}

function documentedRange(rule: AnyRule): string {
  if (rule.type === 'duration') return `A whole number of milliseconds from ${rule.minimumMs} to ${rule.maximumMs}.`;
  const kind = rule.type === 'integer' ? 'A whole number' : 'A number';
  return rule.exclusiveMinimum === undefined
    ? `${kind} from ${rule.minimum} to ${rule.maximum}.`
    : `${kind} above ${rule.exclusiveMinimum} and up to ${rule.maximum}.`;
}

test('CircuitOptions has the options of the contract, in its order', () => {
  expect(MEMBERS.map(({ name }) => name)).toEqual(Object.keys(RULES));
});

test.each(MEMBERS)('$name is documented as the contract states it', ({ name, type, doc }) => {
  const rule = RULES[name]!;
  expect(doc.split('\n')[0]).toBe(rule.description);
  expect(documentedDefault(doc)).toBe(rule.default ?? rule.defaultMs);
  expect(type).toBe({ boolean: 'boolean', duration: 'Duration' }[rule.type] ?? 'number');
  if (rule.type !== 'boolean') expect(doc).toContain(documentedRange(rule));
});
