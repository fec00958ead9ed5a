import type { Environment } from '../config/configuration.ts';
import { CONTRACT } from '../contract/contract.ts';
import { show } from '../core/option-schema.ts';
import { limitKey } from '../rate-limit/index.ts';
import { actionOf, allowOptions, checkedName, targetOf, UsageError, type CommandLine, type OperatorTarget } from './arguments.ts';
import { isFingerprint, nameOfKey } from './limit-key.ts';

/** One key of one limit. */
export interface LimitTarget extends OperatorTarget {
  /** The text of the key, as `limitKey` makes it. */
  readonly key: string;
  /** Whether the table holds it as SHA-256. */
  readonly hashed: boolean;
}

/** What can be done to a key. */
export type LimitAction = 'block' | 'unblock' | 'reset';

/** A change of a key. */
export interface LimitChangeCommand extends LimitTarget {
  readonly type: 'change';
  readonly action: LimitAction;
  readonly yes: boolean;
  /** How long a block lasts; 0 for what is no block. */
  readonly durationMs: number;
}

/** What an operator asks of limits. */
export type LimitCommand =
  | ({ readonly type: 'list'; readonly name: string | undefined } & OperatorTarget)
  | ({ readonly type: 'show' } & LimitTarget)
  | LimitChangeCommand;

const ACTION_BY_WORD: ReadonlyMap<string, LimitAction | 'list' | 'show'> = new Map(
  (['list', 'show', 'block', 'unblock', 'reset'] as const).map((word) => [word, word]),
);

const MS_BY_UNIT: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A block is an answer to what happens now; what shall be so for good belongs into the configuration. */
const LONGEST_BLOCK_MS = 366 * 86_400_000;

/**
 * Reads a command about limits.
 *
 * @param environment Where the table is named if the arguments do not name it.
 * @throws UsageError that says what to write instead.
 */
export function limitCommand(line: CommandLine, environment: Environment): LimitCommand {
  const target = targetOf(line, CONTRACT.environment.rateLimitTable.name, environment);
  const action = actionOf(line, ACTION_BY_WORD);
  const { rest, options } = line;
  if (action === 'list') {
    allowOptions(line, 'name');
    if (rest.length > 0) throw new UsageError(`list shows all keys: write --name ${String(rest[0])} for those of one limit, or use show`);
    return { type: 'list', name: options.name === undefined ? undefined : nameOfLimit(options.name), ...target };
  }
  if (action === 'block') allowOptions(line, 'hashed', 'for');
  else allowOptions(line, 'hashed');
  const one = { ...target, key: keyOf(rest), hashed: options.hashed ?? false };
  if (action === 'show') return { type: 'show', ...one };
  return { type: 'change', action, yes: options.yes, durationMs: action === 'block' ? durationOf(options.for) : 0, ...one };
}

function nameOfLimit(name: string): string {
  return checkedName('the name of the limit', name, 'the parts of a key follow it as words of their own');
}

/** A key is the name and the parts or, for what no shell can say, the text of the key as `list --json` prints it. */
function keyOf([name, ...parts]: readonly string[]): string {
  if (name === undefined) throw new UsageError('there is no key: add the name of the limit and the parts of the key');
  const empty = parts.indexOf('');
  if (empty >= 0) {
    throw new UsageError(`part ${empty + 1} of the key is empty: leave it out or, if it is meant, write the key as JSON`);
  }
  if (parts.length > 0) return limitKey(nameOfLimit(name), parts);
  if (name.startsWith('[')) return keyOfJson(name);
  return isFingerprint(name) ? name : limitKey(nameOfLimit(name), []);
}

function keyOfJson(text: string): string {
  const { name, parts } = nameOfKey(text);
  if (name === null || parts === null || parts.length === 0) {
    throw new UsageError(`the key ${show(text)} cannot be read: write ["NAME","PART"], with null for a part that was not known`);
  }
  return limitKey(nameOfLimit(name), parts.map((part) => part ?? undefined));
}

function durationOf(text: string | undefined): number {
  const remedy = 'write a whole number and s, m, h or d, such as 10m, of at most 366d';
  if (text === undefined) throw new UsageError(`a block needs an end: add --for and ${remedy}`);
  const [, count = '0', unit = 's'] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const durationMs = Number(count) * (MS_BY_UNIT[unit] ?? 0);
  if (durationMs > 0 && durationMs <= LONGEST_BLOCK_MS) return durationMs;
  throw new UsageError(`--for is ${show(text)}: ${remedy}`);
}
